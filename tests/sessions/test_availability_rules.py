"""Exceptions, a daily limit and busy times in the free times, and what a long diary costs (DOMAIN.md §7)."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from customers.models import Role, User
from sessions.domain.availability import check_slot, days
from sessions.domain.diaries import Obstacle
from sessions.domain.refusals import OutsideAvailability, SlotTaken
from sessions.domain.working_hours import set_exception
from sessions.models import DayException, DiaryEntry, DiarySettings, TimeOff
from tests.factories import NOW, at, booked, giulia, launch_kit, staff
from tests.sessions.test_availability import MONDAY, every_half_hour, meets, offered, the_day

pytestmark = pytest.mark.django_db


def on(day: date, *hours: tuple[int, int], person: User | None = None) -> DayException:
    """An exception with hours from full hour to full hour."""
    stretches = [(time(since), time(until)) for since, until in hours]
    return set_exception(staff=person or giulia(), day=day, stretches=stretches, seen=(), now=NOW)


def check(wall: str, minutes: int = 60, **more: Any) -> None:
    check_slot(staff=giulia(), starts_at=at(wall), duration_minutes=minutes, bound_by_hours=True, now=NOW, **more)


class TestExceptions:
    def test_count_instead_of_the_weekly_hours(self) -> None:
        on(MONDAY, (7, 9), (20, 21))
        assert offered(giulia(), MONDAY) == ["07:00", "07:30", "08:00", "20:00"]
        check("2026-03-09 20:00")
        with pytest.raises(OutsideAvailability):
            check("2026-03-09 10:00")

    def test_without_hours_are_free_days(self) -> None:
        on(MONDAY)
        free = the_day(giulia(), MONDAY)
        assert (free.slots, free.empty_because) == ([], Obstacle.NOT_WORKING)

    def test_give_hours_to_a_day_that_has_none(self) -> None:
        on(date(2026, 3, 14), (10, 12))
        assert offered(giulia(), date(2026, 3, 14)) == ["10:00", "10:30", "11:00"]

    def test_go_before_a_public_holiday(self) -> None:
        easter_monday = date(2026, 4, 6)
        assert the_day(giulia(), easter_monday).empty_because == Obstacle.HOLIDAY
        on(easter_monday, (10, 11))
        assert offered(giulia(), easter_monday) == ["10:00"]
        check("2026-04-06 10:00")

    def test_give_way_to_time_off(self) -> None:
        on(MONDAY, (7, 9))
        TimeOff.objects.create(staff=giulia(), starts_at=at("2026-03-09 00:00"), ends_at=at("2026-03-10 00:00"))
        assert the_day(giulia(), MONDAY).empty_because == Obstacle.TIME_OFF

    def test_are_one_persons(self) -> None:
        on(MONDAY, person=staff("Carla Csm", Role.CSM))
        assert offered(giulia(), MONDAY) == every_half_hour("09:00", "16:00")


class TestDailyLimit:
    @pytest.fixture(autouse=True)
    def _limit(self) -> None:
        DiarySettings.objects.create(staff=giulia(), daily_limit_minutes=90)

    def test_leaves_what_fits_into_the_rest_of_the_day(self) -> None:
        meets(giulia(), "2026-03-09 09:00", 60)
        assert offered(giulia(), MONDAY, minutes=60) == []
        assert offered(giulia(), MONDAY, minutes=30)[0] == "10:30"
        check("2026-03-09 10:30", 30)
        with pytest.raises(SlotTaken):
            check("2026-03-09 10:30", 45)
        assert the_day(giulia(), MONDAY).empty_because == Obstacle.FULLY_BOOKED

    def test_is_one_of_each_day(self) -> None:
        meets(giulia(), "2026-03-09 09:00", 60)
        assert offered(giulia(), date(2026, 3, 10)) == every_half_hour("09:00", "16:00")

    def test_counts_the_day_of_the_persons_clock(self) -> None:
        meets(giulia(), "2026-03-10 00:30", 60)  # still Monday in UTC
        assert offered(giulia(), MONDAY) == every_half_hour("09:00", "16:00")
        assert offered(giulia(), date(2026, 3, 10)) == []

    def test_does_not_count_the_place_that_a_session_leaves(self) -> None:
        session = booked(launch_kit(), "operations", 60, "2026-03-09 09:00", now=NOW)
        with pytest.raises(SlotTaken):
            check("2026-03-09 15:00")
        check("2026-03-09 15:00", without=session)

    def test_does_not_bind_staff(self) -> None:
        meets(giulia(), "2026-03-09 09:00", 60)
        check_slot(staff=giulia(), starts_at=at("2026-03-09 15:00"), duration_minutes=60, bound_by_hours=False, now=NOW)


def fill(person: User, starts: Sequence[datetime]) -> None:
    DiaryEntry.objects.bulk_create(
        DiaryEntry(staff=person, starts_at=start, ends_at=start + timedelta(minutes=15)) for start in starts
    )


@pytest.mark.parametrize("meetings", [5, 500])
def test_sixty_days_ask_as_often_whatever_stands_in_the_diary(
    meetings: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    contract = launch_kit()
    person = giulia()
    fill(person, [at("2026-03-03 06:00") + timedelta(minutes=170 * number) for number in range(meetings)])
    with django_assert_num_queries(8):
        found = days(
            staff=person,
            first=date(2026, 3, 2),
            last=date(2026, 5, 1),
            zone="America/New_York",
            duration_minutes=30,
            now=NOW,
            contract=contract,
        )
    assert any(day.slots for day in found)
