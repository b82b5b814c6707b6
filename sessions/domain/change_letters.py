"""What the mails about a changed session say: another time, person or place; no more with you (DOMAIN.md §7, §13).

Each is withdrawn once a later change has made it untrue: the mail of that change says what is right.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.domain.names import names_in
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Calendar, Letter
from notifications.models import Message
from sessions.domain import invitations
from sessions.domain.calendar_entries import REQUEST, calendar_entry, release_entry
from sessions.domain.letter_parts import (
    answers_reach,
    any_session_of,
    is_to,
    meeting_for,
    session_of,
    times_for,
    when_of,
)
from sessions.domain.recipients import still_takes_part
from sessions.models import ConsultingSession, SessionEvent

Events = SessionEvent.Kind


def register_kinds() -> None:
    """Make these mails known to the outbox; called once by the app's configuration."""
    for code, label, compose in (
        (invitations.MOVED, gettext_lazy("Session: moved"), _tell_of_move),
        (invitations.COLLEAGUE, gettext_lazy("Session: with somebody else"), _tell_of_colleague),
        (invitations.RELEASED, gettext_lazy("Session: handed to a colleague"), _release),
        (invitations.PLACE, gettext_lazy("Session: another place"), _tell_of_place),
        (invitations.PEOPLE, gettext_lazy("Session: other people come"), _tell_of_people),
        (invitations.UNINVITED, gettext_lazy("Session: no longer invited"), _uninvite),
    ):
        register(Kind(code=code, label=label, compose=compose, at_least_once=True))


def _tell_of_move(message: Message, now: datetime) -> Letter | None:
    session = _standing(message, now)
    if session is None:
        return None
    before = message.facts["before"]
    was = times_for(message, session, datetime.fromisoformat(before["starts_at"]), before["minutes"])
    return _letter(
        message,
        session,
        now,
        subject=_("Moved: %(type)s, now %(time)s"),
        template="session_moved",
        was=was["when"],
        staff_before=before["staff"] if before["staff"] != session.staff.name else "",
        **_who_and_why(message, session, Events.MOVED),
    )


def _tell_of_colleague(message: Message, now: datetime) -> Letter | None:
    session = _standing(message, now)
    if session is None or session.staff_id != message.facts["staff"]:
        return None
    return _letter(
        message,
        session,
        now,
        subject=_("Now with %(staff)s: %(type)s, %(time)s"),
        template="session_colleague",
        staff_before=message.facts["before"]["staff"],
        **_who_and_why(message, session, Events.REASSIGNED),
    )


def _tell_of_place(message: Message, now: datetime) -> Letter | None:
    session = _standing(message, now)
    if session is None or session.place != message.facts["place"]:
        return None
    return _letter(
        message,
        session,
        now,
        subject=_("Another place: %(type)s, %(time)s"),
        template="session_place",
        **_who_and_why(message, session, Events.PLACE),
    )


def _tell_of_people(message: Message, now: datetime) -> Letter | None:
    session = _standing(message, now)
    if session is None or session.sequence != message.facts["sequence"]:
        return None
    event = session.events.filter(kind=Events.ATTENDEES, at__lte=message.created_at).last()
    details = event.details if event else {}
    names = names_in([details])
    return _letter(
        message,
        session,
        now,
        subject=_("Other people come: %(type)s, %(time)s"),
        template="session_people",
        added=names.each_of(details.get("added", [])),
        removed=names.each_of(details.get("removed", [])),
        **_who_and_why(message, session, Events.ATTENDEES),
    )


def _uninvite(message: Message, now: datetime) -> Letter | None:
    """To who was taken off the session; not if they were invited again, or if it is over."""
    session = any_session_of(message)
    if session is None or now >= session.ends_at:
        return None
    if still_takes_part(session, person=message.recipient, email=message.recipient_email):
        return None
    starts_at, minutes = datetime.fromisoformat(message.facts["starts_at"]), message.facts["minutes"]
    return _letter(
        message,
        session,
        now,
        subject=_("No longer invited: %(type)s, %(time)s"),
        template="session_uninvited",
        calendar=release_entry(
            session,
            person=(message.recipient_name, message.recipient_email),
            starts_at=starts_at,
            minutes=minutes,
            sequence=message.facts["sequence"],
            stamp=message.created_at,
        ),
        attendees=[message.recipient_name],
        **times_for(message, session, starts_at, minutes),
    )


def _release(message: Message, now: datetime) -> Letter | None:
    """To who delivered it until now; not if it came back to them."""
    session, person = any_session_of(message), message.recipient
    if session is None or person is None or session.staff_id == person.pk:
        return None
    before = message.facts["before"]
    starts_at = datetime.fromisoformat(before["starts_at"])
    return _letter(
        message,
        session,
        now,
        subject=_("No longer with you: %(type)s of %(customer)s"),
        template="session_released",
        calendar=release_entry(
            session,
            person=(person.name, person.email),
            starts_at=starts_at,
            minutes=before["minutes"],
            sequence=message.facts["sequence"],
            stamp=message.created_at,
        ),
        **times_for(message, session, starts_at, before["minutes"]),
        **_who_and_why(message, session, Events.MOVED, Events.REASSIGNED),
    )


def _standing(message: Message, now: datetime) -> ConsultingSession | None:
    """The session, if it is still to come where the mail says."""
    session = session_of(message)
    if session is None or session.status != ConsultingSession.Status.BOOKED or now >= session.ends_at:
        return None
    return session


def _letter(
    message: Message,
    session: ConsultingSession,
    now: datetime,
    *,
    subject: str,
    template: str,
    calendar: Calendar | None = None,
    **more: Any,
) -> Letter:
    meeting = meeting_for(message, session, now=now)
    return Letter(
        subject=subject
        % {
            "type": session.get_session_type_display(),
            "time": when_of(session, day=True),
            "staff": session.staff.name,
            "customer": session.contract.customer.name,
        },
        template=template,
        context={**meeting, **more},
        calendar=calendar
        or calendar_entry(session, method=REQUEST, page=meeting["session_url"], stamp=message.created_at),
        reply_to=answers_reach(session, message),
    )


def _who_and_why(message: Message, session: ConsultingSession, *kinds: str) -> dict[str, Any]:
    """Who made the change that `message` tells of, and why."""
    event = session.events.filter(kind__in=kinds, at__lte=message.created_at).select_related("by").last()
    return {
        "changed_by": event.by.name if event else "",
        "changed_by_reader": event is not None and is_to(message, event.by_id),
        "reason": event.reason if event else "",
    }
