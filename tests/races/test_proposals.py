"""Two who confirm, confirming against the sweep, a proposal against a booking: each once (DOMAIN.md §7)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case
from pytest_django import Settings

from sessions.domain import time_requests
from sessions.domain.attendees import Guest
from sessions.domain.refusals import SlotTaken, WrongState
from sessions.domain.time_proposals import confirm_proposal, expire_proposals
from sessions.models import ConsultingSession, DiaryEntry, TimeRequest
from tests.factories import NOW, admin_of, asked_for, at, booked, customer, launch_kit, proposed
from tests.races.rush import CROWD_OF_A_CONTROL, at_once, goes_wrong

pytestmark = pytest.mark.django_db(transaction=True)
START = at("2026-03-20 10:00")
ROUNDS = 5


def a_request(name: str) -> TimeRequest:
    """Of a customer of that name, with Giulia."""
    contract = launch_kit(customer(name))
    admin_of(contract)
    return asked_for(contract)


def confirming(asked: TimeRequest, *, now: datetime = NOW) -> Callable[[], object]:
    """An admin who confirms what they see now."""
    seen = TimeRequest.objects.select_related("contract__customer", "staff__staff_profile").get(pk=asked.pk)
    admin, starts_at = admin_of(seen.contract), seen.starts_at
    assert starts_at is not None
    return lambda: confirm_proposal(
        asked=seen,
        starts_at=starts_at,
        attendees=[Guest("Ada", "ada@example.com")],
        accept_overage=False,
        by=admin,
        now=now,
    )


def stands(asked: TimeRequest) -> tuple[str, int, int]:
    """The state of a request, sessions that are booked, and places in the diary."""
    asked.refresh_from_db()
    return asked.status, ConsultingSession.objects.count(), DiaryEntry.objects.count()


def test_of_many_who_confirm_one_books(settings: Settings) -> None:
    settings.FAULT_POINTS = frozenset({"after_check=pause:0.05"})
    asked = proposed(a_request("Customer 0"), START)
    answers = at_once(*[confirming(asked) for _each in range(CROWD_OF_A_CONTROL)])
    assert answers.count(None) == 1
    assert {type(answer) for answer in answers if answer is not None} == {WrongState}
    assert stands(asked) == ("booked", 1, 1)
    assert asked.events.filter(kind="booked").count() == 1


def test_the_control_without_lock_guard_and_constraint_books_twice(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, owner_connection: Connection
) -> None:
    with owner_connection.cursor() as cursor:
        cursor.execute("ALTER TABLE diary_entries DROP CONSTRAINT diary_entries_never_overlap")
    settings.FAULT_POINTS = frozenset({"skip_lock", "after_check=pause:0.2"})
    anything = frozenset(TimeRequest.Status.values)
    monkeypatch.setitem(time_requests.TRANSITIONS, TimeRequest.Status.BOOKED, anything)
    names = iter(range(100))

    def books_twice() -> bool:
        asked = proposed(a_request(f"Customer {next(names)}"), START)
        at_once(*[confirming(asked) for _each in range(2)])
        return ConsultingSession.objects.filter(contract=asked.contract).count() > 1

    assert goes_wrong(books_twice)


def test_confirming_against_the_sweep_is_one_of_both(settings: Settings) -> None:
    settings.FAULT_POINTS = frozenset({"after_check=pause:0.02"})
    for number in range(ROUNDS):
        asked = proposed(a_request(f"Customer {number}"), START + timedelta(hours=number))
        assert asked.expires_at is not None
        over, before = asked.expires_at, asked.expires_at - timedelta(seconds=1)
        known = ConsultingSession.objects.count()
        confirmation, _swept = at_once(confirming(asked, now=before), partial(expire_proposals, now=over))
        if confirmation is None:
            assert stands(asked) == ("booked", known + 1, known + 1)
        else:
            assert isinstance(confirmation, WrongState)
            assert stands(asked) == ("expired", known, known)
        assert asked.events.exclude(kind__in=["asked", "proposed"]).count() == 1


def test_two_sweeps_expire_once(settings: Settings) -> None:
    settings.FAULT_POINTS = frozenset({"after_check=pause:0.05"})
    asked = proposed(a_request("Customer 0"), START)
    over = asked.expires_at
    assert over is not None
    assert at_once(*[lambda: expire_proposals(now=over)] * 4) == [None] * 4
    assert stands(asked) == ("expired", 0, 0)
    assert asked.events.filter(kind="expired").count() == 1


def test_a_proposal_against_a_booking_of_the_same_time(settings: Settings) -> None:
    settings.FAULT_POINTS = frozenset({"after_check=pause:0.02"})
    for number in range(ROUNDS):
        asked = a_request(f"Customer {number}")
        other = launch_kit(customer(f"Other {number}"))
        admin_of(other)
        start = START + timedelta(hours=number)
        answers = at_once(
            partial(proposed, asked, start),
            partial(booked, other, "operations", 60, start, now=NOW),
        )
        assert [type(answer) for answer in answers if answer is not None] == [SlotTaken]
        assert DiaryEntry.objects.count() == number + 1
        asked.refresh_from_db()
        assert asked.status == ("proposed" if answers[0] is None else "asked")


def test_the_control_without_lock_and_constraint_holds_one_time_twice(
    settings: Settings, owner_connection: Connection
) -> None:
    with owner_connection.cursor() as cursor:
        cursor.execute("ALTER TABLE diary_entries DROP CONSTRAINT diary_entries_never_overlap")
    settings.FAULT_POINTS = frozenset({"skip_lock", "after_check=pause:0.2"})
    hours = iter(range(100))

    def overlap() -> bool:
        start = START + timedelta(days=next(hours))
        asked, other = a_request(f"Customer {start:%d%m}"), launch_kit(customer(f"Other {start:%d%m}"))
        admin_of(other)
        at_once(
            lambda: proposed(asked, start),
            lambda: booked(other, "operations", 60, start, now=start - timedelta(days=7)),
        )
        return DiaryEntry.objects.filter(starts_at=start).count() > 1

    assert goes_wrong(overlap)
