"""Telling everybody what became of a session, with a calendar entry each time (DOMAIN.md §7, end).

Called inside the transaction of the change: the mail is owed if and only if the change is there. `session.sequence` has
grown already, so that each version of the calendar entry has mail of its own.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from customers.models import User
from notifications.domain.outbox import Address, Owed, owe_all
from sessions.domain.recipients import people_to_write_to
from sessions.models import ConsultingSession

BOOKED = "session_booked"
MOVED = "session_moved"
COLLEAGUE = "session_colleague"
RELEASED = "session_released"
PLACE = "session_place"
CANCELLED = "session_cancelled"
UNINVITED = "session_uninvited"
PEOPLE = "session_people"


def announce_booking(session: ConsultingSession, *, now: datetime) -> None:
    """Owe attendees and staff the invitation to a session that was just booked."""
    _announce(BOOKED, session, _everybody(session), now)


def announce_move(session: ConsultingSession, *, before: Mapping[str, Any], now: datetime) -> None:
    """Owe attendees and staff the new time of a session, beside where it stood `before` (start, minutes, staff)."""
    _announce(MOVED, session, _everybody(session), now, before=dict(before))


def announce_colleague(session: ConsultingSession, *, before: Mapping[str, Any], now: datetime) -> None:
    """Owe attendees and the new staff member the news that somebody else delivers at the same time."""
    _announce(COLLEAGUE, session, _everybody(session), now, before=dict(before), staff=session.staff_id)


def announce_release(session: ConsultingSession, *, of: User, before: Mapping[str, Any], now: datetime) -> None:
    """Owe the staff member who delivers no more what takes the session out of their calendar."""
    _announce(RELEASED, session, [of], now, before=dict(before))


def announce_place(session: ConsultingSession, *, now: datetime) -> None:
    """Owe attendees and staff the new place of a session."""
    _announce(PLACE, session, _everybody(session), now, place=session.place)


def announce_invited(session: ConsultingSession, people: Iterable[User | Address], *, by: User, now: datetime) -> None:
    """Owe those whom `by` added to a booked session its invitation."""
    _announce(BOOKED, session, people, now, by=by.pk)


def announce_uninvited(session: ConsultingSession, people: Iterable[User | Address], *, now: datetime) -> None:
    """Owe those who were taken off a session what takes it out of their calendar."""
    where = {"minutes": session.duration_minutes}
    _announce(UNINVITED, session, people, now, **where)


def announce_people(session: ConsultingSession, *, now: datetime) -> None:
    """Owe the staff member the news that other people come."""
    _announce(PEOPLE, session, [session.staff], now)


def announce_cancellation(session: ConsultingSession, *, now: datetime) -> None:
    """Owe attendees and staff the news that a session was cancelled."""
    _announce(CANCELLED, session, _everybody(session), now)


def _everybody(session: ConsultingSession) -> list[User | Address]:
    complete = ConsultingSession.objects.select_related("staff", "contract__customer").prefetch_related(
        "attendees__user"
    )
    return people_to_write_to(complete.get(pk=session.pk))


def _announce(
    kind: str, session: ConsultingSession, people: Iterable[User | Address], now: datetime, **facts: Any
) -> None:
    owe_all(
        [
            Owed(
                kind=kind,
                key=f"{kind}:{session.pk}:{session.sequence}",
                to=person,
                facts={"starts_at": session.starts_at.isoformat(), "sequence": session.sequence, **facts},
                due_at=now,
                subject_id=session.pk,
            )
            for person in people
        ],
        now=now,
    )
