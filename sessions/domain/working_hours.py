"""When a member of staff works: weekly hours, exceptions for a date, a limit a day, their holidays (DOMAIN.md §7).

All of it decides what is offered from now on. Meetings that are booked stay as they are: an exception that would leave
some of them outside is kept only once those were shown.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from core.countries import is_country
from core.dates import in_calendar, local_day, start_of_day
from core.refusals import InvalidInput
from customers.models import StaffProfile, User
from sessions.domain.diaries import Stretch
from sessions.domain.diary_places import lock_diary
from sessions.domain.in_the_way import check_seen, meetings_between
from sessions.models import DayException, DiaryEntry, DiarySettings, ExceptionHours, WorkingHours

SHORTEST_LIMIT, LONGEST_LIMIT = 15, 24 * 60


@transaction.atomic
def set_weekly_hours(
    *, staff: User, hours: Mapping[int, Sequence[Stretch]], daily_limit_minutes: int | None, country: str
) -> None:
    """Put the weekly hours, by weekday, in the place of the old ones, with the daily limit and the country of holidays.

    :param daily_limit_minutes: the most minutes of meetings on a day; None for no limit
    :raises InvalidInput: naming `weekday-0` … `weekday-6`, `daily_limit` or `country`
    """
    for weekday, stretches in hours.items():
        _check_stretches(stretches, field=f"weekday-{weekday}")
    if daily_limit_minutes is not None and not SHORTEST_LIMIT <= daily_limit_minutes <= LONGEST_LIMIT:
        raise InvalidInput(_("A daily limit is between 0:15 and 24:00."), field="daily_limit")
    if not is_country(country):
        raise InvalidInput(_("Choose a country."), field="country")
    lock_diary(staff)
    WorkingHours.objects.filter(staff=staff).delete()
    WorkingHours.objects.bulk_create(
        WorkingHours(staff=staff, weekday=weekday, starts_at=starts_at, ends_at=ends_at)
        for weekday, stretches in hours.items()
        for starts_at, ends_at in stretches
    )
    DiarySettings.objects.update_or_create(staff=staff, defaults={"daily_limit_minutes": daily_limit_minutes})
    StaffProfile.objects.filter(pk=staff.pk).update(country=country)


@transaction.atomic
def set_exception(
    *, staff: User, day: date, stretches: Sequence[Stretch], seen: Collection[int], now: datetime
) -> DayException:
    """Let `stretches` count on `day` of the staff member's clock instead of the weekly hours; none: they do not work.

    :param seen: the meetings that the person was shown to lie outside of them
    :raises InvalidInput: naming `day` or `hours`
    :raises MeetingsInTheWay: if other meetings than the ones `seen` lie outside of them
    """
    if not in_calendar(day) or day < local_day(now, staff.time_zone):
        raise InvalidInput(_("Choose today or a day to come."), field="day")
    _check_stretches(stretches, field="hours")
    lock_diary(staff)
    check_seen(meetings_outside(staff, day, stretches, now=now), seen)
    exception, _created = DayException.objects.get_or_create(staff=staff, date=day)
    exception.hours.all().delete()
    ExceptionHours.objects.bulk_create(
        ExceptionHours(exception=exception, starts_at=starts_at, ends_at=ends_at) for starts_at, ends_at in stretches
    )
    return exception


@transaction.atomic
def remove_exception(*, exception: DayException) -> None:
    """Let the weekly hours count again."""
    lock_diary(exception.staff)
    exception.delete()


def meetings_outside(staff: User, day: date, stretches: Sequence[Stretch], *, now: datetime) -> list[DiaryEntry]:
    """The meetings to come on `day` of the staff member's clock that do not lie within one of `stretches`."""
    start = start_of_day(day, staff.time_zone)
    end = start_of_day(day + timedelta(days=1), staff.time_zone)
    return [
        entry
        for entry in meetings_between(staff, start, end, now=now)
        if not any(_holds(stretch, entry, day, staff.time_zone) for stretch in stretches)
    ]


def _holds(stretch: Stretch, entry: DiaryEntry, day: date, zone: str) -> bool:
    since, until = (each.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for each in (entry.starts_at, entry.ends_at))
    return datetime.combine(day, stretch[0]) <= since and until <= datetime.combine(day, stretch[1])


def _check_stretches(stretches: Sequence[Stretch], *, field: str) -> None:
    last = time.min
    for starts_at, ends_at in sorted(stretches):
        if ends_at <= starts_at:
            raise InvalidInput(
                _("Work ends after it starts: write a time after midnight on the next day."), field=field
            )
        if starts_at < last:
            raise InvalidInput(_("These hours overlap."), field=field)
        last = ends_at
