"""What all mail about a session is made of: the session as it stands, for one reader (DOMAIN.md §13)."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from core.formatting import format_clock, format_instant, format_span, zone_city
from notifications.domain.letters import absolute_url
from notifications.models import Message
from sessions.domain.acts import Act, acts_open_to, cutoff_of
from sessions.domain.guest_links import guest_url
from sessions.domain.recipients import still_takes_part
from sessions.models import ConsultingSession


def session_of(message: Message) -> ConsultingSession | None:
    """The session as it is now; None if it was moved since, or if the recipient has nothing to do with it any more."""
    session = any_session_of(message)
    if session is None or session.starts_at != datetime.fromisoformat(message.facts["starts_at"]):
        return None
    return session if still_takes_part(session, person=message.recipient, email=message.recipient_email) else None


def any_session_of(message: Message) -> ConsultingSession | None:
    """The session that `message` is about, whoever reads it."""
    assert message.subject_id is not None, "mail about a session names it"
    return (
        ConsultingSession.objects.select_related("staff__staff_profile", "booked_by", "contract__customer")
        .prefetch_related("attendees", "events")
        .filter(pk=message.subject_id)
        .first()
    )


def meeting_for(message: Message, session: ConsultingSession, *, now: datetime) -> dict[str, Any]:
    """What the templates of all mail about a session know; `now` decides what the reader may still do."""
    reader = message.recipient
    to_staff = is_to(message, session.staff_id)
    acts = acts_open_to(reader, session, now=now) if reader is not None else frozenset()
    place_is_link = session.place.startswith("https://")
    return {
        "session": session,
        "customer": session.contract.customer,
        "to_staff": to_staff,
        "attendees": [attendee.name for attendee in session.attendees.all()],
        "place_is_link": place_is_link,
        "session_url": absolute_url("sessions:detail", session.pk) if reader is not None else "",
        "guest_url": _page_of_guest(message, session),
        "is_attendee": reader is not None and any(each.user_id == reader.pk for each in session.attendees.all()),
        "changes_until": _until(session) if Act.MOVE in acts and not to_staff else "",
        **times_for(message, session, session.starts_at, session.duration_minutes),
    }


def times_for(message: Message, session: ConsultingSession, starts_at: datetime, minutes: int) -> dict[str, str]:
    """A meeting's time in the reader's zone, and in the other side's where that is another one."""
    zone = timezone.get_current_timezone_name()
    other_zone = session.contract.time_zone if is_to(message, session.staff_id) else session.staff.time_zone
    return {
        "zone": zone,
        "when": _span(starts_at, minutes, zone),
        "when_there": _span(starts_at, minutes, other_zone) if other_zone != zone else "",
    }


def when_of(session: ConsultingSession, *, day: bool) -> str:
    """The start in the reader's language and zone, with the zone's name, for a subject."""
    zone, language = timezone.get_current_timezone_name(), get_language() or "en"
    start = session.starts_at
    written = format_instant(start, zone, language) if day else format_clock(start, zone)
    return f"{written} ({zone_city(zone, language)})"


def answers_reach(session: ConsultingSession, message: Message) -> list[tuple[str, str]]:
    """Attendees answer to the person who delivers; the staff member to the customer's side."""
    if not is_to(message, session.staff_id):
        return [(session.staff.name, session.staff.email)]
    return [(attendee.name, attendee.email) for attendee in session.attendees.all()]


def is_to(message: Message, person_id: int) -> bool:
    """Whether that person reads `message`."""
    return message.recipient_id == person_id


def _page_of_guest(message: Message, session: ConsultingSession) -> str:
    """The page of a guest, who has no account; nothing for everybody else."""
    if message.recipient is not None:
        return ""
    guests = (each for each in session.attendees.all() if each.user_id is None)
    return next((guest_url(each) for each in guests if each.email.lower() == message.recipient_email), "")


def _until(session: ConsultingSession) -> str:
    zone, language = timezone.get_current_timezone_name(), get_language() or "en"
    return f"{format_instant(cutoff_of(session), zone, language)} ({zone_city(zone, language)})"


def _span(starts_at: datetime, minutes: int, zone: str) -> str:
    """Day, start and end in one zone, with its name."""
    language = get_language() or "en"
    return f"{format_span(starts_at, minutes, zone, language)} ({zone_city(zone, language)})"
