"""Reminders to staff of sessions that are over and whose time is not logged (DOMAIN.md §11)."""

from datetime import datetime, timedelta

from django.db.models import F, Max, Q
from django.db.models.functions import Greatest

from notifications.domain.moments import reminder_policy
from notifications.domain.outbox import Owed, owe_all
from sessions.models import ConsultingSession, SessionEvent

NOT_LOGGED = "session_not_logged"
_MAKES_IT_THEIRS = (SessionEvent.Kind.MOVED, SessionEvent.Kind.REASSIGNED, SessionEvent.Kind.REOPENED)


def is_overdue(session: ConsultingSession, *, now: datetime) -> bool:
    """Whether `session` has been over for so long that its time should be logged, and is not."""
    return session.status == ConsultingSession.Status.BOOKED and session.ends_at + _patience() <= now


def _patience() -> timedelta:
    """How long after its end a session may stay without its time: 24 h unless operations chose otherwise."""
    return timedelta(hours=reminder_policy().not_logged_hours)


def owe_not_logged(*, now: datetime) -> int:
    """Owe the staff member a reminder for each session whose time is overdue, in three queries and one write."""
    patience = _patience()
    overdue = (
        ConsultingSession.objects.filter(
            status=ConsultingSession.Status.BOOKED, ends_at__lte=now - patience, staff__is_active=True
        )
        # A moment that was already over when its cause arose (handed over since, or opened again) is not sent.
        .annotate(theirs_at=Greatest("booked_at", Max("events__at", filter=Q(events__kind__in=_MAKES_IT_THEIRS))))
        .filter(theirs_at__lte=F("ends_at") + patience)
        .select_related("staff")
        .order_by("pk")
    )
    return owe_all(
        [
            Owed(
                kind=NOT_LOGGED,
                key=f"{NOT_LOGGED}:{session.pk}:{session.starts_at:%Y%m%dT%H%MZ}",
                to=session.staff,
                facts={"starts_at": session.starts_at.isoformat()},
                due_at=session.ends_at + patience,
                subject_id=session.pk,
            )
            for session in overdue
        ],
        now=now,
    )
