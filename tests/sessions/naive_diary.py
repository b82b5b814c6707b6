"""A second, slow reading of DOMAIN.md §7 for the property tests: minute by minute, by the clock on the wall.

Written from the rules and not from the code: a minute is worked if the wall clock of that minute lies in one of the
day's hours; a start is offered if every minute of the meeting is worked and nothing forbids one of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
Span = tuple[datetime, datetime]
Stretch = tuple[time, time]


@dataclass(frozen=True)
class NaiveDiary:
    """Everything that decides, as plain as it can be written. Instants in UTC."""

    zone: str
    now: datetime
    step_minutes: int = 30
    notice_hours: int = 24
    horizon_days: int = 60
    buffer_minutes: int = 15
    daily_limit_minutes: int | None = None
    hours: dict[int, list[Stretch]] = field(default_factory=dict)
    exceptions: dict[date, list[Stretch]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()
    away: list[Span] = field(default_factory=list)
    busy: list[Span] = field(default_factory=list)
    meetings: list[Span] = field(default_factory=list)

    def offered(self, first: datetime, until: datetime, minutes: int) -> Iterator[datetime]:
        """Every start from `first` on and before `until`, both on a full minute."""
        instant = first
        while instant < until:
            if self.can_start(instant, minutes):
                yield instant
            instant += MINUTE

    def can_start(self, start: datetime, minutes: int) -> bool:
        """Whether a customer may book `minutes` from `start` on."""
        wall = self._wall(start)
        if (wall.hour * 60 + wall.minute) % self.step_minutes or wall.second or wall.fold:
            return False
        if not self.now + timedelta(hours=self.notice_hours) <= start <= self.now + timedelta(days=self.horizon_days):
            return False
        lasts = [start + number * MINUTE for number in range(minutes)]
        if not all(self._worked(minute, wall.date()) for minute in lasts):
            return False
        if any(
            since <= minute < until for minute in lasts for since, until in (*self.away, *self.busy, *self.meetings)
        ):
            return False
        return self._apart_from_meetings(start, lasts[-1] + MINUTE) and self._within_limit(wall.date(), minutes)

    def _worked(self, minute: datetime, day: date) -> bool:
        wall = self._wall(minute)
        if wall.date() != day:
            return False
        if day in self.exceptions:
            stretches: Iterable[Stretch] = self.exceptions[day]
        elif day in self.holidays:
            return False
        else:
            stretches = self.hours.get(day.weekday(), [])
        return any(starts <= wall.time() < ends for starts, ends in stretches)

    def _apart_from_meetings(self, start: datetime, end: datetime) -> bool:
        buffer = timedelta(minutes=self.buffer_minutes)
        return all(until + buffer <= start or end + buffer <= since for since, until in self.meetings)

    def _within_limit(self, day: date, minutes: int) -> bool:
        if self.daily_limit_minutes is None:
            return True
        same_day = [until - since for since, until in self.meetings if self._wall(since).date() == day]
        return sum(same_day, timedelta()) + minutes * MINUTE <= self.daily_limit_minutes * MINUTE

    def _wall(self, instant: datetime) -> datetime:
        return instant.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)


def on_the_minute(instant: datetime) -> datetime:
    """The full minute before `instant`, in UTC."""
    return instant.astimezone(UTC).replace(second=0, microsecond=0)
