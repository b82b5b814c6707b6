"""Planning, moving and cancelling reviews in the one diary (DOMAIN.md §7, §8)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.refusals import InvalidInput, NotAllowed
from customers.domain.names import refer_to
from notifications.models import Message
from packages.models import Contract
from reviews.domain.common_times import common_days
from reviews.domain.planning import cancel_review, move_review
from reviews.domain.refusals import OutsideWindow
from reviews.domain.standings import Standing, standing_of
from reviews.models import Review, ReviewEvent, ReviewStaff
from sessions.domain.attendees import Guest
from sessions.domain.numbers import numbers_of
from sessions.domain.refusals import OutsideAvailability, SlotTaken, TooLate, TooSoon, WrongState
from sessions.models import DiaryEntry, TimeOff
from tests.factories import NOW, aino, at, booked, giulia, hanna, luca, marta, pekka, sofia, tomas
from tests.reviews.reviews import planned, review_of, with_reviews

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract() -> Contract:
    return with_reviews()


def places() -> list[tuple[str, str]]:
    rows = DiaryEntry.objects.order_by("starts_at", "staff__name")
    return [(entry.staff.name, f"{entry.starts_at:%d %H:%M}") for entry in rows.select_related("staff")]


def test_an_admin_plans_a_review_with_everybody_or_nobody(contract: Contract) -> None:
    review = planned(contract, 1, "2026-03-10 10:00", staff=[giulia(), tomas()], subject="operations")
    assert (review.status, review.subject, review.place) == ("planned", "operations", giulia().staff_profile.video_link)
    assert places() == [("Giulia Conti", "10 09:00"), ("Tomas Weber", "10 09:00")]
    event = review.events.get()
    assert (event.kind, event.by, event.details["staff"]) == (
        "planned",
        marta(),
        [refer_to(giulia()), refer_to(tomas())],
    )
    assert [each.email for each in review.attendees.all()] == [marta().email]


def test_if_one_is_taken_nobody_is_booked(contract: Contract) -> None:
    booked(contract, "operations", 30, "2026-03-10 10:30", staff=tomas())
    with pytest.raises(SlotTaken) as refused:
        planned(contract, 1, "2026-03-10 10:00", staff=[giulia(), tomas()])
    assert places() == [("Tomas Weber", "10 09:30")]
    nearest = refused.value.facts["nearest"]
    assert [each["staff"] for each in nearest] == [[giulia().email, tomas().email]] * 3
    planned(contract, 1, datetime.fromisoformat(nearest[0]["starts_at"]), staff=[giulia(), tomas()])


def test_a_review_draws_nothing_and_leaves_the_software_training(contract: Contract) -> None:
    planned(contract, 1, "2026-03-10 10:00", subject="software-training")
    numbers = numbers_of(contract, now=NOW)
    assert (numbers.free, numbers.booked, numbers.overage) == (120, 0, 0)
    training = booked(contract, "software-training", 60, "2026-03-11 10:00")
    assert not training.overage_acceptances.exists()


def test_sessions_and_reviews_share_one_diary(contract: Contract) -> None:
    planned(contract, 1, "2026-03-10 10:00")
    with pytest.raises(SlotTaken):
        booked(contract, "operations", 60, "2026-03-10 10:30")
    start = at("2026-03-10 10:30")
    with pytest.raises(IntegrityError, match="diary_entries_never_overlap"), transaction.atomic():
        DiaryEntry.objects.create(staff=giulia(), starts_at=start, ends_at=start + timedelta(hours=1))


@pytest.mark.parametrize(
    ("wall", "number"),
    [("2026-04-02 10:00", 1), ("2026-03-31 10:00", 2), ("2026-04-01 23:30", 2)],
)
def test_a_review_takes_place_in_its_window(contract: Contract, wall: str, number: int) -> None:
    with pytest.raises(OutsideWindow):
        planned(contract, number, wall, by=sofia(), now=NOW)
    assert review_of(contract, number).status == "due"


def test_the_window_is_one_of_the_contracts_zone(contract: Contract) -> None:
    # 1 April 23:30 in Rome is the last day; half an hour later the second window has begun.
    planned(contract, 1, at("2026-04-01 21:30", "UTC"), minutes=15, by=sofia(), now=NOW)
    planned(contract, 2, at("2026-04-01 22:00", "UTC"), minutes=15, by=sofia(), now=NOW)
    assert [review_of(contract, number).status for number in (1, 2)] == ["planned", "planned"]


def test_a_missed_review_is_made_up_for_until_the_contract_ends(contract: Contract) -> None:
    later = at("2026-04-20 09:00")
    assert standing_of(review_of(contract, 1), now=later) is Standing.MISSED
    planned(contract, 1, "2026-05-05 10:00", now=later)
    assert standing_of(review_of(contract, 1), now=later) is Standing.PLANNED
    with pytest.raises(OutsideWindow):
        planned(contract, 2, "2027-03-02 10:00", by=sofia(), now=at("2026-06-01 09:00"))
    with pytest.raises(OutsideWindow, match="has ended"):
        planned(contract, 2, "2027-03-03 10:00", by=sofia(), now=at("2027-03-02 09:00"))


def test_customers_are_bound_by_hours_and_notice_staff_by_the_diary_alone(contract: Contract) -> None:
    with pytest.raises(TooSoon):
        planned(contract, 1, "2026-03-02 16:00", now=NOW)
    with pytest.raises(OutsideAvailability):
        planned(contract, 1, "2026-03-10 20:00")
    planned(contract, 1, "2026-03-02 20:00", by=giulia(), now=NOW)


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"minutes": 61}, "duration_minutes"),
        ({"minutes": 75}, "duration_minutes"),
        ({"staff": ["tomas"]}, "staff"),
        ({"staff": ["aino"]}, "staff"),
        ({"subject": "supplementary-training"}, "subject"),
        ({"agenda": "x" * 501}, "agenda"),
        ({"attendees": [Guest("Ada", "no address")]}, "attendees"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(contract: Contract, details: dict[str, Any], field: str) -> None:
    people = {"tomas": tomas, "aino": aino}
    if "staff" in details:
        details = {**details, "staff": [people[name]() for name in details["staff"]]}
    with pytest.raises(InvalidInput) as refused:
        planned(contract, 1, "2026-03-10 10:00", **details)
    assert refused.value.field == field
    assert review_of(contract, 1).status == "due"


def test_strangers_members_and_finance_plan_nothing(contract: Contract) -> None:
    for person in (hanna(), luca(), pekka(), aino()):
        with pytest.raises(NotAllowed):
            planned(contract, 1, "2026-03-10 10:00", by=person)


def test_a_review_is_planned_once(contract: Contract) -> None:
    planned(contract, 1, "2026-03-10 10:00")
    with pytest.raises(WrongState):
        planned(contract, 1, "2026-03-11 10:00")


def test_moving_frees_the_old_time_and_the_people_who_stay_away(contract: Contract) -> None:
    review = planned(contract, 1, "2026-03-10 10:00", staff=[giulia(), tomas()])
    move_review(
        review=review,
        starts_at=at("2026-03-10 10:30"),
        duration_minutes=30,
        staff=[giulia()],
        by=marta(),
        now=at("2026-03-05 10:00"),
        reason="Half an hour will do",
    )
    assert places() == [("Giulia Conti", "10 09:30")]
    event = review.events.last()
    assert event is not None
    assert (event.kind, event.details["from"]["minutes"], event.details["minutes"]) == ("moved", 60, 30)
    with pytest.raises(InvalidInput):
        move_review(
            review=review,
            starts_at=at("2026-03-10 10:30"),
            duration_minutes=30,
            staff=[giulia()],
            by=marta(),
            now=NOW,
        )


def test_cancelling_frees_everybody_and_the_review_is_owed_again(contract: Contract) -> None:
    review = planned(contract, 1, "2026-03-10 10:00", staff=[giulia(), tomas()])
    cancel_review(review=review, by=marta(), now=NOW, reason="Holidays")
    assert places() == []
    again = review_of(contract, 1)
    assert (again.status, again.starts_at, again.sequence) == ("due", None, 2)
    planned(contract, 1, "2026-03-11 10:00")


def test_customers_change_a_review_until_its_start(contract: Contract) -> None:
    review = planned(contract, 1, "2026-03-10 10:00")
    begun = at("2026-03-10 10:00")
    with pytest.raises(TooLate):
        cancel_review(review=review, by=marta(), now=begun)
    cancel_review(review=review, by=giulia(), now=begun)


def test_the_times_offered_are_those_that_everybody_has(contract: Contract) -> None:
    booked(contract, "operations", 60, "2026-03-10 10:00", staff=tomas())
    booked(contract, "operations", 60, "2026-03-10 14:00", staff=giulia())
    review = review_of(contract, 1)

    def clocks(day: date) -> set[str]:
        (found,) = common_days(
            review,
            [giulia(), tomas()],
            first=day,
            last=day,
            zone="Europe/Rome",
            duration_minutes=60,
            now=NOW,
        )
        return {f"{slot.starts_at.hour + 1}:{slot.starts_at.minute:02}" for slot in found.slots}

    assert "12:00" in clocks(date(2026, 3, 10))
    assert clocks(date(2026, 3, 10)).isdisjoint({"10:00", "10:30", "9:30", "14:00", "14:30", "13:30"})
    assert clocks(date(2026, 4, 2)) == set()


def test_a_cover_takes_part_in_the_place_of_who_is_away(contract: Contract) -> None:
    TimeOff.objects.create(
        staff=giulia(), starts_at=at("2026-03-09 00:00"), ends_at=at("2026-03-14 00:00"), cover=aino()
    )
    with pytest.raises(OutsideAvailability):
        planned(contract, 1, "2026-03-10 10:00")
    planned(contract, 1, "2026-03-10 10:00", staff=[aino()])
    assert places() == [("Aino Virtanen", "10 09:00")]


def test_everybody_gets_one_invitation_and_who_is_released_a_cancellation(contract: Contract) -> None:
    review = planned(
        contract,
        1,
        "2026-03-10 10:00",
        staff=[giulia(), tomas()],
        attendees=[Guest("Marta", marta().email), Guest("Guest", "guest@elsewhere.example")],
    )

    def owed(kind: str) -> list[str]:
        return sorted(Message.objects.filter(kind=kind).values_list("recipient_email", flat=True))

    assert owed("review_planned") == sorted([marta().email, "guest@elsewhere.example", giulia().email, tomas().email])
    move_review(
        review=review, starts_at=at("2026-03-11 10:00"), duration_minutes=60, staff=[giulia()], by=marta(), now=NOW
    )
    assert owed("review_moved") == sorted([marta().email, "guest@elsewhere.example", giulia().email])
    assert owed("review_released") == [tomas().email]
    cancel_review(review=review, by=giulia(), now=NOW)
    assert owed("review_cancelled") == sorted([marta().email, "guest@elsewhere.example", giulia().email])


class TestTheDatabaseHoldsThemTogether:
    """Whoever writes."""

    def refuse(self, constraint: str) -> Any:
        return pytest.raises(IntegrityError, match=constraint)

    def check_now(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_a_planned_review_stands_in_a_diary(self, contract: Contract) -> None:
        planned(contract, 1, "2026-03-10 10:00")
        with self.refuse("is planned with 0 places"), transaction.atomic():
            ReviewStaff.objects.all().delete()
            DiaryEntry.objects.all().delete()
            self.check_now()

    def test_a_place_is_at_the_time_of_the_review(self, contract: Contract) -> None:
        review = planned(contract, 1, "2026-03-10 10:00")
        assert review.starts_at is not None
        assert review.ends_at is not None
        later = timedelta(hours=1)
        with self.refuse("at another time"), transaction.atomic():
            Review.objects.filter(pk=review.pk).update(
                starts_at=review.starts_at + later, ends_at=review.ends_at + later
            )
            self.check_now()

    def test_no_place_is_left_behind(self, contract: Contract) -> None:
        planned(contract, 1, "2026-03-10 10:00", staff=[giulia(), tomas()])
        with self.refuse("is left of review"), transaction.atomic():
            ReviewStaff.objects.filter(person=tomas()).delete()
            self.check_now()

    def test_windows_never_change(self, contract: Contract) -> None:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Review.objects.filter(contract=contract).update(window_ends_on=date(2027, 1, 1))

    def test_events_stay(self, contract: Contract) -> None:
        planned(contract, 1, "2026-03-10 10:00")
        with pytest.raises(DatabaseError), transaction.atomic():
            ReviewEvent.objects.all().delete()
