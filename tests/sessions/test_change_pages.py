"""Moving a session, handing it over, its place: in the browser (DOMAIN.md §7; UX.md)."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

import tests.factories as f
from packages.domain.terms import terms_accepted
from packages.models import Contract
from sessions.domain.attendees import Guest
from sessions.models import ConsultingSession
from tests.sessions.booking_pages import html_of, sealed_quote, signed_in, text_of

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY = f.at("2026-03-09 10:00"), f.at("2026-03-10 14:00")


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(f.NOW, tick=False):
        yield


@pytest.fixture
def contract() -> Contract:
    f.rate("EUR", "90.00")
    return f.pro_lite(others=[f.tomas()])


@pytest.fixture
def session(contract: Contract) -> ConsultingSession:
    return f.booked(contract, "operations", 60, MONDAY, now=f.NOW)


@pytest.fixture
def marta(contract: Contract) -> Client:
    return signed_in(f.marta())


def page_of(session: ConsultingSession, act: str, **query: str) -> str:
    return reverse(f"sessions:{act}", args=[session.pk]) + (f"?{urlencode(query)}" if query else "")


def confirm(session: ConsultingSession, wall: str = "2026-03-10 14:00", **query: str) -> str:
    return page_of(session, "move-confirm", starts=f.at(wall).isoformat(), **query)


class TestChoosingATime:
    def test_the_free_times_leave_its_old_place_out(self, session: ConsultingSession, marta: Client) -> None:
        words = text_of(marta.get(page_of(session, "move", day="2026-03-09")))
        assert "It stands now Mon, 9 Mar 2026, 10:00–11:00 (Rome)" in words
        clocks = [time.clock for time in marta.get(page_of(session, "move", day="2026-03-09")).context["free"].times]
        assert {"09:30", "10:30"} <= set(clocks)
        assert "10:00" not in clocks, "where it stands is no new time"

    def test_it_opens_where_the_session_stands(self, session: ConsultingSession, marta: Client) -> None:
        free = marta.get(page_of(session, "move")).context["free"]
        assert str(free.day) == "2026-03-09"
        assert free.times

    def test_the_time_that_it_has_is_no_move(self, session: ConsultingSession, marta: Client) -> None:
        response = marta.get(confirm(session, "2026-03-09 10:00"))
        assert response.headers["Location"] == page_of(session, "detail")

    def test_every_link_stays_with_the_move(self, session: ConsultingSession, marta: Client) -> None:
        page = marta.get(page_of(session, "move", day="2026-03-10", zone="America/New_York"))
        free = page.context["free"]
        assert all(time.href.startswith(page_of(session, "move-confirm")) for time in free.times)
        assert free.next_href.startswith(page_of(session, "move"))
        assert "zone=America%2FNew_York" in free.times[0].href
        assert "/book/" not in html_of(page).partition('id="when"')[2].partition("</main>")[0]

    def test_length_and_person_can_be_chosen(self, session: ConsultingSession, marta: Client) -> None:
        page = marta.get(page_of(session, "move", minutes="30", staff=str(f.tomas().pk)))
        assert page.context["meeting"].minutes == 30
        assert page.context["meeting"].staff == f.tomas()

    @pytest.mark.parametrize("strange", [{"minutes": "75"}, {"staff": "999999"}, {"minutes": "x"}])
    def test_a_choice_that_cannot_be_is_refused(
        self, session: ConsultingSession, marta: Client, strange: dict[str, str]
    ) -> None:
        page = marta.get(page_of(session, "move", **strange))
        assert page.status_code == 422
        assert "Start again" in text_of(page)

    def test_inside_the_cut_off_it_names_whom_to_call(self, session: ConsultingSession, marta: Client) -> None:
        with time_machine.travel(MONDAY - timedelta(hours=2), tick=False):
            page = signed_in(f.marta()).get(page_of(session, "move"))
            assert page.status_code == 409
            words = text_of(page)
            assert "Sessions are moved until 24 hours before the start. Call your lead instead." in words
            assert "Giulia Conti can help: +39 02 1234" in words
            assert signed_in(f.giulia()).get(page_of(session, "move")).status_code == 200

    def test_it_asks_as_often_with_many_meetings(
        self, contract: Contract, session: ConsultingSession, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        client = signed_in(f.marta())
        page = page_of(session, "move", day="2026-03-10")
        client.get(page)
        with django_assert_num_queries(22):
            client.get(page)
        for day in ("10", "11", "12"):
            f.booked(contract, "operations", 15, f"2026-03-{day} 09:00", now=f.NOW, accept_overage=True)
        with django_assert_num_queries(22):
            client.get(page)


class TestConfirming:
    def test_old_and_new_and_the_consequence_stand_before_the_button(
        self, session: ConsultingSession, marta: Client
    ) -> None:
        words = text_of(marta.get(confirm(session)))
        assert "New Tue, 10 Mar 2026, 14:00–15:00 (Rome)" in words
        assert "Until now Mon, 9 Mar 2026, 10:00–11:00 (Rome)" in words
        assert "Included minutes 1:00" in words
        assert "until Mon, 9 Mar 2026, 14:00 (Rome), 24 hours before the new start" in words
        assert words.index("Everyone who takes part is told") < words.index("Leave it where it is")
        session.refresh_from_db()
        assert session.starts_at == MONDAY, "asking changes nothing"

    def test_it_moves_and_leads_back(self, session: ConsultingSession, marta: Client) -> None:
        response = marta.post(confirm(session), {"act": "move", "reason": "We travel."}, follow=True)
        words = text_of(response)
        session.refresh_from_db()
        assert session.starts_at == TUESDAY
        assert "The session is moved" in words
        assert "Moved to Tue, 10 Mar 2026, 14:00 (Rome)." in words
        assert "“We travel.”" in words
        back = f"{page_of(session, 'move-confirm')}?starts=2026-03-09T09:00Z&amp;minutes=60"
        assert back in html_of(response)
        marta.post(back.replace("&amp;", "&"), {"act": "move"})
        session.refresh_from_db()
        assert (session.starts_at, session.sequence) == (MONDAY, 2)

    def test_the_same_form_sent_twice_is_one_move(self, session: ConsultingSession, marta: Client) -> None:
        first, second = (marta.post(confirm(session), {"act": "move"}) for _click in range(2))
        assert first.headers["Location"] == second.headers["Location"]
        assert session.events.filter(kind="moved").count() == 1

    def test_enter_in_a_field_moves_nothing(self, session: ConsultingSession, marta: Client) -> None:
        page = marta.post(confirm(session), {"act": "keep", "reason": "kept"})
        assert "kept</textarea>" in html_of(page)
        assert not session.events.filter(kind="moved").exists()

    def test_the_loser_of_a_race_keeps_what_was_typed_and_gets_times(
        self, session: ConsultingSession, marta: Client
    ) -> None:
        rival = f.premium(f.globex(), dedicated=f.giulia())
        f.booked(rival, "kickoff", 60, TUESDAY, by=f.hanna(), now=f.NOW)
        response = marta.post(confirm(session), {"act": "move", "reason": "kept"})
        words = text_of(response)
        assert response.status_code == 409
        assert "This time has just been taken. Nothing was moved" in words
        assert "kept</textarea>" in html_of(response)
        chosen = response.context["nearest"][0]["href"]
        again = marta.post(chosen, {"act": "choose", "reason": "kept"})
        assert again.status_code == 200
        assert "kept</textarea>" in html_of(again)
        assert marta.post(chosen, {"act": "move", "reason": "kept"}).status_code == 302
        assert session.events.get(kind="moved").reason == "kept"

    def test_terms_and_overage_are_accepted_in_place(self, marta: Client) -> None:
        contract = f.launch_kit()
        session = f.booked(contract, "operations", 60, "2026-04-30 10:00", now=f.NOW)
        page = confirm(session, "2026-05-04 10:00")
        with time_machine.travel(f.at("2026-04-20 10:00"), tick=False):
            browser = signed_in(f.marta())
            first = browser.get(page)
            assert "First, the service terms" in text_of(first)
            assert 'value="move"' not in html_of(first)
            accepted = browser.post(page, {"act": "accept-terms", "terms_language": "en", "reason": "kept"})
            assert terms_accepted(contract)
            assert "kept</textarea>" in html_of(accepted)
            refused = browser.post(page, {"act": "move", "quote": sealed_quote(accepted)})
            assert refused.status_code == 422
            assert 'id="id_accept_overage_error"' in html_of(refused)
            typed = {"act": "move", "accept_overage": "on", "quote": sealed_quote(accepted)}
            assert browser.post(page, typed).status_code == 302
        assert session.overage_acceptances.get().overage_minutes == 60

    def test_staff_cannot_accept_for_the_customer(self, marta: Client) -> None:
        session = f.booked(f.launch_kit(), "operations", 60, "2026-04-30 10:00", now=f.NOW)
        words = text_of(signed_in(f.giulia()).get(confirm(session, "2026-05-04 10:00")))
        assert "only an admin of Acme Wellness can accept overage" in words
        assert "Move the session Leave it" not in words

    @pytest.mark.parametrize("starts", ["", "soon", "9999-12-31T23:30:00Z", "\x00"])
    def test_a_start_that_cannot_be_read_leads_back(
        self, session: ConsultingSession, marta: Client, starts: str
    ) -> None:
        response = marta.get(page_of(session, "move-confirm", starts=starts))
        assert response.status_code == 302
        assert response.headers["Location"].startswith(page_of(session, "move"))

    def test_who_only_attends_does_not_move(self, contract: Contract) -> None:
        luca = f.luca()
        session = f.booked(contract, "operations", 60, MONDAY, attendees=[Guest(luca.name, luca.email)], now=f.NOW)
        for page in (page_of(session, "move"), confirm(session)):
            assert signed_in(luca).get(page).status_code == 403
        assert signed_in(luca).post(confirm(session), {"act": "move"}).status_code == 403
        assert page_of(session, "move") not in html_of(signed_in(luca).get(page_of(session, "detail")))


class TestHandingOver:
    def test_a_colleague_takes_it(self, session: ConsultingSession) -> None:
        giulia = signed_in(f.giulia())
        assert "Tomas Weber free" in text_of(giulia.get(page_of(session, "reassign")))
        response = giulia.post(page_of(session, "reassign"), {"to": f.tomas().pk, "reason": "I am away."}, follow=True)
        assert "The session is with Tomas Weber now." in text_of(response)
        session.refresh_from_db()
        assert session.staff == f.tomas()

    def test_who_has_a_meeting_then_is_named_and_refused(self, session: ConsultingSession) -> None:
        theirs = f.pro_lite(f.globex(), dedicated=f.giulia(), others=[f.tomas()])
        f.booked(theirs, "kickoff", 60, MONDAY, by=f.hanna(), staff=f.tomas(), now=f.NOW)
        giulia = signed_in(f.giulia())
        assert "Tomas Weber has a meeting at this time" in text_of(giulia.get(page_of(session, "reassign")))
        assert giulia.post(page_of(session, "reassign"), {"to": f.tomas().pk}).status_code == 422
        session.refresh_from_db()
        assert session.staff == f.giulia()

    def test_nobody_is_chosen(self, session: ConsultingSession) -> None:
        response = signed_in(f.giulia()).post(page_of(session, "reassign"), {})
        assert response.status_code == 422
        assert "Choose a person." in text_of(response)

    def test_all_coming_ones_go_together(self, contract: Contract, session: ConsultingSession) -> None:
        other = f.booked(contract, "kickoff", 30, "2026-03-11 10:00", now=f.NOW)
        giulia, tomas = signed_in(f.giulia()), f.tomas()
        page = reverse("sessions:hand-over") + f"?staff={f.giulia().pk}&to={tomas.pk}"
        shown = giulia.get(page)
        assert [row.is_possible for row in shown.context["rows"]] == [True, True]
        response = giulia.post(page, {"sessions": [session.pk, other.pk], "reason": "On leave"}, follow=True)
        assert "2 sessions are with Tomas Weber now." in text_of(response)
        assert set(ConsultingSession.objects.values_list("staff", flat=True)) == {tomas.pk}

    def test_one_that_collides_is_not_ticked_and_takes_all_down(
        self, contract: Contract, session: ConsultingSession
    ) -> None:
        other = f.booked(contract, "kickoff", 30, "2026-03-11 10:00", now=f.NOW)
        theirs = f.pro_lite(f.globex(), dedicated=f.giulia(), others=[f.tomas()])
        f.booked(theirs, "kickoff", 60, MONDAY, by=f.hanna(), staff=f.tomas(), now=f.NOW)
        giulia = signed_in(f.giulia())
        page = reverse("sessions:hand-over") + f"?staff={f.giulia().pk}&to={f.tomas().pk}"
        shown = giulia.get(page)
        assert "Tomas Weber can take 1 of 2" in text_of(shown)
        assert shown.context["ticked"] == [other.pk]
        refused = giulia.post(page, {"sessions": [session.pk, other.pk]})
        assert refused.status_code == 422
        assert f"{session.reference}: This time has just been taken." in text_of(refused)
        assert set(ConsultingSession.objects.filter(contract=contract).values_list("staff", flat=True)) == {
            f.giulia().pk
        }
        assert giulia.post(page, {"sessions": [other.pk]}).status_code == 302
        other.refresh_from_db()
        assert other.staff == f.tomas()

    def test_nobody_hands_over_what_is_not_theirs_to_hand(self, session: ConsultingSession) -> None:
        page = reverse("sessions:hand-over") + f"?staff={f.giulia().pk}&to={f.tomas().pk}"
        aino = signed_in(f.aino())
        assert aino.get(page).context["rows"] == []
        assert aino.post(page, {"sessions": [session.pk]}).status_code == 422
        session.refresh_from_db()
        assert session.staff == f.giulia()

    def test_the_list_asks_as_often_for_three_as_for_one(
        self, contract: Contract, session: ConsultingSession, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        giulia = signed_in(f.giulia())
        page = reverse("sessions:hand-over") + f"?staff={f.giulia().pk}&to={f.tomas().pk}"
        giulia.get(page)
        with django_assert_num_queries(9):
            giulia.get(page)
        for day in ("10", "11"):
            f.booked(contract, "kickoff", 15, f"2026-03-{day} 10:00", now=f.NOW)
        with django_assert_num_queries(9):
            assert len(giulia.get(page).context["rows"]) == 3


class TestPlace:
    def test_one_session_takes_place_elsewhere(self, session: ConsultingSession) -> None:
        giulia = signed_in(f.giulia())
        response = giulia.post(page_of(session, "place"), {"place": " Via Roma 1,  Milan "}, follow=True)
        words = text_of(response)
        session.refresh_from_db()
        assert (session.place, session.sequence) == ("Via Roma 1, Milan", 1)
        assert "The place is changed." in words
        assert "Another place: Via Roma 1, Milan." in words

    @pytest.mark.parametrize("typed", ["", " ", "http://meet.example/1", "javascript://x", "x" * 301])
    def test_what_is_no_place_is_refused(self, session: ConsultingSession, typed: str) -> None:
        assert signed_in(f.giulia()).post(page_of(session, "place"), {"place": typed}).status_code == 422
        session.refresh_from_db()
        assert session.sequence == 0

    def test_customers_do_not_change_it(self, session: ConsultingSession) -> None:
        assert signed_in(f.marta()).get(page_of(session, "place")).status_code == 404
