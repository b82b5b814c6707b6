"""When reminders are due, and the moments that operations can change (DOMAIN.md §11)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifications.models import ReminderPolicy

MORNING = time(8)


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of a row of reminders: `days` before its date, due at an instant."""

    days: int
    due_at: datetime


def reminder_policy() -> ReminderPolicy:
    """The moments of reminders that operations can change; the defaults until they do."""
    return ReminderPolicy.objects.first() or ReminderPolicy()


def morning_of(day: date, zone: str) -> datetime:
    """The instant, in UTC, at which it is 08:00 on `day` in the IANA `zone`."""
    return datetime.combine(day, MORNING, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def latest_moment(day: date, days_before: Iterable[int], *, zone: str, now: datetime) -> Moment | None:
    """The moment of the row that is on at `now`: the last one that began, since each ends when the next begins."""
    moments = (Moment(days, morning_of(day - timedelta(days=days), zone)) for days in days_before)
    return max((each for each in moments if each.due_at <= now), key=lambda each: each.due_at, default=None)
