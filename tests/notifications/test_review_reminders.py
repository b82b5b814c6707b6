"""Reminders of project health checks: the window, its last fortnight, the meeting (DOMAIN.md §11)."""

from datetime import date, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from customers.models import ContactAssignment
from notifications.domain.delivery import send_batch
from notifications.models import Message
from packages.models import Contract
from reviews.domain.reminders import owe_review_reminders
from reviews.models import Review, ReviewEvent, ReviewStaff
from sessions.models import DiaryEntry
from tests.factories import aino, at, customer, giulia, marta, member_of, premium
from tests.plugin.mail import MailServer

pytestmark = pytest.mark.django_db
GIULIA, MARTA = "giulia.conti@oura.example", "marta@acme.example"
SIGNED = at("2026-01-20 12:00")
MEETING = at("2026-02-25 10:00")


@pytest.fixture(autouse=True)
def contract() -> Contract:
    """Twelve months from 1 February: the first window is February, which ends on the 28th."""
    return premium(starts_on=date(2026, 2, 1), now=SIGNED)


def plan(starts_at: datetime, *, now: datetime, kind: str = "planned") -> None:
    """Put the first review in Giulia's diary at that time, or move it there."""
    review = Review.objects.get(number=1)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=60)}
    place, _made = DiaryEntry.objects.update_or_create(staff=giulia(), session=None, defaults=times)
    ReviewStaff.objects.get_or_create(review=review, person=giulia(), diary_entry=place)
    Review.objects.filter(pk=review.pk).update(status="planned", duration_minutes=60, **times)
    ReviewEvent.objects.create(review=review, kind=kind, at=now, by=giulia())


def give_up(*, now: datetime) -> None:
    """Cancel the first review's meeting."""
    review = Review.objects.get(number=1)
    review.staff.all().delete()
    DiaryEntry.objects.filter(staff=giulia(), session=None).delete()
    Review.objects.filter(pk=review.pk).update(status="due", starts_at=None, ends_at=None, duration_minutes=None)
    ReviewEvent.objects.create(review=review, kind="cancelled", at=now, by=giulia())


def owed(wall: str) -> set[tuple[str, str]]:
    """Scan at that moment; kind and address of what is newly owed."""
    before = set(Message.objects.values_list("pk", flat=True))
    owe_review_reminders(now=at(wall))
    rows = Message.objects.exclude(pk__in=before)
    return {(row.kind.removeprefix("review_"), row.recipient_email) for row in rows}


def both(kind: str) -> set[tuple[str, str]]:
    return {(kind, GIULIA), (kind, MARTA)}


def sent(mail_server: MailServer, wall: str) -> dict[str, str]:
    mail_server.received.clear()
    owe_review_reminders(now=at(wall))
    while send_batch(now=at(wall)).go_on:
        pass
    assert all("/reviews/" in mail.text for mail in mail_server.received)
    return {mail.recipients[0]: mail.subject for mail in mail_server.received}


def test_the_window_and_its_last_fortnight_with_nothing_planned() -> None:
    assert owed("2026-02-01 07:59") == set()
    assert owed("2026-02-01 08:00") == both("window_opens")
    assert owed("2026-02-14 07:59") == set()
    assert owed("2026-02-14 08:00") == both("not_planned")
    assert owed("2026-02-28 23:59") == set()
    assert owed("2026-03-01 08:00") == both("window_opens"), "the second window"


def test_a_week_and_a_day_before_the_meeting() -> None:
    plan(MEETING, now=SIGNED)
    assert owed("2026-02-01 08:00") == both("window_opens")
    assert owed("2026-02-14 08:00") == set()
    assert owed("2026-02-18 07:59") == set()
    assert owed("2026-02-18 08:00") == both("week_before")
    assert owed("2026-02-24 09:59") == set()
    assert owed("2026-02-24 10:00") == both("day_before")
    assert owed("2026-02-25 10:00") == set()


def test_a_meeting_that_moved_is_told_at_its_new_moments_alone(mail_server: MailServer) -> None:
    plan(MEETING, now=SIGNED)
    assert owed("2026-02-18 08:00") == both("week_before")
    plan(MEETING + timedelta(days=2), now=at("2026-02-18 08:00"), kind="moved")
    assert sent(mail_server, "2026-02-18 08:01") == {}
    assert owed("2026-02-20 08:00") == both("week_before")
    assert owed("2026-02-24 10:00") == set()


def test_moments_that_were_over_when_it_was_planned_or_given_up() -> None:
    plan(MEETING, now=at("2026-02-24 11:00"))
    assert owed("2026-02-24 11:01") == set()
    give_up(now=at("2026-02-24 12:00"))
    assert owed("2026-02-24 12:01") == set()


def test_late_rather_than_never_until_the_next_begins() -> None:
    assert owed("2026-02-20 11:00") == both("not_planned")


def test_each_at_eight_of_their_own_clock() -> None:
    giulia()
    type(giulia()).objects.filter(email=MARTA).update(time_zone="America/New_York")
    assert owed("2026-02-01 08:00") == {("window_opens", GIULIA)}
    assert owed("2026-02-01 13:59") == set()
    assert owed("2026-02-01 14:00") == {("window_opens", MARTA)}


def test_the_dedicated_person_and_not_the_lead(contract: Contract) -> None:
    ContactAssignment.objects.filter(customer=contract.customer, kind="lead").update(person=aino())
    assert owed("2026-02-01 08:00") == both("window_opens")


def test_nothing_for_one_that_was_held_meanwhile(mail_server: MailServer) -> None:
    plan(MEETING, now=SIGNED)
    owed("2026-02-24 10:00")
    Review.objects.filter(number=1).update(status="held", project_status="on_track")
    assert sent(mail_server, "2026-02-24 10:01") == {}


def test_what_it_says(mail_server: MailServer) -> None:
    assert sent(mail_server, "2026-02-01 08:00")[MARTA] == "Acme Wellness: plan health check 1 until Sat, 28 Feb 2026"
    assert sent(mail_server, "2026-02-14 08:00")[MARTA] == "Acme Wellness: health check 1 is not planned yet"
    plan(MEETING, now=at("2026-02-15 10:00"))
    reminder = "Reminder: health check 1 of Acme Wellness, Wed, 25 Feb 2026, 10:00 (Rome)"
    assert sent(mail_server, "2026-02-24 10:00")[GIULIA] == reminder


def test_many_customers_cost_as_many_queries_as_one(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    marta()
    with django_assert_num_queries(9):
        assert owe_review_reminders(now=at("2026-02-01 08:00")) == 2
    for number in range(3):
        buyer = customer(f"Customer{number}")
        member_of(buyer, f"Admin{number} Ad", kind="admin")
        premium(buyer, starts_on=date(2026, 2, 1), now=SIGNED)
    with django_assert_num_queries(9):
        assert owe_review_reminders(now=at("2026-02-01 08:00")) == 6
