"""Logging time in the browser: what is filled in, what is shown before saving, how a refusal looks, who may."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from core.dates import after_minutes
from customers.models import User
from packages.models import Contract
from sessions.domain.cancelling import cancel_session, mark_no_show
from sessions.domain.ledger import reverse_entry
from sessions.domain.waivers import refuse_waiver, waive
from sessions.models import ConsultingSession, LedgerEntry
from tests.factories import (
    acme,
    aino,
    at,
    booked,
    customer,
    giulia,
    globex,
    hanna,
    launch_kit,
    logged,
    marta,
    pekka,
    pro_lite,
    rate,
    shares_of,
    sofia,
    with_terms_accepted,
)

NOW = at("2026-03-20 18:00")
QUERIES_OF_THE_LIST = 7

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_on_20_march")]


@pytest.fixture
def _on_20_march() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def typed(**changes: Any) -> dict[str, Any]:
    """The form of a kick-off of an hour on 3 February in Rome, with `changes`."""
    entry = {
        "session_type": "kickoff",
        "day": "2026-02-03",
        "clock": "10:00",
        "zone": "Europe/Rome",
        "minutes": "60",
        "note": "",
        "internal_note": "",
    }
    return {**entry, **changes}


def send(person: User, contract: Contract, *, htmx: bool = False, **changes: Any) -> Any:
    headers = {"HX-Request": "true"} if htmx else {}
    return signed_in(person).post(reverse("sessions:log-free", args=[contract.pk]), typed(**changes), headers=headers)


def time_entries(contract: Contract) -> list[LedgerEntry]:
    return list(LedgerEntry.objects.time_entries().filter(contract=contract).order_by("pk"))


class TestSaving:
    def test_time_is_logged_and_its_page_follows(self) -> None:
        contract = launch_kit()

        answer = send(giulia(), contract, note="Ring sizes agreed", internal_note="They are late")

        (entry,) = time_entries(contract)
        assert answer.status_code == 302
        assert answer.url == reverse("sessions:entry", args=[entry.pk])
        assert (entry.minutes, entry.staff, entry.started_at) == (60, giulia(), at("2026-02-03 10:00"))
        assert (entry.note, entry.internal_note) == ("Ring sizes agreed", "They are late")

    @pytest.mark.parametrize(
        ("as_typed", "minutes"),
        [("45", 45), ("45m", 45), ("0.75", 45), ("0,75", 45), ("0:45", 45), ("1h", 60), ("0h30", 30)],
    )
    def test_a_duration_is_read_as_people_write_it(self, as_typed: str, minutes: int) -> None:
        contract = launch_kit()

        send(giulia(), contract, minutes=as_typed)

        assert [entry.minutes for entry in time_entries(contract)] == [minutes]

    def test_the_start_is_an_instant_of_the_zone_that_was_chosen(self) -> None:
        helsinki = launch_kit(customer("Nokia Runners", country="FI", zone="Europe/Helsinki"))

        send(giulia(), helsinki, zone="Europe/Helsinki", clock="10:00")

        assert [entry.started_at for entry in time_entries(helsinki)] == [datetime(2026, 2, 3, 8, tzinfo=UTC)]

    def test_sent_twice_it_is_logged_once(self) -> None:
        contract = launch_kit()

        send(giulia(), contract)
        again = send(giulia(), contract)

        assert len(time_entries(contract)) == 1
        assert again.status_code == 422
        assert "already" in again.content.decode()


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "field", "sentence"),
        [
            ({"day": "2026-03-20", "clock": "17:30"}, "minutes", "has not ended yet"),
            ({"day": "2026-01-30"}, "day", "The contract runs from"),
            ({"minutes": "61"}, "minutes", "at most 60 minutes"),
            ({"minutes": "soon"}, "minutes", "Type a duration"),
            ({"minutes": "0.01"}, "minutes", "whole minutes"),
            ({"day": "2026-03-29", "clock": "02:30"}, "clock", "does not exist"),
            ({"day": "9999-12-31", "clock": "23:30"}, "day", "Enter a valid date"),
            ({"session_type": "yoga"}, "session_type", "Select a valid choice"),
            ({"zone": "Asia/Tokyo"}, "zone", "Select a valid choice"),
        ],
    )
    def test_each_stands_beside_its_field_and_nothing_typed_is_lost(
        self, changes: dict[str, Any], field: str, sentence: str
    ) -> None:
        contract = launch_kit()

        answer = send(giulia(), contract, note="Long and careful", **changes)

        assert answer.status_code == 422
        assert sentence in " ".join(answer.context["form"].errors[field])
        assert "Long and careful" in answer.content.decode()
        assert time_entries(contract) == []

    def test_no_form_at_all_is_refused_too(self) -> None:
        contract = launch_kit()

        answer = signed_in(giulia()).post(reverse("sessions:log-free", args=[contract.pk]), {})

        assert answer.status_code == 422
        assert time_entries(contract) == []


class TestPreview:
    def test_it_says_what_the_entry_draws_why_and_what_it_costs_and_writes_nothing(self) -> None:
        rate("EUR", "150")
        contract = launch_kit()
        logged(contract, "software-training", 60, "2026-02-02 10:00", now=NOW)

        answer = send(giulia(), contract, htmx=True, session_type="software-training", minutes="0:40")

        shown = answer.content.decode()
        assert answer.status_code == 200
        assert "€100.00" in shown
        assert [reason.state for reason in answer.context["reasons"]] == ["met", "met", "unmet", "open"]
        assert "An earlier one has used the one it covers." in shown
        assert len(time_entries(contract)) == 1

    def test_the_button_previews_without_javascript_on_the_whole_page(self) -> None:
        contract = launch_kit()

        answer = send(giulia(), contract, preview="1")

        assert answer.status_code == 200
        assert "<form" in answer.content.decode()
        assert answer.context["preview"].share.figures == (60, 0)
        assert time_entries(contract) == []

    def test_a_form_half_typed_is_no_error(self) -> None:
        contract = launch_kit()

        answer = send(giulia(), contract, htmx=True, minutes="", clock="")

        assert answer.status_code == 200
        assert answer.context["problems"] == []

    def test_a_refusal_is_seen_before_saving(self) -> None:
        contract = launch_kit()

        answer = send(giulia(), contract, htmx=True, minutes="61")

        assert answer.status_code == 200
        assert "at most 60 minutes" in answer.content.decode()

    def test_other_time_of_the_same_person_that_it_overlaps_is_named(self) -> None:
        acmes, globexs = launch_kit(), launch_kit(globex(), dedicated=giulia())
        logged(globexs, "operations", 60, at("2026-02-03 10:30"), now=NOW)

        answer = send(giulia(), acmes, htmx=True)

        assert "Globex" in answer.content.decode()


class TestMoves:
    """Example 2 of DOMAIN.md §4: a late entry takes minutes from those that came after it."""

    def example_1(self) -> Contract:
        rate("EUR", "120")
        contract = launch_kit()
        for session_type, minutes, wall in [
            ("kickoff", 60, "2026-02-03 10:00"),
            ("operations", 60, "2026-02-10 10:00"),
            ("software-training", 60, "2026-02-17 10:00"),
            ("operations", 45, "2026-03-02 10:00"),
            ("operations", 30, "2026-03-09 10:00"),
        ]:
            logged(contract, session_type, minutes, wall, now=NOW)
        return contract

    late: dict[str, Any] = {"session_type": "operations", "day": "2026-02-05", "minutes": "30"}

    def test_it_is_not_saved_before_the_person_has_seen_what_it_moves(self) -> None:
        contract = self.example_1()

        asked = send(giulia(), contract, **self.late)

        moves = asked.context["moves"]
        assert asked.status_code == 409
        assert asked.content.decode().count('name="moves_seen"') == 1
        assert [row.move.difference for row in moves.rows] == [30, 30]
        assert moves.difference == 60
        assert len(time_entries(contract)) == 5

        saved = send(giulia(), contract, **self.late, moves_seen=moves.mark)

        assert saved.status_code == 302
        assert shares_of(contract) == ["60/0", "60/0", "60/0", "30/15", "0/30", "30/0"]

    def test_what_moves_anew_is_shown_anew(self) -> None:
        contract = self.example_1()
        seen = send(giulia(), contract, htmx=True, **self.late).context["moves"].mark
        logged(contract, "operations", 15, "2026-02-04 10:00", now=NOW)

        asked = send(giulia(), contract, **self.late, moves_seen=seen)

        assert asked.status_code == 409
        assert asked.context["asks_again"]
        assert len(time_entries(contract)) == 6

    def test_it_names_the_booked_sessions_that_it_pushes_into_overage(self) -> None:
        rate("EUR", "120")
        contract = with_terms_accepted(pro_lite())
        logged(contract, "kickoff", 60, "2026-02-03 10:00", now=NOW)
        coming = booked(contract, "operations", 60, "2026-04-01 10:00")

        shown = send(giulia(), contract, htmx=True, session_type="operations", day="2026-02-10", minutes="30")

        words = shown.content.decode()
        assert "Booked sessions that become overage" in words
        assert reverse("sessions:detail", args=[coming.pk]) in words
        assert "0:30 overage" in words
        assert "€60.00" in words

    def test_a_reversal_shows_what_it_moves_and_what_that_does_to_money(self) -> None:
        contract = self.example_1()
        second = time_entries(contract)[1]
        client, address = signed_in(giulia()), reverse("sessions:reverse", args=[second.pk])

        shown = client.get(address)
        moves = shown.context["moves"]
        assert shown.content.decode().count('name="moves_seen"') == 1
        assert [(row.move.before.figures, row.move.after.figures) for row in moves.rows] == [((15, 15), (30, 0))]
        assert moves.difference == -30

        unseen = client.post(address, {"reason": "Typed twice"})
        assert unseen.context["asks_again"]
        seen = client.post(address, {"reason": "Typed twice", "moves_seen": moves.mark})

        assert seen.status_code == 302
        assert shares_of(contract) == ["60/0", "reversed", "60/0", "45/0", "30/0"]

    def test_added_minutes_show_the_overage_that_they_cover(self) -> None:
        contract = self.example_1()
        client, address = signed_in(sofia()), reverse("sessions:adjust", args=[contract.pk])

        shown = client.post(address, {"minutes": "10"}, headers={"HX-Request": "true"})
        moves = shown.context["moves"]
        assert [row.move.after.figures for row in moves.rows] == [(25, 5)]
        assert moves.difference == -20

        unseen = client.post(address, {"minutes": "10", "reason": "Goodwill"})
        assert (unseen.status_code, unseen.context["asks_again"]) == (409, True)
        assert shares_of(contract)[-1] == "15/15"
        client.post(address, {"minutes": "10", "reason": "Goodwill", "moves_seen": moves.mark})
        assert shares_of(contract)[-1] == "25/5"


class TestFromASession:
    def test_type_start_and_minutes_are_those_of_the_booking(self) -> None:
        session = booked(launch_kit(), "operations", 45, "2026-03-10 10:00")

        form = signed_in(giulia()).get(reverse("sessions:log", args=[session.pk])).context["form"]

        assert form.initial["session_type"] == "operations"
        assert form.initial["day"].isoformat() == "2026-03-10"
        assert f"{form.initial['clock']:%H:%M}" == "10:00"
        assert form.initial["minutes"] == 45

    def test_logged_as_it_was_booked_the_session_is_held(self) -> None:
        session = booked(launch_kit(), "operations", 45, "2026-03-10 10:00")

        signed_in(giulia()).post(
            reverse("sessions:log", args=[session.pk]),
            typed(session_type="operations", day="2026-03-10", minutes="45"),
        )

        session.refresh_from_db()
        assert session.status == ConsultingSession.Status.HELD
        assert [entry.session for entry in time_entries(session.contract)] == [session]

    def test_what_ran_over_may_be_logged_first(self) -> None:
        session = booked(launch_kit(), "operations", 45, "2026-03-10 10:00")
        logged(session.contract, "supplementary-training", 10, "2026-03-10 10:45", session=session, now=NOW)

        form = signed_in(giulia()).get(reverse("sessions:log", args=[session.pk])).context["form"]

        assert next(value for value, _label in form.fields["session_type"].choices) == "operations"
        assert f"{form.initial['clock']:%H:%M}" == "10:00"

    def test_what_ran_over_is_supplementary_training_from_where_the_entry_ends(self) -> None:
        session = booked(launch_kit(), "operations", 45, "2026-03-10 10:00")
        logged(session.contract, "operations", 45, "2026-03-10 10:00", session=session, now=NOW)

        form = signed_in(giulia()).get(reverse("sessions:log", args=[session.pk])).context["form"]

        assert [value for value, _label in form.fields["session_type"].choices] == ["supplementary-training"]
        assert f"{form.initial['clock']:%H:%M}" == "10:45"

    def test_a_booked_start_in_an_hour_that_occurs_twice_stays_the_instant_it_was(self) -> None:
        """On 25 October 2026 Rome's clock shows 02:30 twice; the booking was at the second one."""
        second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
        with time_machine.travel(datetime(2026, 10, 26, tzinfo=UTC), tick=False):
            contract = pro_lite()
            session = booked(contract, "operations", 45, "2026-03-10 10:00")
            ConsultingSession.objects.filter(pk=session.pk).update(starts_at=second, ends_at=after_minutes(second, 45))

            signed_in(giulia()).post(
                reverse("sessions:log", args=[session.pk]),
                typed(session_type="operations", day="2026-10-25", clock="02:30", minutes="45"),
            )

        assert [entry.started_at for entry in time_entries(contract)] == [second]

    def test_a_no_show_is_logged_with_a_reason_or_not_at_all(self) -> None:
        session = booked(launch_kit(), "operations", 45, "2026-03-10 10:00")
        mark_no_show(session=session, by=giulia(), reason="", missing="Marta", now=at("2026-03-10 10:20"))
        address = reverse("sessions:log", args=[session.pk])
        entry = typed(session_type="operations", day="2026-03-10", minutes="45")

        refused = signed_in(giulia()).post(address, entry)
        signed_in(giulia()).post(address, {**entry, "reason": "Nobody came, we waited"})

        assert "reason" in refused.context["form"].errors
        assert [row.basis for row in time_entries(session.contract)] == ["no_show"]

    def test_a_meeting_that_did_not_take_place_is_logged_at_its_booked_start(self) -> None:
        session = booked(launch_kit(), "operations", 45, "2026-03-10 10:00")
        cancel_session(session=session, by=marta(), reason="Ill", now=at("2026-03-10 08:00"))

        answer = signed_in(giulia()).post(
            reverse("sessions:log", args=[session.pk]),
            typed(session_type="operations", day="2026-03-10", clock="11:00", minutes="45", reason="Late"),
        )

        assert "booked start" in " ".join(answer.context["form"].errors["clock"])


class TestAccess:
    def answers(self, person: User, contract: Contract, entry: LedgerEntry) -> dict[str, int]:
        client = signed_in(person)
        addresses = {
            "log": reverse("sessions:log-free", args=[contract.pk]),
            "adjust": reverse("sessions:adjust", args=[contract.pk]),
            "entry": reverse("sessions:entry", args=[entry.pk]),
            "reverse": reverse("sessions:reverse", args=[entry.pk]),
            "waive": reverse("sessions:waive", args=[entry.pk]),
            "refuse": reverse("sessions:refuse-waiver", args=[entry.pk]),
            "list": reverse("sessions:entry-list"),
        }
        return {name: client.get(address).status_code for name, address in addresses.items()}

    def test_each_door_opens_to_those_it_is_for(self) -> None:
        contract = launch_kit()
        entry = logged(contract, "kickoff", 60, "2026-02-03 10:00", now=NOW).entry
        names = ("log", "adjust", "entry", "reverse", "waive", "refuse", "list")

        assert {
            person: tuple(self.answers(person, contract, entry)[name] for name in names)
            for person in (marta(), giulia(), sofia(), pekka(), hanna(), aino())
        } == {
            marta(): (404, 404, 200, 404, 404, 404, 404),
            giulia(): (200, 403, 200, 200, 200, 403, 200),
            sofia(): (403, 200, 200, 200, 200, 200, 200),
            pekka(): (403, 403, 200, 403, 403, 403, 200),
            hanna(): (404, 404, 404, 404, 404, 404, 404),
            aino(): (404, 404, 404, 404, 404, 404, 200),
        }

    def test_a_stranger_to_the_customer_writes_nothing(self) -> None:
        contract = launch_kit()

        assert send(aino(), contract).status_code == 404
        assert send(hanna(), contract).status_code == 404
        assert send(marta(), contract).status_code == 404
        assert time_entries(contract) == []

    def test_the_internal_note_stays_with_the_staff(self) -> None:
        entry = logged(
            launch_kit(), "kickoff", 60, "2026-02-03 10:00", now=NOW, note="For you", internal_note="Not for you"
        ).entry
        address = reverse("sessions:entry", args=[entry.pk])

        assert "Not for you" in signed_in(giulia()).get(address).content.decode()
        shown = signed_in(marta()).get(address).content.decode()
        assert "For you" in shown
        assert "Not for you" not in shown


class TestEntry:
    def overage(self) -> LedgerEntry:
        rate("EUR", "150")
        return logged(launch_kit(), "supplementary-training", 40, "2026-02-03 10:00", now=NOW).entry

    def page(self, person: User, entry: LedgerEntry) -> Any:
        return signed_in(person).get(reverse("sessions:entry", args=[entry.pk]))

    def test_it_answers_why_it_is_billed(self) -> None:
        answer = self.page(marta(), self.overage())

        shown = answer.content.decode()
        assert "Why is this billed?" in shown
        assert "Supplementary training is always overage." in shown
        assert "€100.00" in shown

    def test_staff_propose_a_waiver_and_operations_confirms_it(self) -> None:
        entry = self.overage()
        address = reverse("sessions:waive", args=[entry.pk])

        signed_in(giulia()).post(address, {"reason": "Our video failed"})
        assert "A waiver is proposed" in self.page(giulia(), entry).content.decode()
        signed_in(sofia()).post(address, {"reason": "Agreed"})

        answer = self.page(marta(), entry)
        assert answer.context["priced"].billing == "courtesy"
        assert "Why is this billed?" not in answer.content.decode()
        assert [event.said for event in answer.context["history"]] == [
            "Waiver confirmed: courtesy",
            "Waiver proposed",
            "Logged",
        ]

    def test_a_refused_waiver_leaves_the_bill_as_it_was(self) -> None:
        entry = self.overage()
        waive(entry=entry, by=giulia(), reason="Our video failed", now=NOW)

        signed_in(sofia()).post(reverse("sessions:refuse-waiver", args=[entry.pk]), {"reason": "It worked"})

        assert self.page(marta(), entry).context["priced"].billing == "overage"

    def test_customers_read_of_a_waiver_once_it_holds_and_staff_of_every_step(self) -> None:
        entry = self.overage()

        def said_to(person: User) -> list[str]:
            return [event.said for event in self.page(person, entry).context["history"]]

        waive(entry=entry, by=giulia(), reason="Our video failed", now=NOW)
        for_customer = self.page(marta(), entry).content.decode()
        assert said_to(marta()) == ["Logged"]
        assert "waiver" not in for_customer.lower()
        assert "Our video failed" not in for_customer
        assert said_to(giulia()) == ["Waiver proposed", "Logged"]

        refuse_waiver(entry=entry, by=sofia(), reason="It worked", now=NOW)
        assert said_to(marta()) == ["Logged"]
        assert "It worked" not in self.page(marta(), entry).content.decode()
        assert said_to(giulia()) == ["Waiver refused", "Waiver proposed", "Logged"]

    def test_a_second_waiver_is_refused_in_words(self) -> None:
        entry = self.overage()
        waive(entry=entry, by=giulia(), reason="Our video failed", now=NOW)

        answer = signed_in(giulia()).post(reverse("sessions:waive", args=[entry.pk]), {"reason": "Again"})

        assert answer.status_code == 422
        assert "proposed before" in answer.content.decode()

    def test_a_reversed_entry_stays_and_says_why(self) -> None:
        entry = self.overage()
        reverse_entry(entry=entry, by=giulia(), reason="Wrong customer", now=NOW)

        answer = self.page(marta(), entry)

        assert answer.context["priced"].billing == "reversed"
        assert "Wrong customer" in answer.content.decode()
        again = signed_in(giulia()).post(reverse("sessions:reverse", args=[entry.pk]), {"reason": "Twice"})
        assert again.status_code == 422
        assert LedgerEntry.objects.filter(reverses=entry).count() == 1


class TestList:
    def answer(self, person: User, query: str = "") -> Any:
        return signed_in(person).get(reverse("sessions:entry-list") + query)

    def test_it_is_narrowed_by_customer_month_and_person(self) -> None:
        contract, other = launch_kit(), launch_kit(globex(), dedicated=aino())
        logged(contract, "kickoff", 60, "2026-02-27 10:00", now=NOW)
        logged(contract, "operations", 30, "2026-03-03 10:00", now=NOW)
        logged(other, "kickoff", 45, "2026-03-04 10:00", now=NOW)

        def minutes(query: str) -> list[int]:
            return [row.entry.minutes for row in self.answer(sofia(), query).context["rows"]]

        assert minutes("") == [45, 30, 60]
        assert minutes("?month=2026-03") == [45, 30]
        assert minutes(f"?customer={acme().pk}&month=2026-03") == [30]
        assert minutes("?by=me") == []
        assert minutes("?month=next&customer=x") == [45, 30, 60]

    def test_it_sums_up_what_does_not_grow_for_ever(self) -> None:
        contract = launch_kit()
        logged(contract, "kickoff", 60, "2026-02-27 10:00", now=NOW)
        logged(contract, "supplementary-training", 30, "2026-03-03 10:00", now=NOW)

        def sums(query: str) -> Any:
            return self.answer(giulia(), query).context["totals"]

        assert sums("") is None
        assert sums("?by=me") is None
        assert sums("?month=2026-03") == {"minutes": 30, "included": 0, "overage": 30}
        assert sums(f"?customer={acme().pk}") == {"minutes": 90, "included": 60, "overage": 30}
        assert (
            "1:30 delivered: 1:00 included, 0:30 overage"
            in self.answer(giulia(), f"?customer={acme().pk}").content.decode()
        )

    def test_a_customer_that_one_may_not_see_is_no_filter(self) -> None:
        launch_kit()

        answer = self.answer(aino(), f"?customer={acme().pk}")

        assert "Acme" not in answer.content.decode()

    @pytest.mark.parametrize("rows", [1, 3])
    def test_it_asks_as_much_for_three_rows_as_for_one(
        self, rows: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        rate("EUR", "150")
        contract = launch_kit()
        for day in range(rows):
            logged(contract, "supplementary-training", 30, f"2026-02-0{day + 3} 10:00", now=NOW)
        client = signed_in(giulia())

        with django_assert_num_queries(QUERIES_OF_THE_LIST):
            client.get(reverse("sessions:entry-list"))
