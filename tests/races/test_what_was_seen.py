"""Two people log at once, each after a preview in which nothing moved: no minutes move unseen (DOMAIN.md §4)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
import requests
from django.conf import settings
from django.test import Client
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case

from customers.models import Role, User
from packages.models import Contract
from sessions.models import LedgerEntry
from tests.factories import customer, giulia, logged, pro_lite, staff
from tests.plugin.processes import WebServer
from tests.races.rush import goes_wrong, start_of_working_day

TOKEN = "c" * 32


def contract_with_one_hour_left(name: str) -> Contract:
    """120 minutes granted and 60 used; two people deliver."""
    first = start_of_working_day(-30)
    contract = pro_lite(
        customer(name),
        starts_on=first.date(),
        ends_on=(first + timedelta(days=300)).date(),
        others=[staff("Csm", Role.CSM)],
        now=first,
    )
    logged(contract, "kickoff", 60, first + timedelta(days=1), now=first + timedelta(days=2), staff=giulia())
    return contract


def cookies_of(person: User) -> dict[str, str]:
    client = Client()
    client.force_login(person)
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value, "portal_csrf": TOKEN}


def two_log(url: str, contract: Contract) -> list[int]:
    """One logs an hour of the earlier day, one an hour of the later day, in the same moment: the statuses."""
    days = [start_of_working_day(-20).date(), start_of_working_day(-10).date()]
    both_stand_ready = Barrier(2)

    def send(sender: tuple[dict[str, str], date]) -> int:
        cookies, day = sender
        entry = {"session_type": "operations", "day": day.isoformat(), "clock": "10:00", "zone": "Europe/Rome"}
        both_stand_ready.wait(timeout=30)
        answer = requests.post(
            f"{url}/contracts/{contract.pk}/log/",
            data={**entry, "minutes": "60", "moves_seen": ""},
            headers={"X-CSRFToken": TOKEN},
            cookies=cookies,
            allow_redirects=False,
            timeout=60,
        )
        return answer.status_code

    people = [cookies_of(giulia()), cookies_of(staff("Csm", Role.CSM))]
    with ThreadPoolExecutor(max_workers=2) as both:
        return list(both.map(send, zip(people, days, strict=True)))


def moved_unseen(contract: Contract) -> bool:
    """Whether the later day was logged first and then lost its hour to the earlier day, which nobody was shown."""
    entries = LedgerEntry.objects.time_entries().filter(contract=contract, session_type="operations")
    days = [entry.started_at for entry in entries.order_by("pk") if entry.started_at is not None]
    return len(days) > 1 and days[0] > days[1]


def test_what_nobody_saw_does_not_move(portal_server: str) -> None:
    for round_ in range(5):
        contract = contract_with_one_hour_left(f"Customer {round_}")
        assert sorted(two_log(portal_server, contract)) in ([302, 302], [302, 409])
        assert not moved_unseen(contract)


@pytest.fixture
def no_conservation(owner_connection: Connection) -> None:
    """The database no longer counts minutes at every commit: the lock alone is to be seen failing."""
    with owner_connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER ledger_entries_conserve_minutes ON ledger_entries")
        cursor.execute("DROP TRIGGER entry_shares_conserve_minutes ON entry_shares")


def test_the_control_without_the_lock_moves_unseen(
    portal_server_factory: Callable[..., WebServer], no_conservation: None
) -> None:
    url = portal_server_factory({"FAULT_POINTS": "skip_lock,after_check=pause:0.2"}).url
    rounds = iter(range(100))

    def moves_unseen() -> bool:
        contract = contract_with_one_hour_left(f"Customer {next(rounds)}")
        return two_log(url, contract) == [302, 302] and moved_unseen(contract)

    assert goes_wrong(moves_unseen)
