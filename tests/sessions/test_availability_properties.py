"""Random diaries in many zones, around clock changes: what is offered is what can be booked (DOMAIN.md §7)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.dates import exists
from customers.models import Role, User
from packages.session_types import LENGTHS_IN_MINUTES
from sessions.domain import diaries
from sessions.domain.attendees import Guest
from sessions.domain.availability import check_slot, days
from sessions.domain.booking import book_session
from sessions.domain.refusals import OutsideAvailability, SlotTaken, TooSoon
from sessions.models import (
    BookingPolicy,
    BusyCalendar,
    BusyTime,
    DayException,
    DiaryEntry,
    DiarySettings,
    ExceptionHours,
    TimeOff,
    WorkingHours,
)
from tests.factories import marta, signed, staff
from tests.sessions.naive_diary import MINUTE, NaiveDiary, Span, Stretch

# A zone, and a day near which its clock does something: changes by an hour or half of one, skips a day, or nothing.
PLACES = (
    ("Europe/Rome", date(2026, 3, 29)),
    ("Europe/Rome", date(2026, 10, 25)),
    ("Europe/Helsinki", date(2026, 3, 29)),
    ("Europe/Helsinki", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/Santiago", date(2026, 9, 6)),
    ("Asia/Tokyo", date(2026, 5, 4)),
    ("Asia/Kathmandu", date(2026, 5, 4)),
    ("Australia/Sydney", date(2026, 4, 5)),
    ("Australia/Sydney", date(2026, 10, 4)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Pacific/Apia", date(2021, 4, 4)),
    ("Pacific/Kiritimati", date(2026, 1, 1)),
)
DAYS = 4
"""Looked at around the day: two before it, one after."""


def stretches() -> st.SearchStrategy[list[Stretch]]:
    """Hours of one day: up to three stretches, on odd minutes too; they may overlap, as rows of the table may."""
    minute = st.integers(0, 287).map(lambda five: five * 5)
    pair = st.tuples(minute, minute).filter(lambda each: each[0] < each[1])
    return st.lists(pair, max_size=3, unique_by=lambda each: each[0]).map(
        lambda pairs: [(time(*divmod(since, 60)), time(*divmod(until, 60))) for since, until in pairs]
    )


@st.composite
def diaries_around(draw: st.DrawFn) -> tuple[NaiveDiary, datetime, int]:
    """A diary, the first instant to look at, and a length in minutes."""
    zone, day = draw(st.sampled_from(PLACES))
    start = datetime.combine(day - timedelta(days=2), time(), tzinfo=UTC)
    minutes_in = st.integers(-120, DAYS * 24 * 60)

    def spans(longest: int, most: int) -> list[Span]:
        found = draw(st.lists(st.tuples(minutes_in, st.integers(1, longest)), max_size=most))
        return [(start + since * MINUTE, start + (since + lasts) * MINUTE) for since, lasts in found]

    meetings: list[Span] = []
    for since, until in sorted(spans(60, 4)):
        if not meetings or meetings[-1][1] <= since:
            meetings.append((since, until))
    dates = [day + timedelta(days=number) for number in range(-2, 3)]
    diary = NaiveDiary(
        zone=zone,
        now=start + draw(st.integers(-72 * 60, 24 * 60)) * MINUTE,
        step_minutes=draw(st.sampled_from((15, 30, 60))),
        notice_hours=draw(st.sampled_from((0, 24))),
        horizon_days=draw(st.sampled_from((2, 60))),
        buffer_minutes=draw(st.sampled_from((0, 15, 40))),
        daily_limit_minutes=draw(st.none() | st.sampled_from((30, 60, 90, 240))),
        hours=draw(st.dictionaries(st.integers(0, 6), stretches(), min_size=3)),
        exceptions=draw(st.dictionaries(st.sampled_from(dates), stretches(), max_size=2)),
        holidays=frozenset(draw(st.lists(st.sampled_from(dates), max_size=1))),
        away=spans(2000, 1),
        busy=spans(300, 2),
        meetings=meetings,
    )
    return diary, start, draw(st.sampled_from(LENGTHS_IN_MINUTES))


@pytest.fixture
def person(db: None) -> User:
    """Whose diary is written anew for each example."""
    return staff("Nora Random", Role.AM, working=None)


def write(diary: NaiveDiary, person: User) -> User:
    """The same diary in the database."""
    person.time_zone = diary.zone
    person.save(update_fields=["time_zone"])
    for model in (WorkingHours, DayException, TimeOff, DiaryEntry, BusyCalendar, DiarySettings):
        model.objects.filter(staff=person).delete()
    BookingPolicy.objects.update_or_create(
        defaults={
            "notice_hours": diary.notice_hours,
            "horizon_days": diary.horizon_days,
            "buffer_minutes": diary.buffer_minutes,
            "step_minutes": diary.step_minutes,
        }
    )
    DiarySettings.objects.create(staff=person, daily_limit_minutes=diary.daily_limit_minutes)
    WorkingHours.objects.bulk_create(
        WorkingHours(staff=person, weekday=weekday, starts_at=since, ends_at=until)
        for weekday, hours in diary.hours.items()
        for since, until in hours
    )
    for day, hours in diary.exceptions.items():
        exception = DayException.objects.create(staff=person, date=day)
        ExceptionHours.objects.bulk_create(
            ExceptionHours(exception=exception, starts_at=since, ends_at=until) for since, until in hours
        )
    calendar = BusyCalendar.objects.create(
        staff=person, sealed_address="", host="calendar.example", added_at=diary.now, due_at=diary.now
    )
    for since, until in diary.busy:
        BusyTime.objects.create(calendar=calendar, starts_at=since, ends_at=until)
    for since, until in diary.away:
        TimeOff.objects.create(staff=person, starts_at=since, ends_at=until)
    for since, until in diary.meetings:
        DiaryEntry.objects.create(staff=person, starts_at=since, ends_at=until)
    return person


@pytest.fixture
def holidays(monkeypatch: pytest.MonkeyPatch) -> Callable[[NaiveDiary], None]:
    """Let the random holidays of a diary be those of its country."""

    def are_those_of(diary: NaiveDiary) -> None:
        monkeypatch.setattr(
            diaries, "holiday_on", lambda day, _country: "Random day" if day in diary.holidays else None
        )

    return are_those_of


def offered(diary: NaiveDiary, person: User, start: datetime, minutes: int) -> list[datetime]:
    """What the calendar of free times offers in the days that are looked at."""
    found = days(
        staff=person,
        first=start.date(),
        last=start.date() + timedelta(days=DAYS - 1),
        zone="UTC",
        duration_minutes=minutes,
        now=diary.now,
    )
    return [slot.starts_at for day in found for slot in day.slots]


def accepts(diary: NaiveDiary, person: User, start: datetime, minutes: int) -> bool:
    """Whether a customer could book exactly this."""
    try:
        check_slot(staff=person, starts_at=start, duration_minutes=minutes, bound_by_hours=True, now=diary.now)
    except (OutsideAvailability, SlotTaken, TooSoon):
        return False
    return True


pytestmark = pytest.mark.django_db
# Each example writes the person's whole diary anew, so what the fixtures hold may stay.
IN_ONE_DATABASE = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)
of_one_database = settings(max_examples=40, suppress_health_check=IN_ONE_DATABASE)


@of_one_database
@given(example=diaries_around())
def test_offered_is_exactly_what_the_rules_allow_minute_by_minute(
    person: User, holidays: Callable[[NaiveDiary], None], example: tuple[NaiveDiary, datetime, int]
) -> None:
    diary, start, minutes = example
    holidays(diary)
    write(diary, person)
    until = start + timedelta(days=DAYS)
    found = offered(diary, person, start, minutes)
    assert found == list(diary.offered(start, until, minutes))
    for instant in found:
        wall = instant.astimezone(ZoneInfo(diary.zone)).replace(tzinfo=None, fold=0)
        assert exists(wall, diary.zone)


@of_one_database
@given(example=diaries_around(), near=st.lists(st.integers(0, DAYS * 24 * 12), max_size=6), data=st.data())
def test_what_is_offered_can_be_booked_and_nothing_else(
    person: User,
    holidays: Callable[[NaiveDiary], None],
    example: tuple[NaiveDiary, datetime, int],
    near: list[int],
    data: st.DataObject,
) -> None:
    diary, start, minutes = example
    holidays(diary)
    write(diary, person)
    found = offered(diary, person, start, minutes)
    some = data.draw(st.lists(st.sampled_from(found), max_size=6)) if found else []
    assert all(accepts(diary, person, instant, minutes) for instant in some)
    elsewhere = [start + timedelta(minutes=5 * number) for number in near]
    for instant in elsewhere:
        assert accepts(diary, person, instant, minutes) is (instant in found)


@settings(max_examples=15, suppress_health_check=IN_ONE_DATABASE)
@given(example=diaries_around(), data=st.data())
def test_a_customer_books_what_is_offered_and_it_is_gone(
    person: User, holidays: Callable[[NaiveDiary], None], example: tuple[NaiveDiary, datetime, int], data: st.DataObject
) -> None:
    diary, start, minutes = example
    diary = replace(diary, daily_limit_minutes=None, away=[], holidays=frozenset())
    holidays(diary)
    write(diary, person)
    found = offered(diary, person, start, minutes)
    if not found:
        return
    wanted = data.draw(st.sampled_from(found))
    guests = [Guest("Luca Bruni", "luca@acme.example")]
    with transaction.atomic():
        contract = signed("launch-kit", starts_on=start.date() - timedelta(days=30), dedicated=person, now=diary.now)
        what: dict[str, Any] = {
            "contract": contract,
            "session_type": "operations",
            "starts_at": wanted,
            "duration_minutes": minutes,
            "staff": person,
            "attendees": guests,
            "accept_overage": False,
            "by": marta(),
            "now": diary.now,
        }
        book_session(**what)
        assert wanted not in offered(diary, person, start, minutes)
        with pytest.raises(SlotTaken):
            book_session(**what)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "mutation",
    [
        {"buffer_minutes": 16},
        {"notice_hours": 23},
        {"daily_limit_minutes": 119},
        {"hours": {0: [(time(9), time(16, 59))]}},
        {"busy": []},
        {"away": []},
        {"holidays": frozenset()},
        {"exceptions": {}},
    ],
)
def test_the_second_reading_notices_a_rule_that_is_off_by_little(
    person: User, holidays: Callable[[NaiveDiary], None], mutation: dict[str, Any]
) -> None:
    """Negative control: with one rule changed in the second reading alone, both no longer agree."""
    monday = datetime(2026, 3, 9, tzinfo=UTC)

    def at(day: int, hour: int) -> datetime:
        return monday + timedelta(days=day, hours=hour)

    diary = NaiveDiary(
        zone="UTC",
        now=at(-1, 10),
        step_minutes=15,
        daily_limit_minutes=120,
        hours={weekday: [(time(9), time(17))] for weekday in range(7)},
        exceptions={date(2026, 3, 12): [(time(12), time(13))]},
        holidays=frozenset({date(2026, 3, 11)}),
        away=[(at(1, 9), at(1, 10))],
        busy=[(at(1, 11), at(1, 12))],
        meetings=[(at(0, 12), at(0, 13))],
    )
    holidays(diary)
    write(diary, person)
    found = offered(diary, person, monday, 60)
    assert found == list(diary.offered(monday, monday + timedelta(days=DAYS), 60))
    assert found != list(replace(diary, **mutation).offered(monday, monday + timedelta(days=DAYS), 60))
