"""The calendar of free times: a month of days, and the times of one of them (DOMAIN.md §7)."""

from calendar import Calendar
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.clock_changes import ClockChange, clock_changes
from core.dates import add_months, local_day, month_of, start_of_day
from core.formatting import format_clock
from sessions.domain.availability import Day, Slot
from sessions.domain.cover import covers_of
from sessions.domain.diaries import Obstacle
from sessions.forms.booking import LookedAt
from sessions.models import BookingPolicy
from sessions.views.booking_choices import Meeting

LAST_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cell:
    """A date of the grid. `href` is empty where nothing is free."""

    date: date
    in_month: bool
    is_today: bool
    is_chosen: bool
    free: int
    href: str
    why: str


@dataclass(frozen=True, slots=True)
class Time:
    """A free time: on the clock that is shown, and on the other side's. `mark` tells repeated times apart; `cover` is
    the colleague whose time it is while the person is away.
    """

    starts_at: datetime
    clock: str
    mark: str
    other_clock: str
    other_day: date | None
    cover: str
    href: str


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which a colleague covers for the person, both inclusive, in the zone that is shown."""

    first: date
    last: date
    colleague: str


@dataclass(frozen=True, slots=True)
class FreeTimes:
    """What the second screen shows. Dates are those of the zone that the reader looks in; past weeks are left out."""

    month: date
    weeks: list[list[Cell]]
    previous_href: str
    next_href: str
    day: date | None
    times: list[Time]
    why_empty: str
    first_free: date | None
    first_free_href: str
    absences: list[Absence]
    clock_changes: list[ClockChange]


def free_times(
    meeting: Meeting, asked: LookedAt, *, zone: str, other_zone: str, policy: BookingPolicy, now: datetime
) -> FreeTimes:
    """The month and the day that is asked for; without, the free day nearest to where the meeting stands or is wished,
    else the first one.
    """
    today = local_day(now, zone)
    last = local_day(now + timedelta(days=policy.horizon_days), zone)
    open_days = {day.date: day for day in meeting.days_between(today, last, zone=zone, now=now)}
    reasons = {each.date: _why_empty(each, meeting, policy) for each in open_days.values()}
    free_days = {day.date for day in open_days.values() if any(not meeting.stands_at(slot) for slot in day.slots)}
    first_free = min(free_days, default=None)
    month, chosen = _looked_at(
        asked, open_days, free_days, near=_near(meeting, zone) or first_free or today, today=today
    )
    weeks = [
        [
            _cell(each, month, chosen, today=today, day=open_days.get(each), why=reasons.get(each, ""), meeting=meeting)
            for each in week
        ]
        for week in Calendar().monthdatescalendar(month.year, month.month)
        if week[-1] >= today
    ]
    slots = [slot for slot in open_days[chosen].slots if not meeting.stands_at(slot)] if chosen in open_days else []
    return FreeTimes(
        month=month,
        weeks=weeks,
        previous_href=_month_href(meeting, add_months(month, -1)) if month > month_of(today) else "",
        next_href=_month_href(meeting, add_months(month, 1)) if month < month_of(last) else "",
        day=chosen,
        times=_times(slots, meeting, zone, other_zone),
        why_empty=reasons.get(chosen, "") if chosen else "",
        first_free=first_free,
        first_free_href=_day_href(meeting, first_free) if first_free else "",
        absences=_absences(meeting, month, zone),
        clock_changes=[
            change
            for each in dict.fromkeys((zone, other_zone))
            for change in clock_changes(each, month, add_months(month, 1) - LAST_DAY)
        ],
    )


def _looked_at(
    asked: LookedAt, open_days: Collection[date], free_days: Iterable[date], *, near: date, today: date
) -> tuple[date, date | None]:
    """The month to show and the day whose times stand beside it."""
    if asked.day is not None and asked.day in open_days and (asked.month is None or month_of(asked.day) == asked.month):
        return month_of(asked.day), asked.day
    month = min(max(month_of(asked.month or near), month_of(today)), month_of(max(open_days, default=today)))
    of_month = [day for day in free_days if month_of(day) == month]
    if asked.month is not None:
        return month, min(of_month, default=None)
    return month, min(of_month, key=lambda day: (abs(day - near), day), default=None)


def _near(meeting: Meeting, zone: str) -> date | None:
    """The date around which times are looked for: where the session stands that moves, or the first wish."""
    if meeting.moves is not None:
        return local_day(meeting.moves.starts_at, zone)
    wishes = meeting.answers.wishes.all() if meeting.answers is not None else ()
    return min((local_day(wish.starts_at, zone) for wish in wishes), default=None)


_WHY_EMPTY: dict[Obstacle, Promise] = {
    Obstacle.NOT_WORKING: _("%(name)s does not work on this day."),
    Obstacle.HOLIDAY: _("Public holiday for %(name)s: %(holiday)s."),
    Obstacle.TIME_OFF: _("%(name)s is away on this day."),
    Obstacle.FULLY_BOOKED: _("%(name)s has no free time left on this day."),
    Obstacle.TOO_SOON: _("Too soon: sessions are booked at least %(hours)s hours ahead."),
    Obstacle.BEYOND_HORIZON: _("Not open yet: times can be booked %(days)s days ahead."),
    Obstacle.OUTSIDE_TERM: _("The contract does not run on this day."),
}


def _why_empty(day: Day, meeting: Meeting, policy: BookingPolicy) -> str:
    """Why `day` has no free time; an empty string where it has one."""
    if day.empty_because is None:
        return ""
    return str(meeting.words_for(day.empty_because) or _WHY_EMPTY[day.empty_because]) % {
        "name": meeting.staff.name,
        "holiday": day.holiday,
        "hours": policy.notice_hours,
        "days": policy.horizon_days,
    }


def _cell(
    each: date, month: date, chosen: date | None, *, today: date, day: Day | None, why: str, meeting: Meeting
) -> Cell:
    free = len(day.slots) if day is not None else 0
    return Cell(
        date=each,
        in_month=month_of(each) == month,
        is_today=each == today,
        is_chosen=each == chosen,
        free=free,
        href=_day_href(meeting, each) if day is not None else "",
        why=why,
    )


def _times(slots: list[Slot], meeting: Meeting, zone: str, other_zone: str) -> list[Time]:
    clocks = [format_clock(slot.starts_at, zone) for slot in slots]
    shown = Counter(clocks)
    times = []
    for slot, clock in zip(slots, clocks, strict=True):
        other_day = local_day(slot.starts_at, other_zone)
        times.append(
            Time(
                starts_at=slot.starts_at,
                clock=clock,
                mark=slot.starts_at.astimezone(ZoneInfo(zone)).tzname() or "" if shown[clock] > 1 else "",
                other_clock=format_clock(slot.starts_at, other_zone) if other_zone != zone else "",
                other_day=other_day if other_day != local_day(slot.starts_at, zone) else None,
                cover=slot.staff.name if slot.staff != meeting.staff else "",
                href=meeting.at(slot).address_of_start(slot.starts_at),
            )
        )
    return times


def _absences(meeting: Meeting, month: date, zone: str) -> list[Absence]:
    """When the person is away in a month, and who covers for them."""
    start, end = start_of_day(month, zone), start_of_day(add_months(month, 1), zone)
    return [
        Absence(
            first=local_day(cover.starts_at, zone),
            last=local_day(cover.ends_at - timedelta(minutes=1), zone),
            colleague=cover.colleague.name,
        )
        for cover in covers_of(meeting.staff, contract=meeting.contract, start=start, end=end)
    ]


def _day_href(meeting: Meeting, day: date) -> str:
    return meeting.address_of_times(day=day.isoformat())


def _month_href(meeting: Meeting, month: date) -> str:
    return meeting.address_of_times(month=f"{month:%Y-%m}")
