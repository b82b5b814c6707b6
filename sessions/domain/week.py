"""A week of somebody's diary, day by day on their own clock: what the page of the diary shows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Q

from core import dates
from customers.models import User
from sessions.domain.availability import policy
from sessions.domain.diaries import Stretch, exceptions_between, weekly_hours
from sessions.domain.holidays import holiday_on
from sessions.domain.other_meetings import OtherMeeting, described
from sessions.models import BusyTime, ConsultingSession, DiaryEntry, TimeOff

DAYS = 7
MINUTES_A_DAY = 24 * 60


class Kind(StrEnum):
    """What a block of a day is."""

    WORK = "work"
    MEETING = "meeting"
    BUFFER = "buffer"
    TIME_OFF = "time_off"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Block:
    """A part of one day, in minutes of its clock from midnight; `whole_day` where nothing of the day is left out."""

    kind: Kind
    starts: int
    ends: int
    starts_at: datetime | None = None
    session: ConsultingSession | None = None
    other: OtherMeeting | None = None
    time_off: TimeOff | None = None

    @property
    def whole_day(self) -> bool:
        return (self.starts, self.ends) == (0, MINUTES_A_DAY)


@dataclass(slots=True)
class DayOfWeek:
    """A date of the person's clock, with its blocks in order."""

    date: date
    holiday: str | None
    is_exception: bool
    blocks: list[Block] = field(default_factory=list)

    @property
    def works(self) -> bool:
        return any(block.kind is Kind.WORK for block in self.blocks)


def week_of(staff: User, monday: date) -> list[DayOfWeek]:
    """The seven days from `monday` on, with six queries, and those of an app above whose meetings are among them."""
    zone = staff.time_zone
    start, end = dates.start_of_day(monday, zone), dates.start_of_day(monday + timedelta(days=DAYS), zone)
    hours, exceptions = weekly_hours(staff), exceptions_between(staff, monday, monday + timedelta(days=DAYS - 1))
    near = Q(starts_at__lt=end, ends_at__gt=start)
    meetings = list(
        DiaryEntry.objects.filter(near, staff=staff).select_related("session__contract__customer").order_by("starts_at")
    )
    others = described([entry.pk for entry in meetings if entry.session is None])
    away = list(TimeOff.objects.filter(near, staff=staff).select_related("cover").order_by("starts_at"))
    busy = list(BusyTime.objects.filter(near, calendar__staff=staff).order_by("starts_at"))
    buffer = policy().buffer_minutes
    days = []
    for number in range(DAYS):
        day = monday + timedelta(days=number)
        exception = exceptions.get(day)
        holiday = holiday_on(day, staff.staff_profile.country) if exception is None else None
        stretches = (hours.get(day.weekday(), []) if exception is None else exception) if holiday is None else []
        blocks = [
            *_work(stretches),
            *_time_off(away, day, zone),
            *_busy(busy, day, zone),
            *_meetings(meetings, others, day, zone, buffer),
        ]
        days.append(DayOfWeek(day, holiday, exception is not None, sorted(blocks, key=lambda block: block.starts)))
    return days


def _work(stretches: Iterable[Stretch]) -> Iterator[Block]:
    for starts, ends in stretches:
        yield Block(Kind.WORK, starts.hour * 60 + starts.minute, ends.hour * 60 + ends.minute)


def _time_off(away: Iterable[TimeOff], day: date, zone: str) -> Iterator[Block]:
    for time_off in away:
        for starts, ends in _on(time_off.starts_at, time_off.ends_at, day, zone):
            yield Block(Kind.TIME_OFF, starts, ends, starts_at=time_off.starts_at, time_off=time_off)


def _busy(busy: Iterable[BusyTime], day: date, zone: str) -> Iterator[Block]:
    for busy_time in busy:
        for starts, ends in _on(busy_time.starts_at, busy_time.ends_at, day, zone):
            yield Block(Kind.BUSY, starts, ends, starts_at=busy_time.starts_at)


def _meetings(
    meetings: Iterable[DiaryEntry], others: dict[int, OtherMeeting], day: date, zone: str, buffer: int
) -> Iterator[Block]:
    for entry in meetings:
        for starts, ends in _on(entry.starts_at, entry.ends_at, day, zone):
            yield Block(
                Kind.MEETING,
                starts,
                ends,
                starts_at=entry.starts_at,
                session=entry.session,
                other=others.get(entry.pk),
            )
        for starts, ends in _on(entry.ends_at, dates.after_minutes(entry.ends_at, buffer), day, zone):
            yield Block(Kind.BUFFER, starts, ends)


def _on(starts_at: datetime, ends_at: datetime, day: date, zone: str) -> Iterator[tuple[int, int]]:
    """The part of a stretch of time that lies on `day`, in minutes of its clock; nothing if none does."""
    since, until = (each.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for each in (starts_at, ends_at))
    midnight = datetime.combine(day, datetime.min.time())
    starts = max(0, (since - midnight) // timedelta(minutes=1))
    ends = min(MINUTES_A_DAY, (until - midnight) // timedelta(minutes=1))
    if starts < ends:
        yield starts, ends
