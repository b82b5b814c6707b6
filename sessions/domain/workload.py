"""How busy people are in the coming weeks: minutes of meetings against minutes of work (DOMAIN.md §7)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.dates import first_instant_from, local_day, minutes_between, start_of_day
from customers.models import User
from sessions.domain.diaries import Stretch
from sessions.domain.holidays import holiday_on
from sessions.domain.spans import merged
from sessions.models import DayException, DiaryEntry, TimeOff, WorkingHours

WEEKS = 4
DAYS_A_WEEK = 7
Period = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class WeekLoad:
    """A week of one person from `monday` on, by their own clock: whole minutes booked, and at work."""

    monday: date
    booked: int
    working: int

    @property
    def percent(self) -> int | None:
        """How much of the working time is booked; None in a week without any."""
        return round(100 * self.booked / self.working) if self.working else None


@dataclass(frozen=True, slots=True)
class Workload:
    """One person and their weeks, this one first."""

    person: User
    weeks: list[WeekLoad]


def workloads(people: Sequence[User], *, now: datetime) -> list[Workload]:
    """The weeks of `people`, who come with their profiles: five queries, however many they are.

    Sessions and project health checks count alike, and times held for a proposal; public holidays, exceptions and time
    off are no working time.
    """
    near = {"staff__in": people, "ends_at__gt": now - timedelta(days=8), "starts_at__lt": now + timedelta(weeks=5)}
    meetings = _periods(DiaryEntry.objects.filter(**near).values_list("staff", "starts_at", "ends_at"))
    away = _periods(TimeOff.objects.filter(**near).values_list("staff", "starts_at", "ends_at"))
    hours: dict[tuple[int, int], list[Stretch]] = defaultdict(list)
    for each in WorkingHours.objects.filter(staff__in=people):
        hours[each.staff_id, each.weekday].append((each.starts_at, each.ends_at))
    exceptions: dict[tuple[int, date], list[Stretch]] = {}
    for exception in DayException.objects.filter(staff__in=people).prefetch_related("hours"):
        stretches = [(each.starts_at, each.ends_at) for each in exception.hours.all()]
        exceptions[exception.staff_id, exception.date] = stretches

    def stretches_on(person: User, day: date) -> list[Stretch]:
        own = exceptions.get((person.pk, day))
        if own is not None:
            return merged(own)
        if holiday_on(day, person.staff_profile.country):
            return []
        return merged(hours[person.pk, day.weekday()])

    def week(person: User, monday: date) -> WeekLoad:
        days = [monday + timedelta(days=number) for number in range(DAYS_A_WEEK)]
        first = start_of_day(monday, person.time_zone)
        end = start_of_day(monday + timedelta(days=DAYS_A_WEEK), person.time_zone)
        work = [each for day in days for each in _instants(stretches_on(person, day), day, person.time_zone)]
        absent = sum(_shared(period, at_work) for period in merged(away[person.pk]) for at_work in work)
        return WeekLoad(
            monday=monday,
            booked=sum(minutes_between(*each) for each in meetings[person.pk] if first <= each[0] < end),
            working=max(sum(minutes_between(*each) for each in work) - absent, 0),
        )

    return [Workload(each, [week(each, monday) for monday in _mondays(each, now)]) for each in people]


def _mondays(person: User, now: datetime) -> Iterator[date]:
    today = local_day(now, person.time_zone)
    monday = today - timedelta(days=today.weekday())
    return (monday + timedelta(weeks=number) for number in range(WEEKS))


def _periods(rows: Iterable[tuple[int, datetime, datetime]]) -> dict[int, list[Period]]:
    found: dict[int, list[Period]] = defaultdict(list)
    for staff, starts_at, ends_at in rows:
        found[staff].append((starts_at, ends_at))
    return found


def _instants(stretches: Iterable[tuple[time, time]], day: date, zone: str) -> list[Period]:
    return [
        (first_instant_from(datetime.combine(day, since), zone), first_instant_from(datetime.combine(day, until), zone))
        for since, until in stretches
    ]


def _shared(one: Period, other: Period) -> int:
    since, until = max(one[0], other[0]), min(one[1], other[1])
    return minutes_between(since, until) if since < until else 0
