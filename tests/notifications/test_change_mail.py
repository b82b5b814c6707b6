"""Mail and calendar entries when a session moves, changes hands or its place (DOMAIN.md §7; RFC 5546)."""

from datetime import datetime, timedelta

import pytest
from icalendar import Calendar, Event

from notifications.domain.delivery import send_batch
from notifications.models import Message
from sessions.domain.attendees import Guest
from sessions.domain.cancelling import cancel_session
from sessions.domain.changes import move_session, reassign_session
from sessions.domain.places import change_place_of
from sessions.domain.reminders import owe_session_reminders
from sessions.models import ConsultingSession
from tests.factories import at, booked, giulia, marta, pro_lite, tomas
from tests.plugin.mail import MailServer, ReceivedMail

pytestmark = pytest.mark.django_db

NORA = Guest("Nora Guest", "nora@guest.example")
GIULIA, TOMAS, MARTA = "giulia.conti@oura.example", "tomas.weber@oura.example", "marta@acme.example"
BOOKED_AT, CHANGED_AT = at("2026-03-03 10:00"), at("2026-03-04 10:00")
MONDAY, TUESDAY = at("2026-03-30 10:00"), at("2026-03-31 14:00")


@pytest.fixture
def session(mail_server: MailServer) -> ConsultingSession:
    """Marta booked herself and a guest; the invitations are out."""
    people = [Guest(marta().name, marta().email), NORA]
    contract = pro_lite(others=[tomas()])
    session = booked(contract, "kickoff", 60, MONDAY, attendees=people, now=BOOKED_AT)
    sent(mail_server, BOOKED_AT)
    mail_server.received.clear()
    return session


def sent(mail_server: MailServer, now: datetime = CHANGED_AT) -> dict[str, ReceivedMail]:
    """Send what is due; the last mail of each recipient."""
    while send_batch(now=now).go_on:
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


def moved(session: ConsultingSession, **different: object) -> ConsultingSession:
    asked = {
        "session": session,
        "starts_at": TUESDAY,
        "duration_minutes": 60,
        "staff": session.staff,
        "accept_overage": False,
        "by": marta(),
        "now": CHANGED_AT,
        **different,
    }
    return move_session(**asked)  # type: ignore[arg-type]  # a table of arguments


def test_everybody_hears_of_a_move_with_old_and_new_time(session: ConsultingSession, mail_server: MailServer) -> None:
    moved(session, reason="We travel.")
    mails = sent(mail_server)
    assert sorted(mails) == [GIULIA, MARTA, NORA.email]
    assert {mail.subject for mail in mails.values()} == {"Moved: Kick-off meeting, now Tue, 31 Mar 2026, 14:00 (Rome)"}
    to_giulia = mails[GIULIA].text
    assert "Marta Ferri moved this session." in to_giulia
    assert "We travel." in to_giulia
    assert "When: Tue, 31 Mar 2026, 14:00–15:00 (Rome)" in to_giulia
    assert "Before: Mon, 30 Mar 2026, 10:00–11:00 (Rome)" in to_giulia
    method, event = entry_of(mails[NORA.email])
    assert (method, event["STATUS"], event["SEQUENCE"]) == ("REQUEST", "CONFIRMED", 1)
    assert event["UID"] == f"session-{session.pk}@oura.example"
    assert event.start == TUESDAY


def test_only_who_may_change_it_reads_until_when(session: ConsultingSession, mail_server: MailServer) -> None:
    moved(session)
    mails = sent(mail_server)
    until = "You can move or cancel this session in the portal until Mon, 30 Mar 2026, 14:00 (Rome)."
    assert until in mails[MARTA].text
    assert "You can move or cancel" not in mails[GIULIA].text
    assert "You can move or cancel" not in mails[NORA.email].text


def test_a_move_that_was_overtaken_is_not_told(session: ConsultingSession, mail_server: MailServer) -> None:
    moved(session)
    moved(session, starts_at=MONDAY)
    mails = sent(mail_server)
    assert entry_of(mails[NORA.email])[1]["SEQUENCE"] == 2
    assert len(mail_server.received) == 3
    assert Message.objects.filter(kind="session_moved", state="withdrawn").count() == 3


def test_a_move_that_was_cancelled_is_not_told(session: ConsultingSession, mail_server: MailServer) -> None:
    moved(session)
    cancel_session(session=session, by=marta(), reason="", now=CHANGED_AT)
    assert {mail.subject.partition(":")[0] for mail in sent(mail_server).values()} == {"Cancelled"}


def test_reminders_follow_the_new_time(session: ConsultingSession, mail_server: MailServer) -> None:
    moved(session)
    assert owe_session_reminders(now=MONDAY - timedelta(hours=20)) == 0
    assert owe_session_reminders(now=TUESDAY - timedelta(hours=20)) == 3


class TestAnotherPerson:
    def test_one_is_uninvited_one_invited_and_the_others_updated(
        self, session: ConsultingSession, mail_server: MailServer
    ) -> None:
        reassign_session(session=session, to=tomas(), by=giulia(), now=CHANGED_AT, reason="I am away.")
        mails = sent(mail_server)
        assert sorted(mails) == [GIULIA, MARTA, NORA.email, TOMAS]
        for email in (MARTA, NORA.email, TOMAS):
            method, event = entry_of(mails[email])
            assert (method, event["STATUS"], event["SEQUENCE"]) == ("REQUEST", "CONFIRMED", 1)
            assert {str(each) for each in event.attendees} == {f"mailto:{each}" for each in (MARTA, NORA.email, TOMAS)}
        assert "You deliver this session instead of Giulia Conti. The time stays." in mails[TOMAS].text
        assert "You meet Tomas Weber instead of Giulia Conti. The time stays." in mails[MARTA].text
        assert "Giulia Conti arranged it." in mails[MARTA].text
        assert "I am away." in mails[MARTA].text

    def test_the_cancel_names_the_one_alone_and_has_no_status(
        self, session: ConsultingSession, mail_server: MailServer
    ) -> None:
        """RFC 5546 §3.2.5: the meeting itself stands."""
        reassign_session(session=session, to=tomas(), by=giulia(), now=CHANGED_AT)
        mail = sent(mail_server)[GIULIA]
        method, event = entry_of(mail)
        assert (method, event["SEQUENCE"], "STATUS" in event) == ("CANCEL", 1, False)
        assert [str(each) for each in event.attendees] == [f"mailto:{GIULIA}"]
        assert event["UID"] == f"session-{session.pk}@oura.example"
        assert event["ORGANIZER"] == "mailto:success@oura.example"
        assert "This session is with Tomas Weber now" in mail.text

    def test_with_another_time_the_old_one_leaves_the_old_calendar(
        self, session: ConsultingSession, mail_server: MailServer
    ) -> None:
        moved(session, staff=tomas())
        mails = sent(mail_server)
        method, event = entry_of(mails[GIULIA])
        assert (method, event.start) == ("CANCEL", MONDAY)
        assert entry_of(mails[TOMAS])[1].start == TUESDAY
        assert "It is now with Tomas Weber instead of Giulia Conti." in mails[MARTA].text

    def test_handed_there_and_back_before_the_mail_went_out(
        self, session: ConsultingSession, mail_server: MailServer
    ) -> None:
        reassign_session(session=session, to=tomas(), by=giulia(), now=CHANGED_AT)
        reassign_session(session=session, to=giulia(), by=giulia(), now=CHANGED_AT)
        mails = sent(mail_server)
        assert entry_of(mails[GIULIA])[0] == "REQUEST"
        assert entry_of(mails[TOMAS])[0] == "CANCEL"
        assert len(mail_server.received) == 4


class TestPlace:
    def test_everybody_hears_of_it_once(self, session: ConsultingSession, mail_server: MailServer) -> None:
        change_place_of(session=session, place="Via Roma 1, Milan", by=giulia(), now=CHANGED_AT)
        mails = sent(mail_server)
        assert sorted(mails) == [GIULIA, MARTA, NORA.email]
        assert {mail.subject for mail in mails.values()} == {
            "Another place: Kick-off meeting, Mon, 30 Mar 2026, 10:00 (Rome)"
        }
        assert "Where: Via Roma 1, Milan" in mails[NORA.email].text
        method, event = entry_of(mails[NORA.email])
        assert (method, event["SEQUENCE"], str(event["LOCATION"])) == ("REQUEST", 1, "Via Roma 1, Milan")

    def test_a_place_that_was_overtaken_is_not_told(self, session: ConsultingSession, mail_server: MailServer) -> None:
        change_place_of(session=session, place="Via Roma 1", by=giulia(), now=CHANGED_AT)
        change_place_of(session=session, place="Via Roma 2", by=giulia(), now=CHANGED_AT)
        sent(mail_server)
        assert len(mail_server.received) == 3
