"""One person's diary as booking reads it: when they work, and what stands in the way of a time (DOMAIN.md §7)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Q

from core import dates
from customers.models import User
from sessions.domain.holidays import holiday_on
from sessions.domain.spans import Spans, merged
from sessions.models import (
    BookingPolicy,
    BusyTime,
    ConsultingSession,
    DayException,
    DiaryEntry,
    DiarySettings,
    TimeOff,
    WorkingHours,
)

Stretch = tuple[time, time]
"""From, until, by the wall clock of the person's zone."""

# What touches a local day of any zone lies within two days of an instant of it, clock changes included.
MARGIN = timedelta(days=2)


class Obstacle(StrEnum):
    """Why a time cannot be had."""

    NOT_WORKING = "not_working"
    HOLIDAY = "holiday"
    TIME_OFF = "time_off"
    FULLY_BOOKED = "fully_booked"
    TOO_SOON = "too_soon"
    BEYOND_HORIZON = "beyond_horizon"
    OUTSIDE_TERM = "outside_term"


@dataclass(frozen=True, slots=True)
class Diary:
    """What decides about one person's time between two instants.

    `hours` are by weekday, `exceptions` by date; `booked` are the minutes of meetings by the local day of their start.
    """

    staff: User
    zone: str
    country: str
    policy: BookingPolicy
    daily_limit_minutes: int | None
    hours: dict[int, list[Stretch]]
    exceptions: dict[date, list[Stretch]]
    away: Spans
    busy: Spans
    meetings: Spans
    meetings_with_buffer: Spans
    booked: Counter[date]

    @classmethod
    def read(
        cls,
        staff: User,
        start: datetime,
        end: datetime,
        *,
        policy: BookingPolicy,
        without: ConsultingSession | None = None,
        leaving_out: Collection[int] = (),
    ) -> "Diary":
        """Read the diary of `staff` with six queries, leaving out the meeting of the session `without` and the entries
        with the ids of `leaving_out`.
        """
        near = Q(starts_at__lt=end + MARGIN, ends_at__gt=start - MARGIN)
        entries = DiaryEntry.objects.filter(near, staff=staff)
        if without is not None:
            entries = entries.exclude(session=without)
        if leaving_out:
            entries = entries.exclude(pk__in=leaving_out)
        meetings = list(entries.values_list("starts_at", "ends_at"))
        profile = getattr(staff, "staff_profile", None)
        buffer = timedelta(minutes=policy.buffer_minutes)
        return cls(
            staff=staff,
            zone=staff.time_zone,
            country=profile.country if profile is not None else "",
            policy=policy,
            daily_limit_minutes=daily_limit_of(staff),
            hours=weekly_hours(staff),
            exceptions=exceptions_between(staff, (start - MARGIN).date(), (end + MARGIN).date()),
            away=Spans(TimeOff.objects.filter(near, staff=staff).values_list("starts_at", "ends_at")),
            busy=Spans(BusyTime.objects.filter(near, calendar__staff=staff).values_list("starts_at", "ends_at")),
            meetings=Spans(meetings),
            meetings_with_buffer=Spans((since, until + buffer) for since, until in meetings),
            booked=_minutes_by_day(meetings, staff.time_zone),
        )

    def stretches_on(self, local_date: date) -> list[Stretch]:
        """When they work on a date of their own clock: its exception, else the weekday's hours; holidays too."""
        exception = self.exceptions.get(local_date)
        return self.hours.get(local_date.weekday(), []) if exception is None else exception

    def holiday_on(self, local_date: date) -> str | None:
        """The public holiday that keeps them from working; none where an exception says when they work."""
        return None if local_date in self.exceptions else holiday_on(local_date, self.country)

    def starts_on(self, local_date: date, duration_minutes: int) -> Iterator[datetime]:
        """Every start of their step on a date of their clock from which they work `duration_minutes`."""
        step = timedelta(minutes=self.policy.step_minutes)
        midnight = datetime.combine(local_date, time())
        for stretch in self.stretches_on(local_date):
            wall = datetime.combine(local_date, stretch[0])
            wall += (midnight - wall) % step
            end = datetime.combine(local_date, stretch[1])
            while wall < end:
                if dates.exists(wall, self.zone) and self._works(wall, duration_minutes, stretch):
                    yield dates.instant_of(wall, self.zone)
                wall += step

    def is_start(self, start: datetime, duration_minutes: int) -> bool:
        """Whether `start` is one of those of `starts_on`; of a time that the clock repeats, the first one."""
        wall = start.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None, fold=0)
        in_step = (wall - datetime.combine(wall.date(), time())) % timedelta(minutes=self.policy.step_minutes)
        return (
            not in_step
            and dates.instant_of(wall, self.zone) == start
            and any(self._works(wall, duration_minutes, stretch) for stretch in self.stretches_on(wall.date()))
        )

    def obstacle(self, start: datetime, duration_minutes: int, now: datetime) -> Obstacle | None:
        """What keeps a customer from booking `duration_minutes` at a start of the working time."""
        end = dates.after_minutes(start, duration_minutes)
        day = dates.local_day(start, self.zone)
        if start < now + timedelta(hours=self.policy.notice_hours):
            return Obstacle.TOO_SOON
        if start > now + timedelta(days=self.policy.horizon_days):
            return Obstacle.BEYOND_HORIZON
        if self.holiday_on(day):
            return Obstacle.HOLIDAY
        if self.away.touch(start, end):
            return Obstacle.TIME_OFF
        if self.is_taken(start, end) or self.is_full(day, duration_minutes):
            return Obstacle.FULLY_BOOKED
        return None

    def is_taken(self, start: datetime, end: datetime) -> bool:
        """Whether a meeting, the free minutes after one or a busy time of their calendar lies in the way."""
        buffer = timedelta(minutes=self.policy.buffer_minutes)
        return self.meetings_with_buffer.touch(start, end + buffer) or self.busy.touch(start, end)

    def is_full(self, day: date, duration_minutes: int) -> bool:
        """Whether another `duration_minutes` on that day of their clock would go beyond their daily limit."""
        return self.daily_limit_minutes is not None and self.booked[day] + duration_minutes > self.daily_limit_minutes

    def _works(self, wall: datetime, duration_minutes: int, stretch: Stretch) -> bool:
        """Whether each minute from the naive, existing `wall` on lies in `stretch`, by the clock on the wall."""
        since, until = (datetime.combine(wall.date(), each) for each in stretch)
        if not since <= wall < until:
            return False
        zone = ZoneInfo(self.zone)
        start = dates.instant_of(wall, self.zone)
        last = dates.after_minutes(start, duration_minutes - 1).astimezone(zone).replace(tzinfo=None)
        if last - wall == timedelta(minutes=duration_minutes - 1):
            return last < until
        # The clock is put forward or back on the way: which minutes it shows is no sum any more.
        shown = (dates.after_minutes(start, minute).astimezone(zone) for minute in range(duration_minutes))
        return all(since <= each.replace(tzinfo=None) < until for each in shown)


def daily_limit_of(staff: User) -> int | None:
    """The most minutes of meetings a day; None without a limit."""
    return DiarySettings.objects.filter(staff=staff).values_list("daily_limit_minutes", flat=True).first()


def weekly_hours(staff: User) -> dict[int, list[Stretch]]:
    """The stretches of each weekday by the wall clock; those that touch or overlap are one."""
    hours: dict[int, list[Stretch]] = defaultdict(list)
    for stretch in WorkingHours.objects.filter(staff=staff):
        hours[stretch.weekday].append((stretch.starts_at, stretch.ends_at))
    return {weekday: merged(stretches) for weekday, stretches in hours.items()}


def exceptions_between(staff: User, first: date, last: date) -> dict[date, list[Stretch]]:
    """The dates from `first` to `last` that have hours of their own; an empty list where the person does not work."""
    found: dict[date, list[Stretch]] = defaultdict(list)
    rows: Iterable[tuple[date, time | None, time | None]] = DayException.objects.filter(
        staff=staff, date__range=(first, last)
    ).values_list("date", "hours__starts_at", "hours__ends_at")
    for day, starts_at, ends_at in rows:
        stretches = found[day]
        if starts_at is not None and ends_at is not None:
            stretches.append((starts_at, ends_at))
    return {day: merged(stretches) for day, stretches in found.items()}


def _minutes_by_day(meetings: Iterable[tuple[datetime, datetime]], zone: str) -> Counter[date]:
    booked: Counter[date] = Counter()
    for since, until in meetings:
        booked[dates.local_day(since, zone)] += dates.minutes_between(since, until)
    return booked
