"""What the mails about a session say, and when they are no longer wanted (DOMAIN.md §7, §11, §13)."""

from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.formatting import format_clock, format_instant, format_span, zone_city
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.models import Message
from sessions.domain import invitations
from sessions.domain.calendar_entries import CANCEL, REQUEST, calendar_entry
from sessions.domain.recipients import still_takes_part
from sessions.domain.reminders import DAY_BEFORE, HOUR_BEFORE, Moment
from sessions.models import ConsultingSession, SessionEvent

Status = ConsultingSession.Status


def register_kinds() -> None:
    """Make the mails about sessions known to the outbox; called once by the app's configuration."""
    register(
        Kind(
            code=DAY_BEFORE.kind,
            label=gettext_lazy("Session: reminder 24 hours before"),
            compose=partial(_remind, DAY_BEFORE),
            may_be_muted=True,
        )
    )
    register(
        Kind(
            code=HOUR_BEFORE.kind,
            label=gettext_lazy("Session: reminder 1 hour before"),
            compose=partial(_remind, HOUR_BEFORE),
            may_be_muted=True,
        )
    )
    register(
        Kind(code=invitations.BOOKED, label=gettext_lazy("Session: invitation"), compose=_invite, at_least_once=True)
    )
    register(
        Kind(
            code=invitations.CANCELLED, label=gettext_lazy("Session: cancelled"), compose=_call_off, at_least_once=True
        )
    )


def _remind(moment: Moment, message: Message, now: datetime) -> Letter | None:
    session = _session_of(message)
    if session is None or session.status != Status.BOOKED or not moment.is_on(session.starts_at, now=now):
        return None
    soon = moment == HOUR_BEFORE
    subject = _("Starting soon: %(type)s at %(time)s") if soon else _("Reminder: %(type)s, %(time)s")
    return Letter(
        subject=subject % {"type": session.get_session_type_display(), "time": _when(session, day=not soon)},
        template="session_reminder",
        context={**_meeting(session, message), "soon": soon},
        reply_to=_reply_to(session, message),
    )


def _invite(message: Message, now: datetime) -> Letter | None:
    session = _session_of(message)
    if session is None or session.status != Status.BOOKED or now >= session.ends_at:
        return None
    meeting = _meeting(session, message)
    return Letter(
        subject=_("Booked: %(type)s, %(time)s")
        % {"type": session.get_session_type_display(), "time": _when(session, day=True)},
        template="session_booked",
        context={
            **meeting,
            "booked_by": session.booked_by.name,
            "booked_by_reader": _is(message, session.booked_by_id),
        },
        calendar=calendar_entry(session, method=REQUEST, page=meeting["session_url"], stamp=message.created_at),
        reply_to=_reply_to(session, message),
    )


def _call_off(message: Message, _now: datetime) -> Letter | None:
    session = _session_of(message)
    if session is None or session.status != Status.CANCELLED:
        return None
    meeting = _meeting(session, message)
    event = session.events.filter(kind=SessionEvent.Kind.CANCELLED).select_related("by").last()
    return Letter(
        subject=_("Cancelled: %(type)s, %(time)s")
        % {"type": session.get_session_type_display(), "time": _when(session, day=True)},
        template="session_cancelled",
        context={
            **meeting,
            "cancelled_by": event.by.name if event else "",
            "cancelled_by_reader": event is not None and _is(message, event.by_id),
            "reason": event.reason if event else "",
        },
        calendar=calendar_entry(session, method=CANCEL, page=meeting["session_url"], stamp=message.created_at),
        reply_to=_reply_to(session, message),
    )


def _session_of(message: Message) -> ConsultingSession | None:
    """The session as it is now; None if it was moved since, or if the recipient has nothing to do with it any more."""
    assert message.subject_id is not None, "mail about a session names it"
    session = (
        ConsultingSession.objects.select_related("staff", "booked_by", "contract__customer")
        .prefetch_related("attendees")
        .filter(pk=message.subject_id, starts_at=datetime.fromisoformat(message.facts["starts_at"]))
        .first()
    )
    if session is None or not still_takes_part(session, person=message.recipient, email=message.recipient_email):
        return None
    return session


def _meeting(session: ConsultingSession, message: Message) -> dict[str, Any]:
    to_staff = _is(message, session.staff_id)
    zone = timezone.get_current_timezone_name()
    other_zone = session.contract.time_zone if to_staff else session.staff.time_zone
    return {
        "session": session,
        "customer": session.contract.customer,
        "to_staff": to_staff,
        "zone": zone,
        "when": _span(session, zone),
        "when_there": _span(session, other_zone) if other_zone != zone else "",
        "attendees": [attendee.name for attendee in session.attendees.all()],
        "place_is_link": session.place.startswith("https://"),
        "session_url": absolute_url("sessions:detail", session.pk) if message.recipient else "",
    }


def _span(session: ConsultingSession, zone: str) -> str:
    """Day, start and end in one zone, with its name."""
    language = get_language() or "en"
    span = format_span(session.starts_at, session.duration_minutes, zone, language)
    return f"{span} ({zone_city(zone, language)})"


def _when(session: ConsultingSession, *, day: bool) -> str:
    """The start in the reader's language and zone, with the zone's name, for a subject."""
    zone, language = timezone.get_current_timezone_name(), get_language() or "en"
    write = format_instant if day else format_clock
    return f"{write(session.starts_at, zone, language)} ({zone_city(zone, language)})"


def _reply_to(session: ConsultingSession, message: Message) -> list[tuple[str, str]]:
    """Attendees answer to the person who delivers; the staff member to the customer's side."""
    if not _is(message, session.staff_id):
        return [(session.staff.name, session.staff.email)]
    return [(attendee.name, attendee.email) for attendee in session.attendees.all()]


def _is(message: Message, person_id: int) -> bool:
    return message.recipient_id == person_id
