"""A diary's pages: its week, working hours, days off with cover, calendars (DOMAIN.md §7, §12)."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

import tests.factories as f
from customers.models import Role, StaffProfile, User
from sessions.domain.busy_times import subscribe
from sessions.models import (
    BusyCalendar,
    BusyTime,
    ConsultingSession,
    DayException,
    DiaryEntry,
    DiarySettings,
    ExceptionHours,
    TimeOff,
    WorkingHours,
)
from tests.factories import NOW, at
from tests.sessions.booking_pages import html_of, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def giulia() -> Client:
    return signed_in(f.giulia())


def page(name: str = "diary-week", staff: User | None = None, *more: int) -> str:
    return reverse(f"sessions:{name}", args=[(staff or f.giulia()).pk, *more])


def matteo() -> User:
    return f.staff("Matteo Riva", Role.AM, Role.CSM)


class TestWhose:
    def test_who_delivers_is_led_to_their_own(self, giulia: Client) -> None:
        assert giulia.get("/diary/").headers["Location"] == page()

    def test_operations_are_led_to_everybodys(self) -> None:
        f.giulia(), f.aino(), f.pekka()
        sofia = signed_in(f.sofia())
        assert sofia.get("/diary/").headers["Location"] == "/diary/everybody/"
        shown = text_of(sofia.get("/diary/everybody/"))
        assert "Giulia Conti" in shown
        assert "Aino Virtanen" in shown
        assert "Pekka Laine" not in shown
        assert "Diaries" in text_of(sofia.get(page()))

    def test_a_colleague_sees_none_but_their_own(self) -> None:
        assert signed_in(f.aino()).get(page()).status_code == 404

    def test_somebody_elses_rows_are_not_there_in_ones_own_diary(self, giulia: Client) -> None:
        theirs = TimeOff.objects.create(
            staff=f.aino(), starts_at=at("2026-03-09 00:00"), ends_at=at("2026-03-10 00:00")
        )
        exception = DayException.objects.create(staff=f.aino(), date=date(2026, 3, 9))
        calendar = subscribe(staff=f.aino(), address="https://calendar.example/a.ics", now=NOW)
        assert giulia.get(page("time-off-change", None, theirs.pk)).status_code == 404
        for name, pk in (
            ("time-off-end", theirs.pk),
            ("exception-remove", exception.pk),
            ("calendar-read", calendar.pk),
            ("calendar-remove", calendar.pk),
        ):
            assert giulia.post(page(name, None, pk)).status_code == 404
        assert (TimeOff.objects.count(), DayException.objects.count(), BusyCalendar.objects.count()) == (1, 1, 1)


def busy(staff: User, since: str, until: str) -> None:
    calendar = BusyCalendar.objects.filter(staff=staff).first() or subscribe(
        staff=staff, address="https://calendar.example/a.ics", now=NOW
    )
    BusyTime.objects.create(calendar=calendar, starts_at=at(since), ends_at=at(until))


class TestWeek:
    def test_shows_what_stands_in_it(self, giulia: Client) -> None:
        contract = f.launch_kit()
        session = f.booked(contract, "operations", 45, "2026-03-09 10:00", now=NOW)
        TimeOff.objects.create(
            staff=f.giulia(), starts_at=at("2026-03-11 00:00"), ends_at=at("2026-03-12 00:00"), cover=matteo()
        )
        DayException.objects.create(staff=f.giulia(), date=date(2026, 3, 12))
        busy(f.giulia(), "2026-03-13 14:00", "2026-03-13 15:30")
        response = giulia.get(page(), {"week": "2026-W11"})
        shown = text_of(response)
        assert "09:00–17:00 Working hours" in shown
        assert "10:00–10:45 Acme Wellness Operations meeting" in shown
        assert reverse("sessions:detail", args=[session.pk]) in html_of(response)
        assert "Time off · Matteo Riva covers" in shown
        assert "Free day" in shown
        assert "14:00–15:30 Busy elsewhere" in shown
        assert "row-start-9 row-end-12" in html_of(response)  # 10:00 is two hours after the first row, at 8:00

    def test_a_holiday_is_named_and_nobody_works_then(self, giulia: Client) -> None:
        monday = giulia.get(page(), {"week": "2026-W15"}).context["grid"].columns[0]
        assert monday.day.date == date(2026, 4, 6)
        assert monday.day.holiday == "Easter Monday"
        assert not monday.day.works

    def test_a_meeting_in_the_night_stretches_the_grid(self, giulia: Client) -> None:
        DiaryEntry.objects.create(staff=f.giulia(), starts_at=at("2026-03-09 23:30"), ends_at=at("2026-03-10 00:30"))
        grid = giulia.get(page(), {"week": "2026-W11"}).context["grid"]
        assert (grid.hours[0][0], grid.hours[-1][0]) == ("00:00", "23:00")
        meetings = [
            [piece.clock for piece in column.pieces if piece.block.kind == "meeting"] for column in grid.columns[:2]
        ]
        assert meetings == [["23:30–24:00"], ["00:00–00:30"]]

    @pytest.mark.parametrize(
        "week", ["", "2026-W54", "2026-11", "W11", "2026-W00", "0001-W01", "9999-W52", "\u0662026-W11"]
    )
    def test_this_week_is_shown_where_none_can_be_read(self, giulia: Client, week: str) -> None:
        assert giulia.get(page(), {"week": week}).context["first"] == date(2026, 3, 2)

    def test_weeks_lead_to_each_other_over_the_turn_of_the_year(self, giulia: Client) -> None:
        context = giulia.get(page(), {"week": "2026-W53"}).context
        assert (context["first"], context["previous"], context["next"]) == (date(2026, 12, 28), "2026-W52", "2027-W01")

    def test_the_week_of_a_clock_change_says_so(self, giulia: Client) -> None:
        assert "put forward by 1:00" in text_of(giulia.get(page(), {"week": "2026-W13"}))

    def test_a_calendar_that_fails_says_so(self, giulia: Client) -> None:
        calendar = subscribe(staff=f.giulia(), address="https://calendar.example/a.ics", now=NOW)
        BusyCalendar.objects.filter(pk=calendar.pk).update(state="failing", failure="refused")
        assert "calendar.example cannot be read The server refused" in text_of(giulia.get(page()))

    @pytest.mark.parametrize("rows", [1, 3])
    def test_asks_as_often_whatever_stands_in_it(
        self, giulia: Client, rows: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        contract = f.launch_kit()
        for number in range(rows):
            f.booked(contract, "operations", 15, f"2026-03-09 {10 + number}:00", now=NOW)
            TimeOff.objects.create(
                staff=f.giulia(),
                starts_at=at(f"2026-03-1{number} 00:00"),
                ends_at=at(f"2026-03-1{number} 09:00"),
                cover=matteo(),
            )
            ExceptionHours.objects.create(
                exception=DayException.objects.create(staff=f.giulia(), date=date(2026, 3, 10 + number)),
                starts_at=time(10),
                ends_at=time(12),
            )
            busy(f.giulia(), f"2026-03-13 1{number}:00", f"2026-03-13 1{number}:30")
        giulia.get(page())
        with django_assert_num_queries(13):
            giulia.get(page(), {"week": "2026-W11"})


def hours_form(**typed: str) -> dict[str, str]:
    return {"country": "IT", "daily_limit": "", **typed}


class TestWorkingHours:
    def test_several_stretches_a_day_a_limit_and_a_country(self, giulia: Client) -> None:
        typed = {
            "weekday-0-from-0": "09:00",
            "weekday-0-until-0": "12:30",
            "weekday-0-from-1": "14:00",
            "weekday-0-until-1": "18:00",
            "weekday-6-from-1": "10:00",
            "weekday-6-until-1": "11:00",
            "daily_limit": "3h",
            "country": "FI",
        }
        assert giulia.post(page("diary-hours"), typed).status_code == 302
        stretches = list(WorkingHours.objects.filter(staff=f.giulia()).values_list("weekday", "starts_at", "ends_at"))
        assert stretches == [(0, time(9), time(12, 30)), (0, time(14), time(18)), (6, time(10), time(11))]
        assert DiarySettings.objects.get(staff=f.giulia()).daily_limit_minutes == 180
        assert StaffProfile.objects.get(user=f.giulia()).country == "FI"
        shown = html_of(giulia.get(page("diary-hours")))
        assert 'value="14:00"' in shown
        assert 'name="weekday-0-from-2"' in shown  # one more row than is filled
        assert 'name="weekday-0-from-3"' not in shown

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"weekday-0-from-0": "09:00"}, "Type both times"),
            ({"weekday-0-until-0": "09:00"}, "Type both times"),
            ({"weekday-0-from-0": "17:00", "weekday-0-until-0": "09:00"}, "Work ends after it starts"),
            ({"weekday-0-from-0": "09:00", "weekday-0-until-0": "09:00"}, "Work ends after it starts"),
            (
                {
                    "weekday-0-from-0": "09:00",
                    "weekday-0-until-0": "13:00",
                    "weekday-0-from-1": "12:00",
                    "weekday-0-until-1": "14:00",
                },
                "These hours overlap",
            ),
            ({"weekday-0-from-0": "25:00", "weekday-0-until-0": "26:00"}, "Enter a valid time"),
            ({"daily_limit": "0:05"}, "The shortest duration is 0:15"),
            ({"daily_limit": "25h"}, "The longest duration is 24:00"),
            ({"country": "XX"}, "Select a valid choice"),
        ],
    )
    def test_mistakes_are_named_and_what_was_typed_is_kept(
        self, giulia: Client, typed: dict[str, str], words: str
    ) -> None:
        before = list(WorkingHours.objects.values_list("pk", flat=True))
        response = giulia.post(page("diary-hours"), hours_form(**typed))
        assert response.status_code == 422
        assert words in text_of(response)
        for name, value in typed.items():
            if name.startswith("weekday"):
                assert f'name="{name}" value="{value}"' in html_of(response)
        assert list(WorkingHours.objects.values_list("pk", flat=True)) == before

    def test_operations_keep_anybodys(self) -> None:
        f.giulia()
        assert signed_in(f.sofia()).post(page("diary-hours"), hours_form()).status_code == 302
        assert not WorkingHours.objects.filter(staff=f.giulia()).exists()


class TestExceptions:
    def test_a_day_at_other_hours(self, giulia: Client) -> None:
        typed = {"day": "2026-03-09", "hours-from-0": "14:00", "hours-until-0": "16:00"}
        assert giulia.post(page("exception-new"), typed).status_code == 302
        assert giulia.post(page("exception-new"), {**typed, "hours-until-0": "18:00"}).status_code == 302
        exception = DayException.objects.get(staff=f.giulia())
        assert [str(stretch) for stretch in exception.hours.all()] == ["14:00–18:00"]
        assert "Mon, 9 Mar 2026 14:00–18:00" in text_of(giulia.get(page("diary-absences")))

    def test_a_free_day_and_back(self, giulia: Client) -> None:
        giulia.post(page("exception-new"), {"day": "2026-03-09", "free": "on"})
        exception = DayException.objects.get(staff=f.giulia())
        assert not exception.hours.exists()
        assert giulia.post(page("exception-remove", None, exception.pk)).status_code == 302
        assert not DayException.objects.exists()

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"day": "2026-03-09"}, "Type the hours of this day"),
            (
                {"day": "2026-03-09", "free": "on", "hours-from-0": "09:00", "hours-until-0": "10:00"},
                "Either type hours",
            ),
            ({"day": "2026-03-01", "free": "on"}, "Choose today or a day to come"),
            ({"day": "3026-03-01", "free": "on"}, "Enter a valid date"),
            ({"free": "on"}, "This field is required"),
            ({"day": "2026-03-09", "hours-from-0": "10:00", "hours-until-0": "09:00"}, "Work ends after it starts"),
        ],
    )
    def test_mistakes_are_named(self, giulia: Client, typed: dict[str, str], words: str) -> None:
        response = giulia.post(page("exception-new"), typed)
        assert response.status_code == 422
        assert words in text_of(response)
        assert not DayException.objects.exists()

    def test_a_meeting_outside_the_hours_is_shown_first(self, giulia: Client) -> None:
        session = f.booked(f.launch_kit(), "operations", 45, "2026-03-09 10:00", now=NOW)
        typed: dict[str, Any] = {"day": "2026-03-09", "hours-from-0": "10:30", "hours-until-0": "16:00"}
        response = giulia.post(page("exception-new"), typed)
        assert response.status_code == 409
        assert not DayException.objects.exists()
        assert reverse("sessions:detail", args=[session.pk]) in html_of(response)
        typed["seen"] = [str(DiaryEntry.objects.get().pk)]
        assert giulia.post(page("exception-new"), typed).status_code == 302
        assert ConsultingSession.objects.get().status == "booked"

    def test_a_meeting_within_them_is_not_in_the_way(self, giulia: Client) -> None:
        f.booked(f.launch_kit(), "operations", 45, "2026-03-09 10:00", now=NOW)
        typed = {"day": "2026-03-09", "hours-from-0": "10:00", "hours-until-0": "10:45"}
        assert giulia.post(page("exception-new"), typed).status_code == 302


def days_off(**typed: Any) -> dict[str, Any]:
    return {"first_day": "2026-03-09", "last_day": "2026-03-11", "reason": "Skiing", **typed}


class TestTimeOff:
    def test_whole_days_are_those_of_the_persons_clock(self) -> None:
        aino = signed_in(f.aino())
        assert aino.post(page("time-off-new", f.aino()), days_off()).status_code == 302
        time_off = TimeOff.objects.get()
        assert time_off.starts_at == at("2026-03-09 00:00", "Europe/Helsinki")
        assert time_off.ends_at == at("2026-03-12 00:00", "Europe/Helsinki")
        shown = text_of(aino.get(page("diary-absences", f.aino())))
        assert "Mon, 9 Mar 2026 – Wed, 11 Mar 2026 Nobody covers · Skiing" in shown

    def test_hours_of_a_day(self, giulia: Client) -> None:
        giulia.post(page("time-off-new"), days_off(last_day="2026-03-09", from_clock="14:00", until_clock="16:30"))
        time_off = TimeOff.objects.get()
        assert (time_off.starts_at, time_off.ends_at) == (at("2026-03-09 14:00"), at("2026-03-09 16:30"))

    def test_a_colleague_covers_for_some_customers(self, giulia: Client) -> None:
        f.launch_kit()
        cover = matteo()
        typed = days_off(cover=str(cover.pk), cover_customers=[str(f.acme().pk)])
        assert giulia.post(page("time-off-new"), typed).status_code == 302
        time_off = TimeOff.objects.get()
        assert (time_off.cover, list(time_off.cover_customers.all())) == (cover, [f.acme()])
        assert "Matteo Riva covers for Acme Wellness" in text_of(giulia.get(page("diary-absences")))

    def test_it_is_changed_in_its_place(self, giulia: Client) -> None:
        giulia.post(page("time-off-new"), days_off(cover=str(matteo().pk)))
        time_off = TimeOff.objects.get()
        change = page("time-off-change", None, time_off.pk)
        assert 'value="2026-03-11"' in html_of(giulia.get(change))
        assert giulia.post(change, days_off(last_day="2026-03-13")).status_code == 302
        time_off.refresh_from_db()
        assert (time_off.ends_at, time_off.cover) == (at("2026-03-14 00:00"), None)
        assert TimeOff.objects.count() == 1

    def test_it_is_taken_back(self, giulia: Client) -> None:
        giulia.post(page("time-off-new"), days_off())
        assert giulia.post(page("time-off-end", None, TimeOff.objects.get().pk)).status_code == 302
        assert not TimeOff.objects.exists()

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"last_day": "2026-03-08"}, "Time off ends after it begins"),
            ({"first_day": "2026-02-02", "last_day": "2026-02-03"}, "This time is over"),
            (
                {"last_day": "2026-03-09", "from_clock": "16:00", "until_clock": "15:00"},
                "Time off ends after it begins",
            ),
            (
                {"first_day": "2026-03-29", "last_day": "2026-03-29", "from_clock": "02:30"},
                "it does not exist on that day",
            ),
            ({"first_day": "", "last_day": ""}, "This field is required"),
            ({"cover": "987654"}, "Select a valid choice"),
            ({"cover_customers": ["987654"]}, "Select a valid choice"),
            ({"reason": "x" * 201}, "at most 200 characters"),
        ],
    )
    def test_mistakes_are_named(self, giulia: Client, typed: dict[str, Any], words: str) -> None:
        f.launch_kit()
        response = giulia.post(page("time-off-new"), days_off(**typed))
        assert response.status_code == 422
        assert words in text_of(response)
        assert not TimeOff.objects.exists()

    def test_another_teams_customer_is_not_among_those_to_cover(self, giulia: Client) -> None:
        f.launch_kit()
        f.launch_kit(f.globex(), dedicated=f.aino())
        shown = html_of(giulia.get(page("time-off-new")))
        assert "Acme Wellness" in shown
        assert "Globex" not in shown

    def test_meetings_in_that_time_are_shown_before_anything_is_saved(self, giulia: Client) -> None:
        contract = f.launch_kit()
        session = f.booked(contract, "operations", 45, "2026-03-10 10:00", now=NOW)
        response = giulia.post(page("time-off-new"), days_off())
        assert response.status_code == 409
        shown = text_of(response)
        assert "1 meeting is booked in that time" in shown
        assert "Nothing has been saved yet" in shown
        assert reverse("sessions:detail", args=[session.pk]) in html_of(response)
        assert 'value="Skiing"' in html_of(response)
        assert not TimeOff.objects.exists()

        seen = [str(DiaryEntry.objects.get().pk)]
        f.booked(contract, "operations", 45, "2026-03-11 10:00", now=NOW)
        again = giulia.post(page("time-off-new"), days_off(seen=seen))
        assert again.status_code == 409  # one more was booked meanwhile: it has not been shown
        assert "2 meetings are booked in that time" in text_of(again)
        seen = [str(pk) for pk in DiaryEntry.objects.values_list("pk", flat=True)]
        assert giulia.post(page("time-off-new"), days_off(seen=seen)).status_code == 302
        assert set(ConsultingSession.objects.values_list("status", flat=True)) == {"booked"}
        assert DiaryEntry.objects.count() == 2

    @pytest.mark.parametrize("seen", ["x", "-1", "9" * 30, "\u0663"])
    def test_a_broken_mark_has_seen_nothing(self, giulia: Client, seen: str) -> None:
        f.booked(f.launch_kit(), "operations", 45, "2026-03-10 10:00", now=NOW)
        assert giulia.post(page("time-off-new"), days_off(seen=seen)).status_code == 409

    @pytest.mark.parametrize("rows", [1, 3])
    def test_the_list_asks_as_often_whatever_is_in_it(
        self, giulia: Client, rows: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        f.launch_kit()
        for number in range(rows):
            start = at("2026-03-09 00:00") + timedelta(days=7 * number)
            time_off = TimeOff.objects.create(
                staff=f.giulia(), starts_at=start, ends_at=start + timedelta(days=1), cover=matteo()
            )
            time_off.cover_customers.add(f.acme())
            exception = DayException.objects.create(staff=f.giulia(), date=date(2026, 3, 12 + number))
            ExceptionHours.objects.create(exception=exception, starts_at=time(9), ends_at=time(10))
        with django_assert_num_queries(10):
            giulia.get(page("diary-absences"))


class TestCalendars:
    def test_one_is_added_and_its_address_is_not_shown_again(self, giulia: Client) -> None:
        assert (
            giulia.post(page("diary-calendars"), {"address": "https://calendar.example/s3cret.ics"}).status_code == 302
        )
        response = giulia.get(page("diary-calendars"))
        assert "calendar.example" in text_of(response)
        assert "s3cret" not in html_of(response)

    @pytest.mark.parametrize(
        "address", ["", "http://calendar.example/a.ics", "https://127.0.0.1:5432/", "javascript:alert(1)", "x" * 2001]
    )
    def test_what_is_no_address_of_a_calendar_is_refused(self, giulia: Client, address: str) -> None:
        assert giulia.post(page("diary-calendars"), {"address": address}).status_code == 422
        assert not BusyCalendar.objects.exists()

    def test_one_is_read_soon_and_removed(self, giulia: Client) -> None:
        calendar = subscribe(staff=f.giulia(), address="https://calendar.example/a.ics", now=NOW)
        BusyCalendar.objects.update(due_at=NOW + timedelta(hours=6), state="failing", failure="not_there")
        assert "There is no calendar at this address any more." in text_of(giulia.get(page("diary-calendars")))
        assert giulia.post(page("calendar-read", None, calendar.pk)).status_code == 302
        assert BusyCalendar.objects.get().due_at == NOW
        assert giulia.post(page("calendar-remove", None, calendar.pk)).status_code == 302
        assert not BusyCalendar.objects.exists()
