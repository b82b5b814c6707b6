"""The meetings that a home page is about: today's, the next ones, those whose time is not logged."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from core.dates import local_day, start_of_day
from customers.models import User
from sessions.domain.queries import sessions_visible_to
from sessions.models import ConsultingSession

Status = ConsultingSession.Status
DAYS_AHEAD = 7
MOST_UNLOGGED = 20


@dataclass(frozen=True, slots=True)
class Agenda:
    """A staff member's own meetings: today's, those of the coming week, and those whose time is not logged yet."""

    today: list[ConsultingSession]
    coming: list[ConsultingSession]
    unlogged: list[ConsultingSession]


def agenda_of(user: User, *, now: datetime) -> Agenda:
    """What `user` delivers: the days are those of their own zone. Two queries."""
    today = local_day(now, user.time_zone)
    first, tomorrow = (start_of_day(today + timedelta(days=days), user.time_zone) for days in (0, 1))
    own = sessions_visible_to(user).filter(staff=user)
    meetings = own.filter(
        starts_at__gte=first,
        starts_at__lt=tomorrow + timedelta(days=DAYS_AHEAD),
        status__in=[Status.BOOKED, Status.HELD],
    ).order_by("starts_at", "pk")
    unlogged = own.filter(status=Status.BOOKED, ends_at__lte=now).order_by("starts_at", "pk")[:MOST_UNLOGGED]
    listed = list(meetings)
    return Agenda(
        today=[session for session in listed if session.starts_at < tomorrow],
        coming=[session for session in listed if session.starts_at >= tomorrow],
        unlogged=list(unlogged),
    )


def coming_sessions(user: User, *, now: datetime) -> QuerySet[ConsultingSession]:
    """Booked sessions that `user` sees and that are not over, the next one first."""
    return sessions_visible_to(user).filter(status=Status.BOOKED, ends_at__gt=now).order_by("starts_at", "pk")


def past_sessions(user: User, *, now: datetime) -> QuerySet[ConsultingSession]:
    """Sessions that `user` sees and that are over or did not take place, the latest first."""
    return sessions_visible_to(user).exclude(status=Status.BOOKED, ends_at__gt=now).order_by("-starts_at", "-pk")
