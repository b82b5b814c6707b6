"""Bookings, moves and cancellations at once, over HTTP on two web processes: each effect once (DOMAIN.md §7)."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

from customers.models import StaffProfile, User
from notifications.models import Message
from packages.models import Contract
from sessions.models import ConsultingSession, DiaryEntry
from tests.factories import (
    MONDAY_TO_FRIDAY,
    admin_of,
    booked,
    customer,
    giulia,
    pro_lite,
    rate,
    tomas,
    with_terms_accepted,
)
from tests.plugin.processes import WebServer
from tests.races.rush import CROWD_OF_A_CONTROL, Call, counted, goes_wrong, rush, start_of_working_day, token_of

CUSTOMERS, TIMES = 10, 20
AT_ONCE = 10


def contract_of(name: str) -> Contract:
    """A contract around today, with Giulia and Tomas, terms accepted; no holiday comes between."""
    first = start_of_working_day(-30)
    people = [giulia(), tomas()]
    StaffProfile.objects.filter(user__in=people).update(country="ZZ")
    contract = pro_lite(
        customer(name),
        starts_on=first.date(),
        ends_on=(first + timedelta(days=300)).date(),
        others=[tomas()],
        now=first,
    )
    admin_of(contract)
    return with_terms_accepted(contract, now=first)


def session_of(contract: Contract, day: int, staff: User) -> ConsultingSession:
    """An hour some days from today, at nine o'clock UTC."""
    start = start_of_working_day(day)
    return booked(contract, "operations", 60, start, staff=staff, by=giulia(), now=start_of_working_day(-1))


def act(session: ConsultingSession, name: str, **body: object) -> Call:
    """A call about one session, as somebody whom the diary alone binds."""
    return Call(token_of(giulia()), f"/sessions/{session.pk}/{name}/", dict(body))


def moved_to(session: ConsultingSession, day: int, **more: object) -> Call:
    """A move to nine o'clock UTC of another day."""
    return act(session, "reschedule", starts_at=start_of_working_day(day).isoformat(), **more)


def test_200_bookings_over_20_times_are_20_sessions(portal_server: str) -> None:
    rate("EUR", "120.00")
    contracts = [contract_of(f"Customer {number}") for number in range(CUSTOMERS)]
    mornings = [start_of_working_day(day) for day in range(3, 30)]
    working = [morning for morning in mornings if morning.weekday() in MONDAY_TO_FRIDAY]
    starts = [morning + timedelta(hours=hours) for morning in working for hours in (0, 2, 4)][:TIMES]
    calls = [
        Call(
            token_of(admin_of(contract)),
            "/sessions/",
            {
                "contract": contract.pk,
                "session_type": "operations",
                "starts_at": start.isoformat(),
                "duration_minutes": 30,
                "staff": giulia().email,
                "attendees": [{"name": "Somebody", "email": "somebody@example.com"}],
                "accept_overage": True,
            },
        )
        for contract in contracts
        for start in starts
    ]
    outcome = counted(rush(portal_server, calls))
    assert outcome == Counter({(201, ""): TIMES, (409, "slot_taken"): CUSTOMERS * TIMES - TIMES})
    diary = DiaryEntry.objects.filter(staff=giulia()).order_by("starts_at")
    assert [entry.starts_at for entry in diary] == starts
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(diary))


def test_a_move_that_races_a_cancellation(portal_server: str) -> None:
    contract = contract_of("Customer 0")
    for round_ in range(5):
        session = session_of(contract, 10 + round_, giulia())
        move, cancel = rush(portal_server, [moved_to(session, 40 + round_), act(session, "cancel", reason="")])
        assert cancel.status == 200
        assert (move.status, move.code) in {(200, ""), (400, "invalid")}
        session.refresh_from_db()
        kinds = list(session.events.order_by("pk").values_list("kind", flat=True))
        assert kinds == (["booked", "moved", "cancelled"] if move.status == 200 else ["booked", "cancelled"])
        assert (session.status, session.sequence) == ("cancelled", len(kinds) - 1)
        assert not DiaryEntry.objects.filter(session=session).exists()


def test_two_sessions_that_swap_times_stay_where_they_are(portal_server: str) -> None:
    """Neither place is free while the other stands: both hear so, nobody waits for ever, nothing overlaps."""
    one = session_of(contract_of("Customer 0"), 10, giulia())
    other = session_of(contract_of("Customer 1"), 11, giulia())
    for _round in range(5):
        assert counted(rush(portal_server, [moved_to(one, 11), moved_to(other, 10)])) == {(409, "slot_taken"): 2}
    assert list(DiaryEntry.objects.order_by("starts_at").values_list("session", flat=True)) == [one.pk, other.pk]


def test_two_sessions_that_swap_people_stay_with_them(portal_server: str) -> None:
    one = session_of(contract_of("Customer 0"), 10, giulia())
    other = session_of(contract_of("Customer 1"), 10, tomas())
    swap = [moved_to(one, 10, staff=tomas().email), moved_to(other, 10, staff=giulia().email)]
    assert counted(rush(portal_server, swap)) == {(409, "slot_taken"): 2}
    assert set(DiaryEntry.objects.values_list("session", "staff")) == {(one.pk, giulia().pk), (other.pk, tomas().pk)}


def test_ten_cancellations_are_one(portal_server: str) -> None:
    session = session_of(contract_of("Customer 0"), 10, giulia())
    answers = rush(portal_server, [act(session, "cancel", reason=f"No {number}") for number in range(AT_ONCE)])
    assert counted(answers) == {(200, ""): 1, (400, "invalid"): AT_ONCE - 1}
    session.refresh_from_db()
    assert (session.sequence, session.events.filter(kind="cancelled").count()) == (1, 1)
    cancelled = Message.objects.filter(kind="session_cancelled")
    assert cancelled.count() == cancelled.values("recipient_email").distinct().count()


def test_ten_moves_to_the_same_time_are_one(portal_server: str) -> None:
    session = session_of(contract_of("Customer 0"), 10, giulia())
    answers = rush(portal_server, [moved_to(session, 11)] * AT_ONCE)
    assert counted(answers) == {(200, ""): 1, (400, "invalid"): AT_ONCE - 1}
    session.refresh_from_db()
    assert (session.sequence, session.events.filter(kind="moved").count()) == (1, 1)


def test_the_control_without_the_lock_moves_more_than_once(portal_server_factory: Callable[..., WebServer]) -> None:
    url = portal_server_factory({"FAULT_POINTS": "skip_lock,after_check=pause:0.2"}).url
    contract = contract_of("Customer 0")
    days = iter(range(10, 200))

    def moves_twice() -> bool:
        session = session_of(contract, next(days), giulia())
        rush(url, [moved_to(session, 250)] * CROWD_OF_A_CONTROL)
        happened = session.events.filter(kind="moved").count() > 1
        session.refresh_from_db()
        rush(url, [act(session, "cancel", reason="")])
        return happened

    assert goes_wrong(moves_twice)
