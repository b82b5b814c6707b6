"""The reminders of a session, 24 h and 1 h before it unless operations chose other moments (DOMAIN.md §11).

Nothing is scheduled ahead: a scan of the present state, each minute, finds what is due. So a reminder that nobody could
send is sent late, and one of a session that was moved or cancelled is never even owed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Q
from django.db.models.functions import Greatest

from notifications.domain.moments import reminder_policy
from notifications.domain.outbox import Owed, owe_all
from notifications.models import ReminderPolicy
from sessions.domain.recipients import attendees_to_remind
from sessions.models import ConsultingSession, SessionEvent


@dataclass(frozen=True, slots=True)
class Moment:
    """When a kind of reminder is due, and when it has lost its sense. Elapsed time, whatever the clocks do."""

    kind: str
    before: timedelta
    until_before: timedelta

    def due_at(self, starts_at: datetime) -> datetime:
        """The instant from which the reminder of a session with that start is due."""
        return starts_at - self.before

    def is_on(self, starts_at: datetime, *, now: datetime) -> bool:
        """Whether the moment has come and the next one, or the session itself, has not."""
        return self.due_at(starts_at) <= now < starts_at - self.until_before


FIRST_REMINDER = "session_reminder_24h"
LAST_REMINDER = "session_reminder_1h"


def moments_of(policy: ReminderPolicy) -> tuple[Moment, Moment]:
    """The two moments of every session, the first one first."""
    first, last = timedelta(hours=policy.session_first_hours), timedelta(hours=policy.session_last_hours)
    return Moment(FIRST_REMINDER, first, last), Moment(LAST_REMINDER, last, timedelta(0))


def owe_session_reminders(*, now: datetime) -> int:
    """Owe every reminder whose moment is on; the number of those that were not owed before.

    The number of queries does not depend on the number of sessions. Any number of scans may run at once.
    """
    moments = moments_of(reminder_policy())
    coming_up = (
        ConsultingSession.objects.filter(
            status=ConsultingSession.Status.BOOKED, starts_at__gt=now, starts_at__lte=now + moments[0].before
        )
        .select_related("staff", "contract__customer")
        .prefetch_related("attendees__user")
        .annotate(arranged_at=_latest(SessionEvent.Kind.MOVED))
        .annotate(staffed_at=_latest(SessionEvent.Kind.MOVED, SessionEvent.Kind.REASSIGNED))
    )
    owed: list[Owed] = []
    for session in coming_up:
        owed += _reminders_of(session, moments, arranged_at=session.arranged_at, staffed_at=session.staffed_at, now=now)
    return owe_all(owed, now=now)


def _latest(*kinds: str) -> Greatest:
    """When a session was booked or last changed in one of these ways (PostgreSQL's GREATEST passes over NULL)."""
    return Greatest("booked_at", Max("events__at", filter=Q(events__kind__in=kinds)))


def _reminders_of(
    session: ConsultingSession,
    moments: Iterable[Moment],
    *,
    arranged_at: datetime,
    staffed_at: datetime,
    now: datetime,
) -> Iterator[Owed]:
    for moment in moments:
        due_at = moment.due_at(session.starts_at)
        if not moment.is_on(session.starts_at, now=now):
            continue
        # A moment that was already over when its cause arose is not sent.
        attendees = attendees_to_remind(session) if arranged_at <= due_at else []
        staff = [session.staff] if staffed_at <= due_at else []
        for person in [*attendees, *staff]:
            yield Owed(
                kind=moment.kind,
                # The start is the version that matters: other changes of a session are no reason to remind twice.
                key=f"{moment.kind}:{session.pk}:{session.starts_at:%Y%m%dT%H%MZ}",
                to=person,
                facts={"starts_at": session.starts_at.isoformat()},
                due_at=due_at,
                subject_id=session.pk,
            )
