"""Calendar arithmetic: instants are UTC, dates belong to a named zone, months are added to a first date."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from dateutil.relativedelta import relativedelta

ZONE_NAMES: frozenset[str] = frozenset(
    name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/", "right/"))
) | {"UTC"}

FIRST_YEAR, LAST_YEAR = 1990, 2199
"""The years of the portal's calendar: far enough from the ends of Python's for every zone and every sum of days."""


def in_calendar(day: date) -> bool:
    """Whether `day` lies in the portal's calendar; dates of people go through here before anything is added to them."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def local_day(instant: datetime, zone: str) -> date:
    """The calendar date of `instant` in the IANA `zone`."""
    return instant.astimezone(ZoneInfo(zone)).date()


def start_of_day(day: date, zone: str) -> datetime:
    """The first instant of `day` in the IANA `zone`, in UTC; where midnight does not exist, the first one after it."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def minutes_between(start: datetime, end: datetime) -> int:
    """Elapsed whole minutes. Computed on UTC: aware times of one zone would subtract by the wall clock."""
    return int((end.astimezone(UTC) - start.astimezone(UTC)) // timedelta(minutes=1))


def after_minutes(start: datetime, minutes: int) -> datetime:
    """The instant `minutes` of elapsed time after `start`, in UTC."""
    return start.astimezone(UTC) + timedelta(minutes=minutes)


def add_months(first: date, months: int) -> date:
    """`first` plus whole months, clipped at the month's end: always from the anchor, never chained (DOMAIN.md §8)."""
    return first + relativedelta(months=months)


def month_of(day: date) -> date:
    """The first day of the month in which `day` lies."""
    return day.replace(day=1)


def exists(wall: datetime, zone: str) -> bool:
    """Whether the naive wall-clock time occurs in the IANA `zone` (it does not in the hour that spring skips)."""
    aware = wall.replace(tzinfo=ZoneInfo(zone))
    return aware.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall


def instant_of(wall: datetime, zone: str) -> datetime:
    """The UTC instant of a naive wall-clock time in the IANA `zone`; of a repeated time the first one.

    :raises ValueError: if the clock skips that time
    """
    if not exists(wall, zone):
        raise ValueError(f"{wall:%Y-%m-%d %H:%M} does not exist in {zone}: the clock is put forward over it")
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def first_instant_from(wall: datetime, zone: str) -> datetime:
    """The UTC instant of a naive wall-clock time in the IANA `zone`; where the clock skips it, the end of the gap."""
    while not exists(wall, zone):
        wall += timedelta(minutes=1)
    return instant_of(wall, zone)
