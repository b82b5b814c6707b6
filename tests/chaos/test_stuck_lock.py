"""A contract's lock held elsewhere for 30 s: who needs it is told in time, other people notice nothing."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case

from customers.models import User
from packages.models import Contract
from tests.factories import admin_of, customer, giulia, launch_kit
from tests.races.rush import Call, post, start_of_working_day, token_of

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

HELD_SECONDS = 30
ANSWERED_WITHIN_SECONDS = 4.0
STUCK_AT_ONCE = 3
FLOOR_REQUESTS = 40
TIMES_THE_FLOOR, SLACK_SECONDS = 2.0, 0.05


@dataclass(frozen=True)
class Timed:
    """An answer and how long it took, in seconds."""

    status: int
    retry_after: str
    seconds: float


def timed(url: str, call: Call) -> Timed:
    started = time.monotonic()
    response = post(url, call)
    return Timed(response.status_code, response.headers.get("Retry-After", ""), time.monotonic() - started)


def contract_of(name: str) -> Contract:
    first = start_of_working_day(-30)
    contract = launch_kit(
        customer(name), starts_on=first.date(), ends_on=(first + timedelta(days=300)).date(), now=first
    )
    admin_of(contract)
    return contract


def bookings(contract: Contract, person: User) -> Iterator[Call]:
    """One booking after the other, an hour apart, all within the package; the diary alone binds Giulia."""
    token = token_of(person)
    first = start_of_working_day(20)
    for number in range(10_000):
        yield Call(
            token,
            "/sessions/",
            {
                "contract": contract.pk,
                "session_type": "operations",
                "starts_at": (first + timedelta(hours=number)).isoformat(),
                "duration_minutes": 15,
                "staff": person.email,
                "attendees": [{"name": "Somebody", "email": "somebody@example.com"}],
                "accept_overage": False,
            },
        )


def quotes(contract: Contract, person: User) -> Iterator[Call]:
    """Asking what a booking would cost: reads the contract's facts, waits for nobody."""
    for call in bookings(contract, person):
        yield Call(call.token, "/sessions/quote/", call.body)


@contextmanager
def lock_held(owner: Connection, contract: Contract) -> Iterator[None]:
    """Somebody holds the contract's row and does not let go."""
    owner.autocommit = False
    with owner.cursor() as cursor:
        cursor.execute("SELECT 1 FROM contracts WHERE id = %s FOR NO KEY UPDATE", [contract.pk])
    try:
        yield
    finally:
        owner.rollback()
        owner.autocommit = True


def test_a_stuck_contract_is_answered_in_time_and_disturbs_nobody(
    portal_server: str, owner_connection: Connection
) -> None:
    stuck, free = contract_of("Stuck"), contract_of("Free")
    asks = quotes(free, giulia())
    floor = [timed(portal_server, next(asks)) for _request in range(FLOOR_REQUESTS)]
    assert {answer.status for answer in floor} == {200}

    with lock_held(owner_connection, stuck), ThreadPoolExecutor(max_workers=STUCK_AT_ONCE) as people:
        until = time.monotonic() + HELD_SECONDS

        def knock(_person: int) -> list[Timed]:
            calls = bookings(stuck, giulia())
            return list(_until(until, lambda: timed(portal_server, next(calls))))

        waiting = [people.submit(knock, number) for number in range(STUCK_AT_ONCE)]
        others = list(_until(until, lambda: timed(portal_server, next(asks))))
        refused = [answer for each in waiting for answer in each.result()]

    assert {(answer.status, bool(answer.retry_after)) for answer in refused} == {(503, True)}
    # Beside the floor: what this machine takes at its slowest for an answer that waits for nobody.
    slowest = max(answer.seconds for answer in floor)
    assert max(answer.seconds for answer in refused) <= ANSWERED_WITHIN_SECONDS + slowest
    assert {answer.status for answer in others} == {200}
    usual, meanwhile = median(each.seconds for each in floor), median(each.seconds for each in others)
    assert meanwhile <= TIMES_THE_FLOOR * usual + SLACK_SECONDS, f"{meanwhile:.3f} s beside {usual:.3f} s"
    assert timed(portal_server, next(bookings(stuck, giulia()))).status == 201, "afterwards all is as before"


def _until(moment: float, act: Callable[[], Timed]) -> Iterator[Timed]:
    while time.monotonic() < moment:
        yield act()
