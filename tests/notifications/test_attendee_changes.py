"""Other people come to a booked session: invited, uninvited, and nobody else bothered (DOMAIN.md §3; RFC 5546)."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar, Event

import tests.factories as f
from core.refusals import InvalidInput, NotAllowed
from notifications.domain.delivery import send_batch
from sessions.domain.answers import answer_invitation
from sessions.domain.attendee_changes import change_attendees
from sessions.domain.attendees import Guest
from sessions.domain.refusals import WrongState
from sessions.models import ConsultingSession
from tests.plugin.mail import MailServer, ReceivedMail
from tests.sessions.booking_pages import form, html_of, signed_in, text_of

pytestmark = pytest.mark.django_db

GIULIA, MARTA = "giulia.conti@oura.example", "marta@acme.example"
NORA, OTTO = Guest("Nora Guest", "nora@guest.example"), Guest("Otto Guest", "otto@guest.example")


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(f.NOW, tick=False):
        yield


@pytest.fixture
def session(mail_server: MailServer) -> ConsultingSession:
    """Marta and a guest come, a week ahead; the invitations are out."""
    people = [Guest(f.marta().name, f.marta().email), NORA]
    session = f.booked(f.launch_kit(), "kickoff", 60, "2026-03-09 10:00", attendees=people, now=f.NOW)
    sent(mail_server)
    return session


def sent(mail_server: MailServer) -> dict[str, ReceivedMail]:
    mail_server.received.clear()
    while send_batch(now=f.NOW).go_on:
        pass
    return {mail.recipients[0]: mail for mail in mail_server.received}


def entry_of(mail: ReceivedMail) -> tuple[str, Event]:
    """METHOD and entry of the attached calendar."""
    (attached,) = mail.message.iter_attachments()
    content = attached.get_payload(decode=True)
    assert isinstance(content, bytes)
    calendar = Calendar.from_ical(content.decode())
    assert isinstance(calendar, Calendar)
    (event,) = calendar.events
    return str(calendar["METHOD"]), event


def changed(session: ConsultingSession, *people: Guest, **different: Any) -> ConsultingSession:
    return change_attendees(**{"session": session, "attendees": people, "by": f.marta(), "now": f.NOW, **different})


def me() -> Guest:
    return Guest(f.marta().name, f.marta().email)


def test_one_is_invited_one_uninvited_and_who_delivers_has_the_new_list(
    session: ConsultingSession, mail_server: MailServer
) -> None:
    changed(session, me(), OTTO)
    mails = sent(mail_server)
    assert sorted(mails) == [GIULIA, NORA.email, OTTO.email]
    assert "Marta Ferri invites you to this session." in mails[OTTO.email].text
    method, event = entry_of(mails[OTTO.email])
    assert (method, event["STATUS"], event["SEQUENCE"]) == ("REQUEST", "CONFIRMED", 1)
    method, event = entry_of(mails[NORA.email])
    assert (method, event["SEQUENCE"], "STATUS" in event) == ("CANCEL", 1, False)
    assert [str(each) for each in event.attendees] == [f"mailto:{NORA.email}"]
    assert event["UID"] == f"session-{session.pk}@oura.example"
    assert "Otto" not in mails[NORA.email].text
    method, event = entry_of(mails[GIULIA])
    assert (method, event["SEQUENCE"]) == ("REQUEST", 1)
    assert {str(each) for each in event.attendees} == {f"mailto:{each}" for each in (GIULIA, MARTA, OTTO.email)}
    assert "Invited too: Otto Guest. No longer invited: Nora Guest." in mails[GIULIA].text


def test_the_answers_of_who_stays_go_into_the_entry(session: ConsultingSession, mail_server: MailServer) -> None:
    answer_invitation(attendee=session.attendees.get(email=NORA.email), answer="accepted", now=f.NOW)
    changed(session, me(), NORA, OTTO)
    _method, event = entry_of(sent(mail_server)[OTTO.email])
    assert {str(each): each.params["PARTSTAT"] for each in event.attendees} == {
        f"mailto:{GIULIA}": "NEEDS-ACTION",
        f"mailto:{MARTA}": "NEEDS-ACTION",
        f"mailto:{NORA.email}": "ACCEPTED",
        f"mailto:{OTTO.email}": "NEEDS-ACTION",
    }


def test_a_part_alone_bothers_nobody(session: ConsultingSession, mail_server: MailServer) -> None:
    changed(session, me(), Guest(NORA.name, NORA.email, ("orders",), "it"))
    nora = session.attendees.get(email=NORA.email)
    assert (nora.roles, nora.language) == (["orders"], "it")
    assert sent(mail_server) == {}
    session.refresh_from_db()
    assert (session.sequence, session.events.count()) == (0, 1)


def test_who_was_taken_off_and_invited_again_before_the_mail_went_out_is_only_invited(
    session: ConsultingSession, mail_server: MailServer
) -> None:
    changed(session, me())
    changed(session, me(), NORA)
    assert entry_of(sent(mail_server)[NORA.email])[0] == "REQUEST"
    assert [mail.recipients for mail in mail_server.received].count((NORA.email,)) == 1


def test_the_history_tells_it(session: ConsultingSession) -> None:
    changed(session, me(), OTTO)
    words = text_of(signed_in(f.marta()).get(reverse("sessions:detail", args=[session.pk])))
    assert "Invited too: Otto Guest. No longer invited: Nora Guest." in words
    of_contract = reverse("contract-history", args=[session.contract_id])
    assert "Invited too: Otto Guest." in text_of(signed_in(f.marta()).get(of_contract))


def test_somebody_must_come(session: ConsultingSession) -> None:
    with pytest.raises(InvalidInput):
        changed(session)


def test_a_member_who_attends_changes_nobody(session: ConsultingSession) -> None:
    changed(session, me(), Guest(f.luca().name, f.luca().email))
    with pytest.raises(NotAllowed):
        changed(session, me(), by=f.luca())


def test_nobody_comes_to_what_is_over(session: ConsultingSession) -> None:
    with pytest.raises(WrongState):
        changed(session, me(), now=session.ends_at)


class TestPage:
    def test_it_shows_who_comes_and_saves_who_is_to_come(self, session: ConsultingSession) -> None:
        address = reverse("sessions:attendees", args=[session.pk])
        marta = signed_in(f.marta())
        page = html_of(marta.get(address))
        assert f'name="members" value="{f.marta().pk}" id="id_members_0" checked' in page
        assert 'value="nora@guest.example"' in page
        typed = form(act="change", members=[f.luca()], guests=[(OTTO.name, OTTO.email)])
        assert marta.post(address, typed).status_code == 302
        assert set(session.attendees.values_list("email", flat=True)) == {f.luca().email, OTTO.email}

    def test_another_row_saves_nothing(self, session: ConsultingSession) -> None:
        address = reverse("sessions:attendees", args=[session.pk])
        page = signed_in(f.marta()).post(address, form(act="add-guest", guests=[("Otto", "otto@guest.example")]))
        assert page.status_code == 200
        assert 'value="otto@guest.example"' in html_of(page)
        assert 'name="guests-1-name"' in html_of(page)
        assert session.attendees.filter(email=NORA.email).exists()

    def test_what_is_wrong_stands_beside_it(self, session: ConsultingSession) -> None:
        address = reverse("sessions:attendees", args=[session.pk])
        page = signed_in(f.giulia()).post(address, form(act="change"))
        assert page.status_code == 422
        assert "Name at least one attendee." in text_of(page)

    def test_once_it_is_over_the_page_says_so(self, session: ConsultingSession) -> None:
        with time_machine.travel(session.ends_at, tick=False):
            page = signed_in(f.giulia()).get(reverse("sessions:attendees", args=[session.pk]))
        assert page.status_code == 409
        assert "The session is over: nobody else can come." in text_of(page)
