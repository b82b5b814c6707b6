"""Invitations and cancellations with their calendar entries (DOMAIN.md §7, RFC 5545)."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from django.db import transaction
from icalendar import Calendar, Event

from notifications.domain.delivery import send_batch
from notifications.models import Message
from sessions.domain.attendees import Guest
from sessions.domain.cancelling import cancel_session
from sessions.models import ConsultingSession
from tests.factories import at, booked, customer, giulia, launch_kit, marta, member_of
from tests.plugin.mail import MailServer, ReceivedMail

pytestmark = pytest.mark.django_db
NORA = Guest("Nora “the boss” Guest", "nora@guest.example")
GIULIA, MARTA = "giulia.conti@oura.example", "marta@acme.example"
BOOKED_AT = at("2026-03-03 10:00")


def kickoff() -> ConsultingSession:
    """Marta books herself and a guest, a week ahead."""
    people = [Guest(marta().name, marta().email), NORA]
    return booked(launch_kit(), "kickoff", 60, "2026-03-30 10:00", attendees=people, now=BOOKED_AT, message="See you!")


def sent(mail_server: MailServer, *, now: datetime = BOOKED_AT) -> dict[str, ReceivedMail]:
    """Send what is due; the last mail of each recipient."""
    while send_batch(now=now).go_on:
        pass
    return {mail.recipients[0]: mail for mail in mail_server.received}


def file_of(mail: ReceivedMail) -> str:
    """The attached calendar file, which stands in the mail as an alternative too."""
    (attached,) = mail.message.iter_attachments()
    assert isinstance(attached, EmailMessage)
    assert attached.get_filename() == "invite.ics"
    content = attached.get_payload(decode=True)
    assert isinstance(content, bytes)
    (alternative,) = (part for part in mail.message.walk() if part.get_content_type() == "text/calendar")
    shown = alternative.get_payload(decode=True)
    assert isinstance(shown, bytes)
    assert shown.split() == content.split()
    assert f"METHOD:{alternative.get_param('method')}\r\n" in content.decode()
    return content.decode()


def entry_of(mail: ReceivedMail) -> tuple[Calendar, Event]:
    """The attached calendar and its one entry."""
    calendar = Calendar.from_ical(file_of(mail))
    assert isinstance(calendar, Calendar)
    (event,) = calendar.events
    return calendar, event


def test_a_booking_invites_everybody_who_takes_part(mail_server: MailServer) -> None:
    session = kickoff()
    mails = sent(mail_server)
    assert sorted(mails) == [GIULIA, MARTA, NORA.email]
    assert {mail.subject for mail in mails.values()} == {"Booked: Kick-off meeting, Mon, 30 Mar 2026, 10:00 (Rome)"}
    assert "You booked this session." in mails[MARTA].text
    assert "Marta Ferri booked this session" in mails[GIULIA].text
    assert "See you!" in mails[NORA.email].text
    assert f"/sessions/{session.pk}/" in mails[MARTA].text
    assert f"/sessions/{session.pk}/" not in mails[NORA.email].text


def test_the_entry_says_when_in_a_zone_that_it_brings_with_it(mail_server: MailServer) -> None:
    session = kickoff()
    mail = sent(mail_server)[NORA.email]
    calendar, event = entry_of(mail)
    assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("REQUEST", "CONFIRMED", 0)
    assert event["UID"] == f"session-{session.pk}@oura.example"
    assert (event.start, event.end, event.DTSTAMP) == (session.starts_at, session.ends_at, BOOKED_AT)
    assert "DTSTART;TZID=Europe/Rome:20260330T100000\r\n" in file_of(mail)
    # By the definition inside the file alone, not by what this machine knows of Rome: after the change of 29 March.
    (zone,) = calendar.timezones
    wall = datetime(2026, 3, 30, 10, 0, tzinfo=zone.to_tz())
    assert wall.astimezone(UTC) == session.starts_at
    assert str(event["LOCATION"]) == giulia().staff_profile.video_link
    assert str(event["SUMMARY"]) == "Kick-off meeting · Acme Wellness"


def test_the_portal_organises_and_everybody_attends(mail_server: MailServer) -> None:
    kickoff()
    _calendar, event = entry_of(sent(mail_server)[MARTA])
    assert event["ORGANIZER"] == "mailto:success@oura.example"
    assert sorted(map(str, event.attendees)) == [f"mailto:{email}" for email in (GIULIA, MARTA, NORA.email)]


def test_a_cancellation_takes_the_same_entry_out_again(mail_server: MailServer) -> None:
    session = kickoff()
    first = sent(mail_server)
    cancel_session(session=session, by=marta(), reason="We are ill.", now=at("2026-03-04 10:00"))
    mails = sent(mail_server, now=at("2026-03-04 10:00"))
    assert sorted(mails) == [GIULIA, MARTA, NORA.email]
    calendar, event = entry_of(mails[NORA.email])
    _calendar, invited = entry_of(first[NORA.email])
    assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    assert [event[name] for name in ("UID", "ORGANIZER")] == [invited[name] for name in ("UID", "ORGANIZER")]
    assert event.start == invited.start
    assert "Marta Ferri cancelled this session." in mails[GIULIA].text
    assert "We are ill." in mails[GIULIA].text


def test_nobody_is_invited_to_what_was_cancelled_before_the_mail_went_out(mail_server: MailServer) -> None:
    session = kickoff()
    cancel_session(session=session, by=marta(), reason="", now=BOOKED_AT)
    assert {mail.subject.partition(":")[0] for mail in sent(mail_server).values()} == {"Cancelled"}
    assert set(Message.objects.filter(kind="session_booked").values_list("state", flat=True)) == {"withdrawn"}


def test_a_booking_that_is_rolled_back_invites_nobody() -> None:
    with transaction.atomic():
        kickoff()
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_an_italian_guest_reads_italian_dates_and_the_staff_member_their_own(mail_server: MailServer) -> None:
    initech = customer("Initech Italia", language="it", zone="Europe/Rome")
    paolo = member_of(initech, "Paolo Neri", kind="admin")
    booked(launch_kit(initech), "kickoff", 60, "2026-03-10 10:00", attendees=[NORA], by=paolo, now=BOOKED_AT)
    mails = sent(mail_server)
    assert mails[NORA.email].message["Content-Language"] == "it"
    assert "mar 10 mar 2026, 10:00–11:00 (Roma)" in mails[NORA.email].text
    assert "Tue, 10 Mar 2026, 10:00–11:00 (Rome)" in mails[GIULIA].text
