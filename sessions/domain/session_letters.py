"""What the mails about a booked, a cancelled and a coming session say, and when they are no longer wanted (§7, §11)."""

from datetime import datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import User
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter
from notifications.domain.moments import reminder_policy
from notifications.models import Message
from sessions.domain import invitations
from sessions.domain.calendar_entries import CANCEL, REQUEST, calendar_entry
from sessions.domain.letter_parts import answers_reach, is_to, meeting_for, session_of, when_of
from sessions.domain.recipients import has_declined
from sessions.domain.reminders import FIRST_REMINDER, LAST_REMINDER, moments_of
from sessions.models import ConsultingSession, SessionEvent

Status = ConsultingSession.Status


def register_kinds() -> None:
    """Make these mails known to the outbox; called once by the app's configuration."""
    register(
        Kind(
            code=FIRST_REMINDER,
            label=gettext_lazy("Session: first reminder"),
            compose=partial(_remind, FIRST_REMINDER),
            may_be_muted=True,
            page="sessions:detail",
        )
    )
    register(
        Kind(
            code=LAST_REMINDER,
            label=gettext_lazy("Session: last reminder"),
            compose=partial(_remind, LAST_REMINDER),
            may_be_muted=True,
            page="sessions:detail",
        )
    )
    register(
        Kind(
            code=invitations.BOOKED,
            label=gettext_lazy("Session: invitation"),
            compose=_invite,
            at_least_once=True,
            page="sessions:detail",
        )
    )
    register(
        Kind(
            code=invitations.CANCELLED,
            label=gettext_lazy("Session: cancelled"),
            compose=_call_off,
            at_least_once=True,
            page="sessions:detail",
        )
    )


def _remind(kind: str, message: Message, now: datetime) -> Letter | None:
    session = session_of(message)
    if session is None or session.status != Status.BOOKED:
        return None
    if not any(each.kind == kind and each.is_on(session.starts_at, now=now) for each in moments_of(reminder_policy())):
        return None
    if has_declined(session, person=message.recipient, email=message.recipient_email):
        return None
    soon = kind == LAST_REMINDER
    subject = _("Starting soon: %(type)s at %(time)s") if soon else _("Reminder: %(type)s, %(time)s")
    return Letter(
        subject=subject % {"type": session.get_session_type_display(), "time": when_of(session, day=not soon)},
        template="session_reminder",
        context={**meeting_for(message, session, now=now), "soon": soon},
        reply_to=answers_reach(session, message),
    )


def _invite(message: Message, now: datetime) -> Letter | None:
    session = session_of(message)
    if session is None or session.status != Status.BOOKED or now >= session.ends_at:
        return None
    meeting = meeting_for(message, session, now=now)
    return Letter(
        subject=_("Booked: %(type)s, %(time)s")
        % {"type": session.get_session_type_display(), "time": when_of(session, day=True)},
        template="session_booked",
        context={
            **meeting,
            **_who_invites(message, session),
        },
        calendar=calendar_entry(session, method=REQUEST, page=meeting["session_url"], stamp=message.created_at),
        reply_to=answers_reach(session, message),
    )


def _who_invites(message: Message, session: ConsultingSession) -> dict[str, Any]:
    """Who booked the session, or added the reader to it later."""
    inviter = User.objects.get(pk=message.facts.get("by", session.booked_by_id))
    return {
        "booked_by": inviter.name,
        "booked_by_reader": is_to(message, session.booked_by_id),
        "added_later": "by" in message.facts,
    }


def _call_off(message: Message, now: datetime) -> Letter | None:
    session = session_of(message)
    if session is None or session.status != Status.CANCELLED:
        return None
    meeting = meeting_for(message, session, now=now)
    event = session.events.filter(kind=SessionEvent.Kind.CANCELLED).select_related("by").last()
    return Letter(
        subject=_("Cancelled: %(type)s, %(time)s")
        % {"type": session.get_session_type_display(), "time": when_of(session, day=True)},
        template="session_cancelled",
        context={
            **meeting,
            "cancelled_by": event.by.name if event else "",
            "cancelled_by_reader": event is not None and is_to(message, event.by_id),
            "reason": event.reason if event else "",
        },
        calendar=calendar_entry(session, method=CANCEL, page=meeting["session_url"], stamp=message.created_at),
        reply_to=answers_reach(session, message),
    )
