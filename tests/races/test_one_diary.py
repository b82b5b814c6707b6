"""40 clients, overlapping times of one person: those who win never overlap, the others hear so (DOMAIN.md §7)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case

from sessions.models import ConsultingSession
from tests.factories import customer, giulia, launch_kit
from tests.plugin.processes import WebServer
from tests.races.rush import CROWD_OF_A_CONTROL, Call, counted, goes_wrong, rush, start_of_working_day, token_of

CLIENTS = 40
APART = timedelta(minutes=10)


def a_crowd(day: int) -> list[Call]:
    """Bookings by staff, whom the diary alone binds: an hour each, one every ten minutes, on four contracts."""
    first = start_of_working_day(day)
    term = {"starts_on": (first - timedelta(days=60)).date(), "ends_on": (first + timedelta(days=60)).date()}
    contracts = [launch_kit(customer(f"Customer {number}"), **term) for number in range(4)]
    token = token_of(giulia())
    return [
        Call(
            token,
            "/sessions/",
            {
                "contract": contracts[number % len(contracts)].pk,
                "session_type": "operations",
                "starts_at": (first + number * APART).isoformat(),
                "duration_minutes": 60,
                "staff": giulia().email,
                "attendees": [{"name": "Somebody", "email": "somebody@example.com"}],
                "accept_overage": False,
            },
        )
        for number in range(CLIENTS)
    ]


def overlapping() -> list[tuple[datetime, datetime]]:
    """Pairs of neighbours in the diary of which the second starts before the first ends."""
    sessions = ConsultingSession.objects.filter(status="booked").order_by("starts_at", "pk")
    return [(one.starts_at, other.starts_at) for one, other in pairwise(sessions) if other.starts_at < one.ends_at]


def test_winners_never_overlap_and_losers_hear_that_the_time_is_taken(portal_server: str) -> None:
    answers = rush(portal_server, a_crowd(day=10))
    outcome = counted(answers)
    winners = [answer for answer in answers if answer.status == 201]
    assert set(outcome) == {(201, ""), (409, "slot_taken")}, outcome
    assert len(winners) == ConsultingSession.objects.count()
    assert overlapping() == []
    # 40 starts ten minutes apart span 7:30 hours: at least every eleventh start found an hour that nobody had taken.
    assert 4 <= len(winners) <= 8


def test_the_control_without_lock_and_constraint_books_over_each_other(
    portal_server_factory: Callable[..., WebServer], owner_connection: Connection
) -> None:
    with owner_connection.cursor() as cursor:
        cursor.execute("ALTER TABLE diary_entries DROP CONSTRAINT diary_entries_never_overlap")
    url = portal_server_factory({"FAULT_POINTS": "skip_lock,after_check=pause:0.2"}).url
    days = iter(range(10, 50))

    def books_twice() -> bool:
        rush(url, a_crowd(day=next(days))[:CROWD_OF_A_CONTROL])
        return bool(overlapping())

    assert goes_wrong(books_twice)
