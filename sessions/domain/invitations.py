"""Telling everybody that a session was booked or cancelled, with a calendar entry (DOMAIN.md §7, end).

Called inside the transaction of the booking: the mail is owed if and only if the booking is there.
"""

from datetime import datetime

from notifications.domain.outbox import Owed, owe_all
from sessions.domain.recipients import people_to_write_to
from sessions.models import ConsultingSession

BOOKED = "session_booked"
CANCELLED = "session_cancelled"


def announce_booking(session: ConsultingSession, *, now: datetime) -> None:
    """Owe attendees and staff the invitation to a session that was just booked."""
    _announce(BOOKED, session, now)


def announce_cancellation(session: ConsultingSession, *, now: datetime) -> None:
    """Owe attendees and staff the news that a session was cancelled; its `sequence` has grown already."""
    _announce(CANCELLED, session, now)


def _announce(kind: str, session: ConsultingSession, now: datetime) -> None:
    complete = ConsultingSession.objects.select_related("staff", "contract__customer").prefetch_related(
        "attendees__user"
    )
    owe_all(
        [
            Owed(
                kind=kind,
                key=f"{kind}:{session.pk}:{session.sequence}",
                to=person,
                facts={"starts_at": session.starts_at.isoformat()},
                due_at=now,
                subject_id=session.pk,
            )
            for person in people_to_write_to(complete.get(pk=session.pk))
        ],
        now=now,
    )
