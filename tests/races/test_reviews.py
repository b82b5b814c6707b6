"""Reviews planned at once, and against bookings of the same person: one diary (DOMAIN.md §7, §8)."""

from collections.abc import Callable
from datetime import timedelta

from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case

from customers.models import StaffProfile
from packages.models import Contract
from reviews.models import Review, ReviewStaff
from sessions.models import DiaryEntry
from tests.factories import admin_of, customer, giulia, premium
from tests.plugin.processes import WebServer
from tests.races.rush import CROWD_OF_A_CONTROL, Call, counted, goes_wrong, rush, start_of_working_day, token_of

PAIRS = CROWD_OF_A_CONTROL // 2


def contract_of(name: str) -> Contract:
    """A Premium contract that began yesterday, so that its first window is open; no holiday comes between."""
    first = start_of_working_day(-1)
    StaffProfile.objects.filter(user=giulia()).update(country="ZZ")
    contract = premium(customer(name), starts_on=first.date(), ends_on=(first + timedelta(days=364)).date(), now=first)
    admin_of(contract)
    return contract


def plan(contract: Contract, token: str, day: int, minutes_later: int = 0) -> Call:
    """A call that plans the contract's first review, as somebody whom the diary alone binds."""
    review = Review.objects.get(contract=contract, number=1)
    starts_at = start_of_working_day(day) + timedelta(minutes=minutes_later)
    body = {"starts_at": starts_at.isoformat(), "staff": [giulia().email], "duration_minutes": 60}
    return Call(token, f"/reviews/{review.pk}/plan/", body)


def book(contract: Contract, token: str, day: int) -> Call:
    """A call that books an hour of Giulia's half an hour into the review's."""
    starts_at = start_of_working_day(day) + timedelta(minutes=30)
    return Call(
        token,
        "/sessions/",
        {
            "contract": contract.pk,
            "session_type": "operations",
            "starts_at": starts_at.isoformat(),
            "duration_minutes": 60,
            "staff": giulia().email,
            "attendees": [{"name": "Somebody", "email": "somebody@example.com"}],
            "accept_overage": False,
        },
    )


def reviews_against_bookings(day: int) -> list[Call]:
    """As many plans as bookings, each on a contract of its own, all of them for the same person and time."""
    token = token_of(giulia())
    calls = []
    for number in range(PAIRS):
        contract = contract_of(f"Customer {number} of day {day}")
        calls += [plan(contract, token, day), book(contract, token, day)]
    return calls


def test_two_who_plan_the_same_window_at_once_plan_it_once(portal_server: str) -> None:
    contract, token = contract_of("Acme Wellness"), token_of(giulia())
    calls = [plan(contract, token, day=3, minutes_later=60 * number) for number in range(CROWD_OF_A_CONTROL)]
    outcome = counted(rush(portal_server, calls))
    assert outcome == {(200, ""): 1, (400, "invalid"): CROWD_OF_A_CONTROL - 1}
    assert ReviewStaff.objects.count() == DiaryEntry.objects.count() == 1
    assert Review.objects.filter(status="planned").count() == 1


def test_a_plan_and_a_booking_of_the_same_person_never_overlap(portal_server: str) -> None:
    answers = rush(portal_server, reviews_against_bookings(day=3))
    assert min(answer.status for answer in answers) < 400
    assert [answer.code for answer in answers if answer.code].count("slot_taken") == len(answers) - 1
    assert DiaryEntry.objects.count() == 1


def test_the_control_without_lock_and_constraint_plans_over_bookings(
    portal_server_factory: Callable[..., WebServer], owner_connection: Connection
) -> None:
    with owner_connection.cursor() as cursor:
        cursor.execute("ALTER TABLE diary_entries DROP CONSTRAINT diary_entries_never_overlap")
    url = portal_server_factory({"FAULT_POINTS": "skip_lock,after_check=pause:0.2"}).url
    days = iter(range(2, 25))

    def books_twice() -> bool:
        before = DiaryEntry.objects.count()
        rush(url, reviews_against_bookings(day=next(days)))
        return DiaryEntry.objects.count() - before > 1

    assert goes_wrong(books_twice)
