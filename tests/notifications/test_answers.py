"""Who is invited says whether they come: members on the session's page, guests on their own (EDGE_CASES 17, 18)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

import tests.factories as f
from core.refusals import InvalidInput
from notifications.domain.delivery import send_batch
from notifications.models import Message
from sessions.domain.answers import answer_invitation
from sessions.domain.attendee_changes import change_attendees
from sessions.domain.attendees import Guest
from sessions.domain.cancelling import cancel_session
from sessions.domain.changes import move_session
from sessions.domain.guest_links import invitation_behind, key_of
from sessions.domain.refusals import WrongState
from sessions.domain.reminders import owe_session_reminders
from sessions.models import Attendee, ConsultingSession
from tests.plugin.mail import MailServer, ReceivedMail
from tests.sessions.booking_pages import html_of, signed_in, text_of

pytestmark = pytest.mark.django_db

GIULIA, MARTA, NORA = "giulia.conti@oura.example", "marta@acme.example", "nora@guest.example"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(f.NOW, tick=False):
        yield


@pytest.fixture
def session() -> ConsultingSession:
    """Marta booked Luca and a guest, a week ahead."""
    people = [Guest(f.luca().name, f.luca().email), Guest("Nora Guest", NORA)]
    return f.booked(f.launch_kit(), "kickoff", 60, "2026-03-09 10:00", attendees=people, now=f.NOW)


@pytest.fixture
def nora(session: ConsultingSession) -> Attendee:
    return session.attendees.get(email=NORA)


def page_of(attendee: Attendee) -> str:
    return reverse("sessions:guest-meeting", args=[key_of(attendee)])


def mails(mail_server: MailServer) -> dict[str, ReceivedMail]:
    mail_server.received.clear()
    while send_batch(now=f.NOW).go_on:
        pass
    return {mail.recipients[0]: mail for mail in mail_server.received}


class TestGuestPage:
    def test_it_shows_the_meeting_alone(self, session: ConsultingSession, nora: Attendee) -> None:
        page = Client().get(page_of(nora))
        words = text_of(page)
        assert page.status_code == 200
        assert "Kick-off meeting" in words
        assert "Nora Guest, you are invited as a guest of Acme Wellness." in words
        assert "Mon, 9 Mar 2026, 10:00–11:00 (Rome)" in words
        assert session.place in words
        assert "Giulia Conti (Oura), Luca Bruni" in words
        assert "If you cannot come, the meeting takes place without you" in words
        assert f"Giulia Conti answers: {GIULIA}" in words
        assert f.luca().email not in words
        assert reverse("sessions:detail", args=[session.pk]) not in html_of(page)
        assert page.headers["Cache-Control"].startswith("max-age=0")

    def test_following_the_link_changes_nothing(self, nora: Attendee) -> None:
        """A mail scanner opens every link (EDGE_CASES 17)."""
        owed = Message.objects.count()
        for _again in range(2):
            Client().get(page_of(nora), {"answer": "declined"})
            Client().head(page_of(nora), {"answer": "declined"})
        nora.refresh_from_db()
        assert (nora.answer, nora.answered_at, Message.objects.count()) == ("", None, owed)

    def test_an_answer_is_given_by_post_and_may_change(self, nora: Attendee) -> None:
        guest = Client(enforce_csrf_checks=False)
        words = text_of(guest.post(page_of(nora), {"answer": "accepted"}, follow=True))
        nora.refresh_from_db()
        assert (nora.answer, nora.answered_at) == ("accepted", f.NOW)
        assert "You said that you come" in words
        assert "You said that you cannot come" in text_of(
            guest.post(page_of(nora), {"answer": "declined"}, follow=True)
        )

    def test_a_post_from_elsewhere_is_refused(self, nora: Attendee) -> None:
        assert Client(enforce_csrf_checks=True).post(page_of(nora), {"answer": "declined"}).status_code == 403

    def test_times_are_shown_in_any_zone(self, nora: Attendee) -> None:
        words = text_of(Client().get(page_of(nora), {"zone": "America/New_York"}))
        assert words.index("05:00–06:00 (New York)") < words.index("10:00–11:00 (Rome)")
        assert "10:00–11:00 (Rome)" in text_of(Client().get(page_of(nora), {"zone": "Nowhere/Land"}))

    @pytest.mark.parametrize("strange", ["nobodys", "1-1-x", "x-y-z", "1", "-", "١-١-x"])
    def test_a_key_that_the_portal_never_made_opens_nothing(self, nora: Attendee, strange: str) -> None:
        assert invitation_behind(strange) is None
        other = key_of(nora).replace(f"-{nora.pk}-", f"-{nora.pk + 1}-")
        assert invitation_behind(other) is None

    def test_a_member_has_no_such_page(self, session: ConsultingSession) -> None:
        luca = session.attendees.get(user=f.luca())
        assert text_of(Client().get(page_of(luca))).count("You are no longer invited") == 1

    def test_who_was_taken_off_reads_so_and_nothing_else(self, session: ConsultingSession, nora: Attendee) -> None:
        link = page_of(nora)
        only_luca = [Guest(f.luca().name, f.luca().email)]
        change_attendees(session=session, attendees=only_luca, by=f.marta(), now=f.NOW)
        page = Client().get(link)
        assert page.status_code == 410
        assert "You are no longer invited" in text_of(page)
        assert session.place not in text_of(page)
        assert "Luca" not in text_of(page)
        assert Client().post(link, {"answer": "declined"}).status_code == 410
        assert Client().get(f"{link}meeting.ics").status_code == 404

    def test_a_cancelled_meeting_says_so(self, session: ConsultingSession, nora: Attendee) -> None:
        cancel_session(session=session, by=f.marta(), reason="", now=f.NOW)
        page = Client().get(page_of(nora))
        assert page.status_code == 410
        assert "This meeting was cancelled" in text_of(page)
        assert session.place not in text_of(page)

    def test_it_works_until_the_meeting_is_over(self, session: ConsultingSession, nora: Attendee) -> None:
        with time_machine.travel(session.ends_at - timedelta(minutes=1), tick=False):
            assert Client().get(page_of(nora)).status_code == 200
        with time_machine.travel(session.ends_at, tick=False):
            page = Client().get(page_of(nora))
            assert "This meeting is over" in text_of(page)
            assert session.place not in text_of(page)
            assert Client().post(page_of(nora), {"answer": "accepted"}).status_code == 410
        nora.refresh_from_db()
        assert nora.answer == ""

    def test_the_calendar_file_names_nobody_and_no_page(self, session: ConsultingSession, nora: Attendee) -> None:
        file = Client().get(f"{page_of(nora)}meeting.ics")
        assert file.headers["Content-Type"].startswith("text/calendar")
        assert b"ATTENDEE" not in file.content
        assert b"URL" not in file.content
        assert f"session-{session.pk}@".encode() in file.content

    def test_it_speaks_the_guests_language(self, session: ConsultingSession, nora: Attendee) -> None:
        session.attendees.filter(pk=nora.pk).update(language="it")
        assert '<html lang="it"' in html_of(Client().get(page_of(nora)))
        english = Client()
        english.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        assert '<html lang="en"' in html_of(english.get(page_of(nora)))

    def test_the_log_does_not_tell_the_secret(self, nora: Attendee, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("INFO")
        Client().get(page_of(nora))
        assert "/meetings/…/" in caplog.text
        assert key_of(nora) not in caplog.text

    @pytest.mark.parametrize("people", [1, 3])
    def test_it_asks_as_often_whoever_comes(
        self, session: ConsultingSession, nora: Attendee, people: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(people):
            session.attendees.create(name=f"Guest {number}", email=f"{number}@guest.example")
        with django_assert_num_queries(2):
            Client().get(page_of(nora))


class TestMembers:
    def test_they_answer_on_the_page_of_the_session(self, session: ConsultingSession) -> None:
        luca = signed_in(f.luca())
        page = reverse("sessions:detail", args=[session.pk])
        assert "Do you come?" in text_of(luca.get(page))
        words = text_of(luca.post(reverse("sessions:answer", args=[session.pk]), {"answer": "accepted"}, follow=True))
        assert "You said that you come." in words
        assert "Luca Bruni" in words
        assert "Confirmed" in text_of(signed_in(f.giulia()).get(page))

    def test_nobody_answers_for_another(self, session: ConsultingSession) -> None:
        address = reverse("sessions:answer", args=[session.pk])
        assert signed_in(f.marta()).post(address, {"answer": "declined"}).status_code == 403
        assert signed_in(f.giulia()).post(address, {"answer": "declined"}).status_code == 403
        assert signed_in(f.hanna()).post(address, {"answer": "declined"}).status_code == 404
        assert set(session.attendees.values_list("answer", flat=True)) == {""}

    def test_the_addresses_of_others_are_for_who_sees_the_contract(self, session: ConsultingSession) -> None:
        page = reverse("sessions:detail", args=[session.pk])
        assert NORA in text_of(signed_in(f.marta()).get(page))
        of_luca = text_of(signed_in(f.luca()).get(page))
        assert "Nora Guest" in of_luca
        assert NORA not in of_luca
        assert f.luca().email in of_luca


class TestRefusals:
    def test_who_delivers_and_who_booked_hear_of_it_once(
        self, session: ConsultingSession, nora: Attendee, mail_server: MailServer
    ) -> None:
        mails(mail_server)
        for answer in ("declined", "accepted", "declined"):
            answer_invitation(attendee=nora, answer=answer, now=f.NOW)
        sent = mails(mail_server)
        assert sorted(sent) == [GIULIA, MARTA]
        assert len(mail_server.received) == 2
        assert sent[GIULIA].subject == "Nora Guest cannot come: Kick-off meeting, Mon, 9 Mar 2026, 10:00 (Rome)"
        assert f"/sessions/{session.pk}/" in sent[MARTA].text
        assert NORA in str(sent[MARTA].message["Reply-To"])

    def test_who_comes_after_all_is_not_told_of(
        self, session: ConsultingSession, nora: Attendee, mail_server: MailServer
    ) -> None:
        mails(mail_server)
        answer_invitation(attendee=nora, answer="declined", now=f.NOW)
        answer_invitation(attendee=nora, answer="accepted", now=f.NOW)
        assert mails(mail_server) == {}

    def test_another_time_asks_anew(self, session: ConsultingSession, nora: Attendee) -> None:
        answer_invitation(attendee=nora, answer="accepted", now=f.NOW)
        move_session(
            session=session,
            starts_at=f.at("2026-03-10 10:00"),
            duration_minutes=60,
            staff=session.staff,
            accept_overage=False,
            by=f.marta(),
            now=f.NOW,
        )
        nora.refresh_from_db()
        assert (nora.answer, nora.answered_at) == ("", None)

    def test_who_cannot_come_is_not_reminded(self, session: ConsultingSession, nora: Attendee) -> None:
        answer_invitation(attendee=nora, answer="declined", now=f.NOW)
        owe_session_reminders(now=session.starts_at - timedelta(hours=20))
        reminded = Message.objects.filter(kind="session_reminder_24h").values_list("recipient_email", flat=True)
        assert set(reminded) == {GIULIA, f.luca().email}

    def test_only_yes_and_no_are_answers(self, nora: Attendee) -> None:
        with pytest.raises(InvalidInput):
            answer_invitation(attendee=nora, answer="perhaps", now=f.NOW)

    def test_nothing_is_answered_once_it_is_off(self, session: ConsultingSession, nora: Attendee) -> None:
        cancel_session(session=session, by=f.marta(), reason="", now=f.NOW)
        with pytest.raises(WrongState):
            answer_invitation(attendee=nora, answer="accepted", now=f.NOW)


class TestInvitation:
    def test_a_guest_reads_where_to_answer_and_whom_to_ask(
        self, session: ConsultingSession, nora: Attendee, mail_server: MailServer
    ) -> None:
        sent = mails(mail_server)
        assert page_of(nora) in sent[NORA].text
        assert "If you cannot come, say so on that page" in sent[NORA].text
        assert f"Giulia Conti answers: {GIULIA}" in sent[NORA].text
        assert "/meetings/" not in sent[GIULIA].text
        assert "/meetings/" not in sent[f.luca().email].text
        assert "Say on the session's page whether you come." in sent[f.luca().email].text

    def test_a_guest_reads_in_the_language_that_was_chosen(self, mail_server: MailServer) -> None:
        people = [Guest("Nora Guest", NORA, language="it"), Guest("Otto", "otto@guest.example")]
        f.booked(f.launch_kit(), "kickoff", 60, "2026-03-09 10:00", attendees=people, now=f.NOW)
        sent = mails(mail_server)
        assert sent[NORA].message["Content-Language"] == "it"
        assert sent["otto@guest.example"].message["Content-Language"] == "en"
