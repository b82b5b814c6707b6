"""The pages on which a time is asked for, proposed and confirmed (DOMAIN.md §7)."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers.models import User
from notifications.models import Message
from sessions.domain.overage_cap_changes import CapWanted, change_cap
from sessions.domain.overage_requests import address_of
from sessions.domain.time_requests import decline_request
from sessions.models import ConsultingSession, OverageRequest, TimeRequest
from tests.factories import (
    NOW,
    acme,
    asked_for,
    at,
    booked,
    giulia,
    launch_kit,
    logged,
    luca,
    marta,
    member_of,
    pro_lite,
    proposed,
    rate,
    sofia,
    with_terms_accepted,
)
from tests.home.pages import queries
from tests.sessions.booking_pages import address, html_of, sealed_quote, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def url(page: str, asked: TimeRequest) -> str:
    return reverse(f"sessions:{page}", args=[asked.pk])


def post(person: User, path: str, **typed: Any) -> Any:
    return signed_in(person).post(path, typed)


class TestAsking:
    typed = {"type": "operations", "minutes": "60", "zone": "Europe/Rome", "words": ""}

    def ask(self, **typed: str) -> Any:
        contract = launch_kit()
        return post(marta(), reverse("sessions:ask-for-a-time", args=[contract.pk]), **{**self.typed, **typed})

    def test_the_calendar_leads_there_with_what_was_chosen(self) -> None:
        contract = launch_kit()
        page = signed_in(marta()).get(address("book-time", contract, day="2026-03-07"))  # a Saturday: nothing is free
        assert html_of(page).count("/ask-for-a-time/?type=operations&amp;minutes=60") == 2
        form = signed_in(marta()).get(page.context["ask_href"] + "&day=2026-03-07").context["form"]
        assert (form["type"].value(), form["minutes"].value(), str(form["day-0"].value())) == (
            "operations",
            "60",
            "2026-03-07",
        )
        assert "/ask-for-a-time/" not in html_of(signed_in(giulia()).get(address("book-time", contract)))

    def test_times_are_read_in_the_zone_beside_them(self) -> None:
        answer = self.ask(
            **{"zone": "Asia/Tokyo", "day-0": "2026-03-10", "from-0": "09:00", "until-0": "11:00", "words": "Or later"}
        )
        asked = TimeRequest.objects.get()
        assert answer.status_code == 302
        assert answer["Location"] == url("time-request", asked)
        (wish,) = asked.wishes.all()
        assert (wish.starts_at, wish.ends_at) == (at("2026-03-10 01:00"), at("2026-03-10 03:00"))

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({}, "words"),
            ({"day-1": "2026-03-10", "from-1": "09:00"}, "until-1"),
            ({"day-0": "2026-03-10", "from-0": "09:00", "until-0": "08:00"}, "until-0"),
            ({"day-0": "2026-03-29", "from-0": "02:30", "until-0": "04:00"}, "from-0"),
            ({"day-0": "2026-03-01", "from-0": "09:00", "until-0": "10:00"}, "day-0"),
            ({"zone": "Mars/Olympus", "words": "Soon"}, "zone"),
            ({"minutes": "90", "words": "Soon"}, "minutes"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(self, typed: dict[str, str], field: str) -> None:
        answer = self.ask(**typed)
        assert answer.status_code == 422
        assert field in answer.context["form"].errors
        assert not TimeRequest.objects.exists()


class TestAnswering:
    def test_staff_find_a_time_near_the_wish_and_propose_it(self) -> None:
        asked = asked_for(launch_kit(), ("2026-03-19 14:00", "2026-03-19 16:00"))
        client = signed_in(giulia())
        page = client.get(url("propose-time", asked))
        free = page.context["free"]
        assert str(free.day) == "2026-03-19"
        time = next(each for each in free.times if each.starts_at == at("2026-03-19 14:00"))
        confirm = client.get(time.href)
        assert confirm.status_code == 200
        assert confirm.context["held_until"] == at("2026-03-04 09:00")
        answer = client.post(time.href, {"message": "My only free one"})
        assert answer["Location"] == url("time-request", asked)
        asked.refresh_from_db()
        assert (asked.status, asked.starts_at, asked.staff) == ("proposed", at("2026-03-19 14:00"), giulia())
        assert "My only free one" in text_of(signed_in(marta()).get(url("time-request", asked)))

    def test_any_time_of_the_diary_by_its_clock(self) -> None:
        asked = asked_for(launch_kit())
        query = f"?staff={giulia().pk}&zone=Europe/Rome&wall=2026-03-07T19:00"
        assert signed_in(giulia()).post(url("propose-time", asked) + query, {"message": ""}).status_code == 302
        asked.refresh_from_db()
        assert asked.starts_at == at("2026-03-07 19:00")

    def test_a_time_that_was_taken_meanwhile_offers_the_nearest(self) -> None:
        contract = launch_kit()
        asked = asked_for(contract)
        booked(contract, "operations", 60, "2026-03-09 10:00", now=NOW)
        path = f"{url('propose-time', asked)}?staff={giulia().pk}&starts=2026-03-09T09:00Z"
        answer = signed_in(giulia()).post(path, {"message": ""})
        assert answer.status_code == 409
        assert len(answer.context["nearest"]) == 3
        assert all(each["href"].startswith(url("propose-time", asked)) for each in answer.context["nearest"])

    def test_a_decided_request_is_shown_instead(self) -> None:
        asked = asked_for(launch_kit())
        decline_request(asked=asked, reason="Nobody", by=giulia(), now=NOW)
        answer = signed_in(giulia()).get(url("propose-time", asked))
        assert answer["Location"] == url("time-request", asked)


class TestConfirming:
    def form(self, client: Client, asked: TimeRequest, **typed: Any) -> dict[str, Any]:
        page = client.get(url("confirm-time", asked))
        assert page.status_code == 200
        return {
            "act": "book",
            "members": [str(marta().pk)],
            "message": "",
            "quote": sealed_quote(page),
            "guests-TOTAL_FORMS": "0",
            "guests-INITIAL_FORMS": "0",
            **typed,
        }

    def test_one_post_books_and_the_second_leads_to_the_same_session(self) -> None:
        asked = proposed(asked_for(launch_kit()), "2026-03-09 10:00")
        client = signed_in(marta())
        typed = self.form(client, asked)
        assert "This time is kept for you" in text_of(client.get(url("confirm-time", asked)))
        first, second = client.post(url("confirm-time", asked), typed), client.post(url("confirm-time", asked), typed)
        session = ConsultingSession.objects.get()
        assert first["Location"] == second["Location"] == f"/sessions/{session.pk}/?booked=1"
        assert client.get(url("confirm-time", asked))["Location"] == url("time-request", asked)

    def test_looking_at_it_changes_nothing(self) -> None:
        asked = proposed(asked_for(launch_kit()), "2026-03-09 10:00")
        for page in ("time-request", "confirm-time", "decline-time-request"):
            assert signed_in(marta()).get(url(page, asked)).status_code == 200
        asked.refresh_from_db()
        assert (asked.status, asked.events.count()) == ("proposed", 2)

    def test_overage_is_accepted_on_the_page(self) -> None:
        rate("EUR", "90.00")
        contract = with_terms_accepted(pro_lite())
        for day in ("02", "03"):
            logged(contract, "operations", 60, f"2026-02-{day} 10:00")
        asked = proposed(asked_for(contract), "2026-03-09 10:00")
        client = signed_in(marta())
        typed = self.form(client, asked)
        refused = client.post(url("confirm-time", asked), typed)
        assert refused.status_code == 422
        assert "accept_overage" in refused.context["form"].errors
        assert client.post(url("confirm-time", asked), {**typed, "accept_overage": "on"}).status_code == 302

    def test_above_the_cap_the_approver_is_led_to_the_proposal(self) -> None:
        rate("EUR", "90.00")
        contract = with_terms_accepted(pro_lite())
        for day in ("02", "03"):
            logged(contract, "operations", 60, f"2026-02-{day} 10:00")
        boss = member_of(acme(), "Berta Boss", kind="admin")
        change_cap(customer=acme(), wanted=CapWanted(approver=boss, minutes=0), by=boss, now=NOW)
        asked = proposed(asked_for(contract), "2026-03-09 10:00")
        client = signed_in(marta())
        typed = self.form(client, asked, act="ask")
        assert "kept until" in text_of(client.get(url("confirm-time", asked)))
        assert client.post(url("confirm-time", asked), typed).status_code == 302
        assert Message.objects.filter(kind="overage_asked", recipient=boss).exists()
        assert address_of(OverageRequest.objects.get()).endswith(url("confirm-time", asked))
        by_boss = self.form(signed_in(boss), asked, accept_overage="on")
        assert signed_in(boss).post(url("confirm-time", asked), by_boss).status_code == 302


class TestEnding:
    def test_a_reason_is_needed_to_decline(self) -> None:
        asked = proposed(asked_for(launch_kit()), "2026-03-09 10:00")
        assert post(marta(), url("decline-time-request", asked), reason="").status_code == 422
        assert post(marta(), url("decline-time-request", asked), reason="In Milan").status_code == 302
        assert post(marta(), url("decline-time-request", asked), reason="In Milan").status_code == 409
        asked.refresh_from_db()
        assert asked.status == "declined"
        again = signed_in(marta()).get(url("time-request", asked))
        assert "/ask-for-a-time/?type=operations&amp;minutes=60" in html_of(again)

    def test_withdrawing(self) -> None:
        asked = asked_for(launch_kit())
        assert post(marta(), url("withdraw-time-request", asked), reason="").status_code == 302
        asked.refresh_from_db()
        assert asked.status == "withdrawn"

    def test_an_open_request_is_on_the_first_screen_of_both_sides(self) -> None:
        asked = asked_for(launch_kit())
        for person in (marta(), giulia(), sofia()):
            assert url("time-request", asked) in html_of(signed_in(person).get("/"))
        proposed(asked, "2026-03-09 10:00")
        assert "A time for you to confirm" in text_of(signed_in(marta()).get("/"))
        assert url("time-request", asked) not in html_of(signed_in(luca()).get("/"))


def test_queries_of_a_request_do_not_grow_with_its_wishes_and_events() -> None:
    contract = launch_kit()
    few = asked_for(contract, ("2026-03-10 10:00", "2026-03-10 11:00"))
    many = asked_for(contract, *[(f"2026-03-1{day} 10:00", f"2026-03-1{day} 11:00") for day in range(5)])
    for wall in ("2026-03-09 10:00", "2026-03-10 10:00"):
        proposed(many, wall)
    proposed(few, "2026-03-11 10:00")
    assert queries(marta(), url("time-request", few)) == queries(marta(), url("time-request", many)) <= 14
