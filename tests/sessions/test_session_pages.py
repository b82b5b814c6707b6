"""The list of sessions, one session, cancelling and no-shows in the browser (DOMAIN.md §7, §12; UX.md)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

import tests.factories as f
from packages.models import Contract
from sessions.domain.attendees import Guest
from sessions.domain.cancelling import cancel_session, mark_no_show
from sessions.domain.ledger import reverse_entry
from sessions.models import ConsultingSession
from tests.sessions.booking_pages import signed_in, text_of

pytestmark = pytest.mark.django_db

LIST = "/sessions/"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(f.NOW, tick=False):
        yield


@pytest.fixture
def contract() -> Contract:
    return f.launch_kit()


@pytest.fixture
def coming(contract: Contract) -> ConsultingSession:
    return f.booked(contract, "operations", 45, "2026-03-09 10:00", now=f.NOW)


@pytest.fixture
def over(contract: Contract) -> ConsultingSession:
    return f.booked(contract, "kickoff", 60, "2026-02-16 10:00")


def page_of(session: ConsultingSession, act: str = "detail") -> str:
    return reverse(f"sessions:{act}", args=[session.pk])


class TestList:
    def test_what_is_to_come_and_what_is_over_are_two_tabs(
        self, coming: ConsultingSession, over: ConsultingSession
    ) -> None:
        marta = signed_in(f.marta())
        assert list(marta.get(LIST).context["page"]) == [coming]
        assert list(marta.get(LIST, {"tab": "past"}).context["page"]) == [over]

    def test_a_meeting_that_is_going_on_is_still_to_come(self, coming: ConsultingSession) -> None:
        with time_machine.travel(coming.starts_at + timedelta(minutes=10), tick=False):
            assert list(signed_in(f.marta()).get(LIST).context["page"]) == [coming]

    def test_one_that_was_cancelled_is_not_to_come(self, coming: ConsultingSession) -> None:
        cancel_session(session=coming, by=f.marta(), reason="", now=f.NOW)
        marta = signed_in(f.marta())
        assert "Nothing is booked" in text_of(marta.get(LIST))
        assert list(marta.get(LIST, {"tab": "past"}).context["page"]) == [coming]

    def test_it_can_be_narrowed_by_status_month_and_customer(
        self, coming: ConsultingSession, over: ConsultingSession
    ) -> None:
        f.booked(f.premium(f.globex(), dedicated=f.aino()), "kickoff", 60, "2026-02-17 10:00", by=f.hanna())
        sofia = signed_in(f.sofia())

        def found(**filters: str) -> list[ConsultingSession]:
            return list(sofia.get(LIST, {"tab": "past", **filters}).context["page"])

        assert len(found()) == 2
        assert found(customer=str(f.acme().pk)) == [over]
        assert len(found(status="unlogged")) == 2
        assert found(status="held") == []
        assert len(found(month="2026-02")) == 2
        assert found(month="2026-01") == []

    @pytest.mark.parametrize(
        "strange", [{"status": "gone"}, {"month": "9999-13"}, {"customer": "x"}, {"page": "-1"}, {"tab": "\x00"}]
    )
    def test_a_filter_that_cannot_be_read_filters_nothing(
        self, coming: ConsultingSession, strange: dict[str, str]
    ) -> None:
        assert list(signed_in(f.sofia()).get(LIST, strange).context["page"]) == [coming]

    def test_nothing_yet_and_nothing_matches_differ(self, contract: Contract) -> None:
        marta = signed_in(f.marta())
        assert "Nothing is booked" in text_of(marta.get(LIST))
        assert "No sessions yet" in text_of(marta.get(LIST, {"tab": "past"}))
        assert "Nothing matches" in text_of(marta.get(LIST, {"tab": "past", "status": "held"}))

    def test_people_see_their_own_customers_sessions(self, coming: ConsultingSession) -> None:
        f.premium(f.globex(), dedicated=f.aino())
        seen = {
            person.name: len(signed_in(person).get(LIST).context["page"])
            for person in (f.marta(), f.luca(), f.hanna(), f.giulia(), f.aino(), f.sofia(), f.pekka())
        }
        assert seen == {
            "Marta Ferri": 1,
            "Luca Bruni": 0,
            "Hanna Korhonen": 0,
            "Giulia Conti": 1,
            "Aino Virtanen": 0,
            "Sofia Lindgren": 1,
            "Pekka Laine": 1,
        }

    def test_a_filter_never_names_another_customer(self, coming: ConsultingSession) -> None:
        f.premium(f.globex(), dedicated=f.aino())
        f.customer("Initech")
        assert "Globex" not in signed_in(f.giulia()).get(LIST).content.decode()
        assert "Globex" in signed_in(f.sofia()).get(LIST).content.decode()

    def test_staff_log_from_the_list(self, over: ConsultingSession) -> None:
        link = page_of(over, "log")
        assert link in signed_in(f.giulia()).get(LIST, {"tab": "past"}).content.decode()
        assert link not in signed_in(f.marta()).get(LIST, {"tab": "past"}).content.decode()

    @pytest.mark.parametrize(("tab", "queries"), [("upcoming", 6), ("past", 6)])
    def test_it_asks_as_often_for_three_as_for_one(
        self, contract: Contract, tab: str, queries: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        client = signed_in(f.giulia())
        month = "03" if tab == "upcoming" else "02"
        for rows in (1, 3):
            while ConsultingSession.objects.count() < rows:
                day = 16 + ConsultingSession.objects.count()
                f.booked(contract, "operations", 30, f"2026-{month}-{day} 10:00")
            client.get(LIST, {"tab": tab})
            with django_assert_num_queries(queries):
                assert len(client.get(LIST, {"tab": tab}).context["page"]) == rows


class TestSession:
    def test_both_zones_people_and_projection_are_there(self, contract: Contract) -> None:
        for day in ("02-09", "02-10", "02-11"):
            f.logged(contract, "operations", 60, f"2026-{day} 10:00")
        f.logged(contract, "operations", 45, "2026-02-12 10:00")
        f.rate("EUR", "100")
        f.with_terms_accepted(contract)
        session = f.booked(
            contract,
            "operations",
            60,
            "2026-03-09 10:00",
            accept_overage=True,
            attendees=[Guest("Marta", "marta@acme.example"), Guest("Ana", "ana@supplier.example")],
            now=f.NOW,
        )
        marta = f.marta()
        marta.time_zone = "America/New_York"
        marta.save(update_fields=["time_zone"])
        words = text_of(signed_in(marta).get(page_of(session)))
        assert words.index("05:00–06:00 (New York)") < words.index("10:00–11:00 (Rome)")
        assert "Ana Guest ana@supplier.example No answer yet" in words
        assert "Included minutes 0:15 Overage 0:45 · €75.00" in words
        assert "Overage that was accepted This session 0:45 Hourly rate €100.00 Cost €75.00" in words
        assert "Booked for Mon, 9 Mar 2026, 05:00 (New York) with Giulia Conti." in words

    def test_the_policy_speaks_of_a_cut_off_that_is_over_as_over(self, contract: Contract) -> None:
        session = f.booked(contract, "operations", 30, "2026-03-09 10:00", now=f.NOW)
        marta = f.marta()
        with time_machine.travel(f.at("2026-03-08 09:59", "Europe/Rome"), tick=False):
            before = text_of(signed_in(marta).get(page_of(session)))
        with time_machine.travel(f.at("2026-03-08 10:01", "Europe/Rome"), tick=False):
            after = text_of(signed_in(marta).get(page_of(session)))
        assert "can move, or cancel without any effect, until Sun, 8 Mar 2026, 10:00 (Rome)" in before
        assert "The time for moving, or cancelling without any effect, ended on Sun, 8 Mar 2026, 10:00 (Rome)." in after

    def test_a_held_session_shows_what_was_logged(self, contract: Contract, over: ConsultingSession) -> None:
        logged = f.logged(contract, "kickoff", 50, over.starts_at, session=over)
        response = signed_in(f.marta()).get(page_of(over))
        assert "Logged 0:50 Included 0:50" in text_of(response)
        assert reverse("sessions:entry", args=[logged.entry.pk]) in response.content.decode()

    def test_someone_who_only_attends_sees_no_figures(self, contract: Contract) -> None:
        luca = f.luca()
        session = f.booked(
            contract, "operations", 45, "2026-03-09 10:00", attendees=[Guest(luca.name, luca.email)], now=f.NOW
        )
        response = signed_in(luca).get(page_of(session))
        assert "Operations meeting" in text_of(response)
        assert "Included minutes" not in text_of(response)
        assert contract.reference not in text_of(response)
        assert page_of(session, "cancel") not in response.content.decode()

    def test_someone_who_only_attends_reads_no_reasons_of_the_ledger(self, contract: Contract) -> None:
        luca = f.luca()
        session = f.booked(contract, "operations", 45, "2026-02-16 10:00", attendees=[Guest(luca.name, luca.email)])
        entry = f.logged(contract, "operations", 45, session.starts_at, session=session).entry
        reverse_entry(entry=entry, by=f.giulia(), reason="Billed to the wrong package", now=f.NOW)
        assert "Billed to the wrong package" in text_of(signed_in(f.marta()).get(page_of(session)))
        attended = text_of(signed_in(luca).get(page_of(session)))
        assert "counts as booked again" in attended
        assert "Billed to the wrong package" not in attended

    @pytest.mark.parametrize("act", ["detail", "cancel", "no-show"])
    def test_another_customers_session_does_not_exist(self, coming: ConsultingSession, act: str) -> None:
        f.premium(f.globex(), dedicated=f.aino())
        for stranger in (f.hanna(), f.aino(), f.luca()):
            client = signed_in(stranger)
            assert client.get(page_of(coming, act)).status_code == 404
            if act != "detail":
                assert client.post(page_of(coming, act), {"missing": "x"}).status_code == 404
        coming.refresh_from_db()
        assert coming.status == "booked"

    def test_each_reader_is_offered_what_they_may_do(self, coming: ConsultingSession, over: ConsultingSession) -> None:
        def offered(client: Client, session: ConsultingSession) -> set[str]:
            html = client.get(page_of(session)).content.decode()
            return {act for act in ("cancel", "no-show", "log") if page_of(session, act) in html}

        marta, giulia, pekka = signed_in(f.marta()), signed_in(f.giulia()), signed_in(f.pekka())
        assert offered(marta, coming) == {"cancel"}
        assert offered(giulia, coming) == {"cancel"}
        assert offered(pekka, coming) == set()
        assert offered(marta, over) == set()
        assert offered(giulia, over) == {"cancel", "no-show", "log"}

    def test_a_place_is_a_link_only_where_it_is_one(self, coming: ConsultingSession) -> None:
        coming.place = "javascript:alert(1)"
        coming.save(update_fields=["place"])
        html = signed_in(f.marta()).get(page_of(coming)).content.decode()
        assert 'href="javascript' not in html

    @pytest.mark.parametrize("guests", [1, 3])
    def test_it_asks_as_often_whoever_comes(
        self, contract: Contract, guests: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        session = f.booked(
            contract,
            "operations",
            45,
            "2026-03-09 10:00",
            attendees=[Guest(f"Guest {n}", f"guest{n}@example.com") for n in range(guests)],
            now=f.NOW,
        )
        client = signed_in(f.giulia())
        client.get(page_of(session))
        with django_assert_num_queries(20):
            client.get(page_of(session))


class TestCancelling:
    def test_the_question_names_what_when_and_what_it_does(self, coming: ConsultingSession) -> None:
        words = text_of(signed_in(f.marta()).get(page_of(coming, "cancel")))
        assert "Operations meeting S-" in words
        assert "Mon, 9 Mar 2026, 10:00–10:45 (Rome)" in words
        assert "It costs nothing Until Sun, 8 Mar 2026, 10:00 (Rome)" in words
        assert "0:45 that it would have drawn; 4:00 are free afterwards." in words
        assert "What the delivery team cancels never counts as late." not in words
        by_staff = text_of(signed_in(f.giulia()).get(page_of(coming, "cancel")))
        assert "What the delivery team cancels never counts as late." in by_staff
        coming.refresh_from_db()
        assert coming.status == "booked", "asking changes nothing"

    def test_it_is_cancelled_with_its_reason(self, coming: ConsultingSession) -> None:
        response = signed_in(f.marta()).post(page_of(coming, "cancel"), {"reason": "Rings are late"}, follow=True)
        words = text_of(response)
        assert "The session is cancelled." in words
        assert "Cancelled. “Rings are late”" in words

    @pytest.mark.parametrize("seconds_after_the_cutoff", [-1, 0, 1])
    def test_the_page_calls_late_what_the_rule_calls_late(
        self, coming: ConsultingSession, seconds_after_the_cutoff: int
    ) -> None:
        moment = coming.starts_at - timedelta(hours=24) + timedelta(seconds=seconds_after_the_cutoff)
        with time_machine.travel(moment, tick=False):
            marta = signed_in(f.marta())
            said = [marta.get(page_of(coming, *name)).context["is_late"] for name in ((), ("cancel",))]
            marta.post(page_of(coming, "cancel"), {})
        kept = coming.events.get(kind="cancelled").details["late"]
        assert [*said, kept] == [seconds_after_the_cutoff > 0] * 3

    def test_a_late_one_says_so_before(self, coming: ConsultingSession) -> None:
        with time_machine.travel(coming.starts_at - timedelta(hours=3), tick=False):
            marta = signed_in(f.marta())
            assert "This is a late cancellation" in text_of(marta.get(page_of(coming, "cancel")))
            words = text_of(marta.post(page_of(coming, "cancel"), {}, follow=True))
        assert "Cancelled late" in words

    def test_after_the_start_the_page_names_whom_to_call(self, coming: ConsultingSession) -> None:
        with time_machine.travel(coming.starts_at + timedelta(minutes=1), tick=False):
            response = signed_in(f.marta()).post(page_of(coming, "cancel"), {})
        assert response.status_code == 409
        assert "The session has begun." in text_of(response)
        assert "giulia.conti@oura.example" in text_of(response)

    def test_a_second_click_says_that_it_is_done(self, coming: ConsultingSession) -> None:
        marta = signed_in(f.marta())
        marta.post(page_of(coming, "cancel"), {})
        response = marta.post(page_of(coming, "cancel"), {})
        assert response.status_code == 409
        assert "This session is not booked any more. Its state is now: Cancelled." in text_of(response)

    def test_who_only_attends_does_not_cancel(self, contract: Contract) -> None:
        luca = f.luca()
        attended = f.booked(
            contract, "operations", 45, "2026-03-09 10:00", attendees=[Guest(luca.name, luca.email)], now=f.NOW
        )
        assert signed_in(luca).post(page_of(attended, "cancel"), {}).status_code == 403
        attended.refresh_from_db()
        assert attended.status == "booked"

    def test_finance_sees_and_does_not_cancel(self, coming: ConsultingSession) -> None:
        assert signed_in(f.pekka()).post(page_of(coming, "cancel"), {}).status_code == 403
        coming.refresh_from_db()
        assert coming.status == "booked"


class TestNoShow:
    def test_it_is_recorded_with_who_was_missing(self, over: ConsultingSession) -> None:
        typed = {"missing": "Marta Ferri", "reason": "No answer by phone"}
        words = text_of(signed_in(f.giulia()).post(page_of(over, "no-show"), typed, follow=True))
        assert "The no-show is recorded." in words
        assert "Did not take place: Marta Ferri was missing. “No answer by phone”" in words

    def test_who_was_missing_must_be_named(self, over: ConsultingSession) -> None:
        response = signed_in(f.giulia()).post(page_of(over, "no-show"), {"reason": "kept"})
        assert response.status_code == 422
        assert "kept</textarea>" in response.content.decode()

    def test_both_sides_may_have_been_missing_but_no_stranger(self, over: ConsultingSession) -> None:
        giulia = signed_in(f.giulia())
        assert giulia.post(page_of(over, "no-show"), {"missing": "Somebody Else"}).status_code == 422
        giulia.post(page_of(over, "no-show"), {"missing": ["Giulia Conti (Oura)", "Marta Ferri"]})
        assert over.events.get(kind="no_show").details["missing"] == "Giulia Conti (Oura), Marta Ferri"

    def test_before_the_start_it_is_refused(self, coming: ConsultingSession) -> None:
        response = signed_in(f.giulia()).post(page_of(coming, "no-show"), {"missing": "Marta Ferri"})
        assert response.status_code == 409
        assert "from the start of the session on" in text_of(response)

    def test_customers_do_not_record_one(self, over: ConsultingSession) -> None:
        assert signed_in(f.marta()).post(page_of(over, "no-show"), {"missing": "Giulia"}).status_code == 404

    def test_it_can_be_logged_afterwards(self, over: ConsultingSession) -> None:
        mark_no_show(session=over, by=f.giulia(), reason="", missing="Marta", now=f.NOW)
        assert page_of(over, "log") in signed_in(f.giulia()).get(page_of(over)).content.decode()
