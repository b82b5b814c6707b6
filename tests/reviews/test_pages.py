"""The pages of reviews: who sees what, and what each form does."""

import re
from collections.abc import Generator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from customers.models import User
from packages.models import Contract
from reviews.domain.records import Promise, add_action_item, add_internal_note, add_point
from reviews.models import ActionItem, AgendaPoint, InternalNote
from sessions.domain.attendees import Guest
from tests.factories import NOW, at, customer, giulia, hanna, luca, marta, member_of, pekka, sofia, tomas
from tests.reviews.reviews import held, planned, review_of, with_reviews

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today() -> Generator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contract() -> Contract:
    return with_reviews()


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(person: User, name: str, *arguments: int, **query: str) -> str:
    response = as_(person).get(reverse(name, args=arguments), query)
    assert response.status_code == 200, (name, response.status_code)
    return response.content.decode()


def post(person: User, name: str, *arguments: int, query: str = "", **data: Any) -> Any:
    return as_(person).post(f"{reverse(name, args=arguments)}{query}", data)


def test_the_contract_shows_the_whole_row_of_windows(contract: Contract) -> None:
    held(planned(contract, 1, "2026-03-10 10:00"))
    planned(contract, 2, "2026-04-15 10:00", now=NOW)
    shown = page(marta(), "sessions:contract", contract.pk)
    assert shown.count('class="window"') == 12
    assert "1 of 12 held, 1 planned, 10 still to come" in shown
    with time_machine.travel(at("2027-03-02 09:00"), tick=False):
        ended = page(marta(), "sessions:contract", contract.pk)
    assert "1 of 12 held, 1 planned, 10 missed" in ended


def test_an_admin_plans_in_two_screens(contract: Contract) -> None:
    review = review_of(contract, 1)
    first = page(marta(), "reviews:plan", review.pk, day="2026-03-10")
    query = f"?staff={giulia().pk}&amp;minutes=60&amp;subject=progress&amp;starts=2026-03-10T09%3A00Z"
    assert query in first
    query = query.replace("&amp;", "&")
    second = as_(marta()).get(f"{reverse('reviews:plan-confirm', args=[review.pk])}{query}").content.decode()
    assert "It draws no minutes" in second
    answer = post(
        marta(),
        "reviews:plan-confirm",
        review.pk,
        query=query,
        act="plan",
        members=[marta().pk, luca().pk],
        guests="Ada Rossi <ada@elsewhere.example>",
        agenda="New sites",
    )
    assert answer.status_code == 302, answer.content.decode()
    planned_now = review_of(contract, 1)
    assert (planned_now.status, planned_now.starts_at) == ("planned", at("2026-03-10 10:00"))
    assert {each.email for each in planned_now.attendees.all()} == {
        marta().email,
        luca().email,
        "ada@elsewhere.example",
    }
    assert planned_now.agenda.get().text == "New sites"
    assert "The review is planned" in page(marta(), "reviews:detail", review.pk, planned="1")


def test_a_form_that_loses_the_time_keeps_what_was_typed(contract: Contract) -> None:
    review = review_of(contract, 1)
    planned(contract, 2, "2026-04-15 10:00", now=NOW)
    query = f"?staff={giulia().pk}&minutes=60&subject=progress&starts=2026-04-15T08:00Z"
    with time_machine.travel(at("2026-04-10 09:00"), tick=False):
        answer = post(
            marta(), "reviews:plan-confirm", review.pk, query=query, act="plan", members=[marta().pk], agenda="Sites"
        )
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Sites" in text
    assert "slot-wide" in text
    assert review_of(contract, 1).status == "due"


def test_nobody_comes_is_said_beside_the_field(contract: Contract) -> None:
    query = f"?staff={giulia().pk}&minutes=60&subject=progress&starts=2026-03-10T09:00Z"
    answer = post(marta(), "reviews:plan-confirm", review_of(contract, 1).pk, query=query, act="plan")
    assert answer.status_code == 422
    assert "Name at least one attendee." in answer.content.decode()


def test_staff_move_and_cancel(contract: Contract) -> None:
    review = planned(contract, 1, "2026-03-10 10:00")
    query = f"?staff={giulia().pk},{tomas().pk}&minutes=45&subject=progress&starts=2026-03-11T09:00Z"
    assert "Move the review" in page(giulia(), "reviews:plan", review.pk)
    answer = post(giulia(), "reviews:plan-confirm", review.pk, query=query, act="move", reason="With an engineer")
    assert answer.status_code == 302
    moved = review_of(contract, 1)
    assert (moved.starts_at, moved.staff.count()) == (at("2026-03-11 10:00"), 2)
    assert "Cancel this review?" in page(giulia(), "reviews:cancel", review.pk)
    assert post(giulia(), "reviews:cancel", review.pk, reason="Ill").status_code == 302
    assert review_of(contract, 1).status == "due"
    assert as_(giulia()).get(reverse("reviews:cancel", args=[review.pk])).status_code == 409


def test_staff_record_what_was_said_and_correct_it(contract: Contract) -> None:
    review = planned(contract, 1, "2026-03-10 10:00")
    assert as_(giulia()).get(reverse("reviews:record", args=[review.pk])).status_code == 409
    with time_machine.travel(at("2026-03-10 11:00"), tick=False):
        assert post(giulia(), "reviews:record", review.pk, notes="x").status_code == 422
        assert post(giulia(), "reviews:record", review.pk, project_status="at_risk", notes="Late").status_code == 302
        assert post(giulia(), "reviews:record", review.pk, project_status="on_track", notes="Fine").status_code == 302
    done = review_of(contract, 1)
    assert (done.status, done.project_status, done.notes) == ("held", "on_track", "Fine")
    shown = page(marta(), "reviews:detail", review.pk)
    assert "The record was corrected. The project is: On track." in shown
    assert as_(marta()).get(reverse("reviews:record", args=[review.pk])).status_code == 404


def test_whose_side_missed_it_is_kept(contract: Contract) -> None:
    review = planned(contract, 1, "2026-03-10 10:00")
    with time_machine.travel(at("2026-03-10 11:00"), tick=False):
        answer = post(giulia(), "reviews:missed", review.pk, side="customer", reason="Nobody came")
        assert answer.status_code == 302
    with time_machine.travel(at("2026-04-10 11:00"), tick=False):
        shown = page(marta(), "reviews:detail", review.pk)
        assert "Missed by: the customer." in shown
        assert "Make up for it" in shown
        assert post(giulia(), "reviews:missed", review.pk, side="oura").status_code == 302
    assert review_of(contract, 1).missed_by == "oura"


def test_both_sides_prepare_the_agenda_and_take_off_their_own(contract: Contract) -> None:
    review = planned(contract, 1, "2026-03-10 10:00", attendees=[Guest(luca().name, luca().email)])
    for person, text in ((marta(), "Budget"), (luca(), "Rings"), (giulia(), "Rollout")):
        assert post(person, "reviews:point-add", review.pk, text=text).status_code == 302
    assert post(marta(), "reviews:point-add", review.pk, text=" ").status_code == 422
    assert post(pekka(), "reviews:point-add", review.pk, text="Money").status_code == 403
    points = {point.text: point.pk for point in AgendaPoint.objects.all()}
    assert set(points) == {"Budget", "Rings", "Rollout"}
    post(marta(), "reviews:point-remove", review.pk, points["Rollout"])
    post(marta(), "reviews:point-remove", review.pk, points["Rings"])
    assert set(AgendaPoint.objects.values_list("text", flat=True)) == {"Budget", "Rollout"}


def test_action_items_are_carried_until_they_are_done(contract: Contract) -> None:
    first = held(planned(contract, 1, "2026-03-10 10:00"))
    answer = post(
        giulia(), "reviews:item-add", first.pk, text="Send the sizing kits", owner=giulia().pk, due_on="2026-03-20"
    )
    assert answer.status_code == 302
    assert post(marta(), "reviews:item-add", first.pk, text="", owner="", due_on="").status_code == 422
    item = ActionItem.objects.get()
    assert item.side == "oura"
    second = review_of(contract, 2)
    assert "Send the sizing kits" in page(marta(), "reviews:detail", second.pk)
    assert "from review 1" in page(marta(), "reviews:detail", second.pk)
    with time_machine.travel(at("2026-04-10 09:00"), tick=False):
        assert post(marta(), "reviews:item-tick", second.pk, item.pk, done="1").status_code == 302
        item.refresh_from_db()
        assert item.done_by == marta()
        assert post(marta(), "reviews:item-tick", second.pk, item.pk, done="").status_code == 302
    item.refresh_from_db()
    assert item.done_at is None
    for nonsense in ("yes", "0", "1,0", "\0"):
        assert post(marta(), "reviews:item-tick", second.pk, item.pk, done=nonsense).status_code == 400
    item.refresh_from_db()
    assert item.done_at is None


class TestInternalAndShared:
    """A customer never gets a byte of what is internal."""

    SECRET = "Zweifel-am-Budget"

    @pytest.fixture
    def pk(self, contract: Contract) -> int:
        review = held(planned(contract, 1, "2026-03-10 10:00", attendees=[Guest(luca().name, luca().email)]))
        assert post(giulia(), "reviews:note-add", review.pk, text=self.SECRET).status_code == 302
        return review.pk

    def test_staff_read_it(self, pk: int) -> None:
        for person in (giulia(), sofia()):
            assert self.SECRET in page(person, "reviews:detail", pk)

    @pytest.mark.parametrize("name", ["reviews:detail", "reviews:summary", "reviews:calendar"])
    def test_no_page_tells_the_customer(self, pk: int, name: str) -> None:
        for person in (marta(), luca()):
            assert self.SECRET not in page(person, name, pk)

    def test_not_even_the_printed_summary_of_staff_holds_it(self, pk: int) -> None:
        assert self.SECRET not in page(giulia(), "reviews:summary", pk)

    def test_lists_history_search_and_contract_do_not_hold_it(self, contract: Contract, pk: int) -> None:
        for person in (marta(), giulia()):
            for path in (
                reverse("reviews:list") + "?tab=all",
                reverse("contract-history", args=[contract.pk]),
                reverse("customer-history", args=[contract.customer_id]),
                reverse("sessions:contract", args=[contract.pk]),
                reverse("search") + "?q=Zweifel",
                "/",
            ):
                answer = as_(person).get(path)
                assert answer.status_code == 200
                assert "am-Budget" not in answer.content.decode(), (person, path)

    def test_customers_write_none(self, pk: int) -> None:
        assert post(marta(), "reviews:note-add", pk, text="Hello").status_code == 404
        assert post(pekka(), "reviews:note-add", pk, text="Hello").status_code == 403
        assert InternalNote.objects.count() == 1

    def test_finance_sees_that_it_was_held_and_not_what_was_said(self, contract: Contract, pk: int) -> None:
        add_point(review=review_of(contract, 2), text="Our worries", by=marta(), now=NOW)
        shown = page(pekka(), "reviews:detail", pk)
        assert "Held" in shown
        assert "All well." not in shown
        assert "Our worries" not in page(pekka(), "reviews:detail", review_of(contract, 2).pk)
        assert as_(pekka()).get(reverse("reviews:summary", args=[pk])).status_code == 403


def test_a_stranger_finds_nothing(contract: Contract) -> None:
    review = planned(contract, 1, "2026-03-10 10:00")
    for person in (hanna(), luca()):
        for name in ("detail", "plan", "plan-confirm", "summary", "calendar", "cancel", "item-add"):
            answer = as_(person).get(reverse(f"reviews:{name}", args=[review.pk]))
            assert answer.status_code in ({404} if person == hanna() else {404, 403}), (person, name)


def test_the_calendar_file_is_a_calendar(contract: Contract) -> None:
    from icalendar import Calendar

    review = planned(contract, 1, "2026-03-10 10:00")
    answer = as_(marta()).get(reverse("reviews:calendar", args=[review.pk]))
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event.decoded("dtstart") == at("2026-03-10 10:00")
    assert str(event["uid"]).startswith(f"review-{review.pk}@")


def test_lists_ask_as_often_for_three_as_for_one(
    contract: Contract, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    staff = as_(giulia())
    for number, wall in ((1, "2026-03-10 10:00"), (2, "2026-04-15 10:00"), (3, "2026-05-15 10:00")):
        planned(contract, number, wall, staff=[giulia(), tomas()], by=sofia(), now=NOW)
        with_reviews(buyer=customer(f"Customer {number}"))
        if number in (1, 3):
            with django_assert_num_queries(LIST):
                assert staff.get(reverse("reviews:list")).status_code == 200


LIST = 8
DETAIL = 19


def test_a_review_asks_as_often_with_three_of_all_as_with_one(
    contract: Contract, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    review = planned(contract, 1, "2026-03-10 10:00", staff=[giulia(), tomas()])
    member_of(contract.customer, "Nino Neri")
    staff = as_(giulia())
    for number in (1, 2, 3):
        add_point(review=review, text=f"Point {number}", by=marta(), now=NOW)
        add_internal_note(review=review, text=f"Note {number}", by=giulia(), now=NOW)
        promise = Promise(f"Promise {number}", giulia(), date(2026, 3, 20))
        add_action_item(review=review, promise=promise, by=giulia(), now=NOW)
        if number in (1, 3):
            with django_assert_num_queries(DETAIL):
                assert staff.get(reverse("reviews:detail", args=[review.pk])).status_code == 200


def test_every_label_of_the_page_names_a_field_of_its_own(contract: Contract) -> None:
    """What is meant as an internal note must not end up on the agenda, which the customer reads."""
    shown = page(giulia(), "reviews:detail", planned(contract, 1, "2026-03-10 10:00").pk)
    ids = re.findall(r'\sid="([^"]+)"', shown)
    labelled = re.findall(r'<label[^>]*\sfor="([^"]+)"', shown)
    assert len(labelled) >= 2
    assert [ids.count(each) for each in labelled] == [1] * len(labelled)
