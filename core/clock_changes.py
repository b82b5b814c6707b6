"""When clocks are put forward or back: people who plan across it want to be told."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.dates import ZONE_NAMES

_NOON = time(12)


@dataclass(frozen=True, slots=True)
class ClockChange:
    """On `day` the clocks of the IANA `zone` move by `minutes`: forward if positive, back if negative."""

    zone: str
    day: date
    minutes: int

    @property
    def is_forward(self) -> bool:
        """Whether the day is shortened: an hour of it does not exist."""
        return self.minutes > 0

    @property
    def back_minutes(self) -> int:
        """By how many minutes the clocks are put back."""
        return -self.minutes


def clock_changes(zone: str, first: date, last: date) -> list[ClockChange]:
    """The changes of the clocks of `zone` on the days from `first` to `last`, both inclusive.

    Changes happen at night: a day has one if its noon and the noon before it differ in their distance from UTC.

    :raises ValueError: if `zone` is not one of `core.dates.ZONE_NAMES`
    """
    if zone not in ZONE_NAMES:
        raise ValueError(f"{zone!r} is no zone")
    where = ZoneInfo(zone)
    changes = []
    before = _distance_at_noon(first - timedelta(days=1), where)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        after = _distance_at_noon(day, where)
        if after != before:
            changes.append(ClockChange(zone, day, int((after - before) // timedelta(minutes=1))))
        before = after
    return changes


def _distance_at_noon(day: date, where: ZoneInfo) -> timedelta:
    return datetime.combine(day, _NOON, tzinfo=where).utcoffset() or timedelta()
