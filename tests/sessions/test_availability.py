"""Free times: hours, notice, horizon, buffer, holidays, clock changes, and whose clock is meant (DOMAIN.md §7)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from customers.models import Role, User
from sessions.domain.availability import Day, check_slot, days, nearest_free
from sessions.domain.diaries import Obstacle
from sessions.domain.refusals import OutsideAvailability, SlotTaken, TooSoon
from sessions.models import BookingPolicy, DiaryEntry, TimeOff, WorkingHours
from tests.factories import NOW, at, giulia, staff

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 9)


def offered(
    person: User,
    day: date,
    *,
    zone: str | None = None,
    minutes: int = 60,
    now: datetime = NOW,
) -> list[str]:
    """The starts offered on `day`, by the wall clock of `zone` (the person's own unless another is named)."""
    zone = zone or person.time_zone
    found = days(staff=person, first=day, last=day, zone=zone, duration_minutes=minutes, now=now)
    return [slot.starts_at.astimezone(ZoneInfo(zone)).strftime("%H:%M") for slot in found[0].slots]


def the_day(person: User, day: date, *, now: datetime = NOW) -> Day:
    return days(staff=person, first=day, last=day, zone=person.time_zone, duration_minutes=60, now=now)[0]


def every_half_hour(first: str, last: str) -> list[str]:
    start, end = datetime.fromisoformat(f"2026-01-01 {first}"), datetime.fromisoformat(f"2026-01-01 {last}")
    steps = int((end - start) / timedelta(minutes=30))
    return [f"{start + timedelta(minutes=30 * n):%H:%M}" for n in range(steps + 1)]


def meets(person: User, wall: str, minutes: int) -> None:
    start = at(wall, person.time_zone)
    DiaryEntry.objects.create(staff=person, starts_at=start, ends_at=start + timedelta(minutes=minutes))


def works(person: User, stretches: Sequence[tuple[int, time, time]]) -> User:
    WorkingHours.objects.filter(staff=person).delete()
    for weekday, starts_at, ends_at in stretches:
        WorkingHours.objects.create(staff=person, weekday=weekday, starts_at=starts_at, ends_at=ends_at)
    return person


class TestWorkingHours:
    def test_stretches_that_touch_or_overlap_are_one(self) -> None:
        touching = [(0, time(9), time(12)), (0, time(12), time(13)), (0, time(12, 30), time(14))]
        assert offered(works(giulia(), touching), MONDAY) == every_half_hour("09:00", "13:00")

    def test_every_half_hour_that_ends_within_them(self) -> None:
        assert offered(giulia(), MONDAY) == every_half_hour("09:00", "16:00")
        assert offered(giulia(), MONDAY, minutes=15) == every_half_hour("09:00", "16:30")
        assert offered(giulia(), MONDAY, minutes=45) == every_half_hour("09:00", "16:00")

    def test_starts_are_multiples_of_the_step_whenever_work_begins(self) -> None:
        person = works(giulia(), [(0, time(9, 10), time(11)), (0, time(14, 30), time(15, 30))])
        assert offered(person, MONDAY) == ["09:30", "10:00", "14:30"]

    def test_a_free_weekday_says_so(self) -> None:
        saturday = the_day(giulia(), date(2026, 3, 14))
        assert (saturday.slots, saturday.empty_because) == ([], Obstacle.NOT_WORKING)

    def test_a_policy_of_operations_counts_from_the_moment_it_is_saved(self) -> None:
        BookingPolicy.objects.create(notice_hours=0, horizon_days=10, buffer_minutes=0, step_minutes=60)
        assert offered(giulia(), MONDAY) == [f"{hour:02}:00" for hour in range(9, 17)]
        assert the_day(giulia(), date(2026, 3, 13)).empty_because == Obstacle.BEYOND_HORIZON


class TestNoticeAndHorizon:
    def test_exactly_24_hours_ahead_is_not_too_soon(self) -> None:
        now = at("2026-03-08 11:00")
        assert offered(giulia(), MONDAY, now=now)[0] == "11:00"
        assert offered(giulia(), MONDAY, now=now + timedelta(seconds=1))[0] == "11:30"

    def test_exactly_60_days_ahead_is_within_the_horizon(self) -> None:
        now = at("2026-03-09 10:00")
        assert offered(giulia(), date(2026, 5, 8), now=now)[-1] == "11:00"  # the clock went forward in between
        assert the_day(giulia(), date(2026, 5, 11), now=now).empty_because == Obstacle.BEYOND_HORIZON

    def test_today_is_too_soon(self) -> None:
        assert the_day(giulia(), date(2026, 3, 2)).empty_because == Obstacle.TOO_SOON


class TestDiary:
    def test_15_minutes_after_each_meeting_stay_free(self) -> None:
        meets(giulia(), "2026-03-09 11:00", 60)
        assert offered(giulia(), MONDAY) == ["09:00", "09:30", *every_half_hour("12:30", "16:00")]
        assert offered(giulia(), MONDAY, minutes=45) == ["09:00", "09:30", "10:00", *every_half_hour("12:30", "16:00")]

    def test_the_buffer_after_the_new_meeting_counts_too(self) -> None:
        meets(giulia(), "2026-03-09 11:00", 60)
        assert "10:00" not in offered(giulia(), MONDAY, minutes=60)
        assert "10:00" in offered(giulia(), MONDAY, minutes=45)

    def test_a_colleagues_meeting_is_no_obstacle(self) -> None:
        meets(staff("Carla Csm", Role.CSM), "2026-03-09 11:00", 60)
        assert "11:00" in offered(giulia(), MONDAY)

    def test_a_full_day_says_so(self) -> None:
        for hour in range(9, 17):
            meets(giulia(), f"2026-03-09 {hour:02}:00", 60)
        assert the_day(giulia(), MONDAY).empty_because == Obstacle.FULLY_BOOKED


class TestAbsence:
    def test_time_off_blocks_what_it_touches(self) -> None:
        TimeOff.objects.create(staff=giulia(), starts_at=at("2026-03-09 10:15"), ends_at=at("2026-03-09 15:30"))
        assert offered(giulia(), MONDAY) == ["09:00", "15:30", "16:00"]

    def test_a_whole_day_away_says_so(self) -> None:
        TimeOff.objects.create(staff=giulia(), starts_at=at("2026-03-09 00:00"), ends_at=at("2026-03-10 00:00"))
        assert the_day(giulia(), MONDAY).empty_because == Obstacle.TIME_OFF

    @pytest.mark.parametrize(
        ("country", "zone", "day", "name"),
        [
            ("IT", "Europe/Rome", date(2026, 4, 6), "Easter Monday"),
            ("FI", "Europe/Helsinki", date(2026, 4, 3), "Good Friday"),
            ("US", "America/New_York", date(2026, 5, 25), "Memorial Day"),
            ("JP", "Asia/Tokyo", date(2026, 3, 20), "Vernal Equinox Day"),
        ],
    )
    def test_public_holidays_are_those_of_the_persons_country(
        self, country: str, zone: str, day: date, name: str
    ) -> None:
        at_home = staff("Somebody There", Role.CSM, zone=zone, country=country)
        abroad = staff("Somebody Elsewhere", Role.CSM, zone=zone, country="BR")
        now = datetime.combine(day, time(), tzinfo=UTC) - timedelta(days=20)
        free = the_day(at_home, day, now=now)
        assert (free.slots, free.empty_because, free.holiday) == ([], Obstacle.HOLIDAY, name)
        if day != date(2026, 4, 3):  # Brazil keeps Good Friday as well
            assert the_day(abroad, day, now=now).slots

    def test_a_country_without_a_calendar_has_no_holidays(self) -> None:
        person = staff("Somebody Nowhere", Role.CSM, country="ZZ")
        assert the_day(person, date(2026, 4, 6)).slots


class TestClockChanges:
    """One shift through the night of the change, in four zones; the hour that spring skips is never offered."""

    AROUND_THE_CLOCK = (time(0), time(6))

    def night_worker(self, zone: str, country: str) -> User:
        return works(
            staff("Nora Night", Role.CSM, zone=zone, country=country),
            [(weekday, *self.AROUND_THE_CLOCK) for weekday in range(7)],
        )

    @pytest.mark.parametrize(
        ("zone", "country", "night", "skipped"),
        [
            ("Europe/Rome", "IT", date(2026, 3, 29), ["02:00", "02:30"]),
            ("Europe/Helsinki", "FI", date(2026, 3, 29), ["03:00", "03:30"]),
            ("America/New_York", "US", date(2026, 3, 8), ["02:00", "02:30"]),
            ("Asia/Tokyo", "JP", date(2026, 3, 29), []),
        ],
    )
    def test_the_skipped_hour_is_never_offered(self, zone: str, country: str, night: date, skipped: list[str]) -> None:
        expected = [wall for wall in every_half_hour("00:00", "05:00") if wall not in skipped]
        assert offered(self.night_worker(zone, country), night) == expected

    @pytest.mark.parametrize(
        ("zone", "country", "night"),
        [("Europe/Rome", "IT", date(2026, 10, 25)), ("America/New_York", "US", date(2026, 11, 1))],
    )
    def test_the_repeated_hour_is_offered_once(self, zone: str, country: str, night: date) -> None:
        person = self.night_worker(zone, country)
        now = datetime.combine(night, time(), tzinfo=UTC) - timedelta(days=20)
        starts = offered(person, night, now=now)
        assert len(starts) == len(set(starts))
        assert set(every_half_hour("00:00", "05:00")) == set(starts)

    def test_a_meeting_over_the_change_lasts_its_real_minutes(self) -> None:
        person = self.night_worker("Europe/Rome", "IT")
        found = days(
            staff=person,
            first=date(2026, 3, 29),
            last=date(2026, 3, 29),
            zone="Europe/Rome",
            duration_minutes=60,
            now=NOW,
        )
        over_the_change = next(slot for slot in found[0].slots if slot.starts_at == at("2026-03-29 01:30"))
        assert over_the_change.ends_at == at("2026-03-29 03:30")
        assert over_the_change.ends_at - over_the_change.starts_at == timedelta(minutes=60)

    def test_hours_follow_the_staff_members_clock_over_the_change(self) -> None:
        before, after = (
            offered(giulia(), date(2026, 3, 27), zone="UTC"),
            offered(giulia(), date(2026, 3, 30), zone="UTC"),
        )
        assert (before[0], after[0]) == ("08:00", "07:00")


class TestWhoseClock:
    @pytest.mark.parametrize(
        ("zone", "walls"),
        [
            ("Asia/Tokyo", ["00:00", *every_half_hour("17:00", "23:30")]),  # midnight: Monday's last one in Rome
            ("America/New_York", every_half_hour("04:00", "11:00")),  # its clock is forward already, Rome's is not
            ("Europe/Helsinki", every_half_hour("10:00", "17:00")),
        ],
    )
    def test_hours_are_romes_and_dates_those_of_the_asker(self, zone: str, walls: list[str]) -> None:
        assert offered(giulia(), date(2026, 3, 10), zone=zone) == walls

    def test_each_start_stands_on_one_date_of_the_asker(self) -> None:
        week = days(
            staff=giulia(),
            first=date(2026, 3, 9),
            last=date(2026, 3, 15),
            zone="Pacific/Auckland",
            duration_minutes=60,
            now=NOW,
        )
        starts = [slot.starts_at for day in week for slot in day.slots]
        assert len(starts) == len(set(starts))
        for day in week:
            assert {slot.starts_at.astimezone(ZoneInfo("Pacific/Auckland")).date() for slot in day.slots} <= {day.date}


class TestCheckSlot:
    def check(self, wall: str, *, minutes: int = 60, customers: bool = True, now: datetime = NOW) -> None:
        check_slot(
            staff=giulia(),
            starts_at=at(wall),
            duration_minutes=minutes,
            bound_by_hours=customers,
            now=now,
        )

    def test_takes_exactly_what_is_offered(self) -> None:
        meets(giulia(), "2026-03-09 11:00", 60)
        free = offered(giulia(), MONDAY)
        for wall in every_half_hour("08:00", "17:30"):
            if wall in free:
                self.check(f"2026-03-09 {wall}")
            else:
                with pytest.raises((OutsideAvailability, SlotTaken)):
                    self.check(f"2026-03-09 {wall}")

    @pytest.mark.parametrize(
        ("wall", "refusal"),
        [
            ("2026-03-09 10:15", OutsideAvailability),
            ("2026-03-09 16:30", OutsideAvailability),
            ("2026-03-14 10:00", OutsideAvailability),
            ("2026-06-09 10:00", OutsideAvailability),
            ("2026-04-06 10:00", OutsideAvailability),
            ("2026-03-03 08:30", TooSoon),
            ("2026-03-01 10:00", TooSoon),
        ],
    )
    def test_refuses_customers_what_is_not_offered(self, wall: str, refusal: type[Exception]) -> None:
        with pytest.raises(refusal):
            self.check(wall)

    def test_binds_staff_by_the_diary_alone(self) -> None:
        meets(giulia(), "2026-03-09 11:00", 60)
        for wall in (
            "2026-03-14 22:10",
            "2026-04-06 10:00",
            "2026-03-02 09:30",
            "2026-03-09 12:00",
            "2026-03-09 10:00",
        ):
            self.check(wall, customers=False)
        for wall in ("2026-03-09 11:59", "2026-03-09 10:01"):
            with pytest.raises(SlotTaken):
                self.check(wall, customers=False)
        with pytest.raises(TooSoon):
            self.check("2026-03-02 08:59", customers=False)

    def test_the_refusal_names_the_nearest_free_times(self) -> None:
        meets(giulia(), "2026-03-09 11:00", 60)
        with pytest.raises(SlotTaken) as refused:
            self.check("2026-03-09 11:00")
        nearest = [at("2026-03-09 09:00"), at("2026-03-09 09:30"), at("2026-03-09 12:30")]
        assert refused.value.facts["nearest"] == [
            {
                "starts_at": start.isoformat(),
                "ends_at": (start + timedelta(hours=1)).isoformat(),
                "staff": giulia().email,
            }
            for start in nearest
        ]


def test_nearest_times_reach_over_a_week_away_and_stay_in_order() -> None:
    TimeOff.objects.create(staff=giulia(), starts_at=at("2026-03-09 00:00"), ends_at=at("2026-03-16 00:00"))
    slots = nearest_free(staff=giulia(), around=at("2026-03-11 10:00"), duration_minutes=60, now=NOW)
    assert [slot.starts_at for slot in slots] == sorted(slot.starts_at for slot in slots)
    assert {slot.starts_at.astimezone(ZoneInfo("Europe/Rome")).date() for slot in slots} <= {
        date(2026, 3, 6),
        date(2026, 3, 16),
    }
    assert len(slots) == 3
