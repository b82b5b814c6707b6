"""Busy times from a calendar kept elsewhere: what blocks, what does not, and what a failure leaves (DOMAIN.md §7)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core import public_fetch
from core.public_fetch import Failure, Fetched, NotFetched
from core.refusals import InvalidInput
from customers.models import User
from sessions import tasks
from sessions.domain import busy_times
from sessions.domain.availability import check_slot, days
from sessions.domain.busy_times import (
    MOST_CALENDARS,
    claim_due,
    read_calendar,
    read_soon,
    subscribe,
    unsubscribe,
    why_failing,
)
from sessions.domain.calendar_reading import NotACalendar, TooManyEvents, busy_times_in
from sessions.domain.refusals import SlotTaken
from sessions.models import BusyCalendar, BusyTime
from tests.factories import NOW, at, giulia

ADDRESS = "https://calendar.example/private-k3y/basic.ics"
APRIL = datetime(2026, 4, 1, tzinfo=UTC)


def event(*lines: str, uid: str = "1@elsewhere.example") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"])


def calendar(*events: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", *events, "END:VCALENDAR", ""]).encode()


def busy(*events: str, zone: str = "Europe/Rome", end: datetime = APRIL) -> list[tuple[datetime, datetime]]:
    return busy_times_in(calendar(*events), owner_email=giulia().email, zone=zone, start=NOW, end=end)


def walls(found: Iterable[tuple[datetime, datetime]]) -> list[tuple[str, str]]:
    """As written in UTC."""
    return [(f"{since:%m-%d %H:%M}", f"{until:%m-%d %H:%M}") for since, until in found]


MORNING = ("DTSTART:20260309T090000Z", "DTEND:20260309T100000Z")
NINE_TO_TEN = [("03-09 09:00", "03-09 10:00")]


@pytest.mark.django_db
class TestReading:
    def test_a_meeting_blocks_its_time(self) -> None:
        assert walls(busy(event(*MORNING))) == NINE_TO_TEN

    @pytest.mark.parametrize(
        "line",
        [
            "STATUS:CANCELLED",
            "TRANSP:TRANSPARENT",
            "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
            "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE",
            "ATTENDEE;PARTSTAT=DECLINED:mailto:Giulia.Conti@oura.example",
        ],
    )
    def test_what_is_off_or_free_does_not(self, line: str) -> None:
        assert busy(event(*MORNING, line)) == []

    @pytest.mark.parametrize(
        "line",
        [
            "STATUS:TENTATIVE",
            "TRANSP:OPAQUE",
            "X-MICROSOFT-CDO-BUSYSTATUS:OOF",
            "ATTENDEE;PARTSTAT=DECLINED:mailto:somebody@else.example",
            "ATTENDEE;PARTSTAT=ACCEPTED:mailto:giulia.conti@oura.example",
        ],
    )
    def test_what_may_take_place_does(self, line: str) -> None:
        assert walls(busy(event(*MORNING, line))) == NINE_TO_TEN

    def test_the_portals_own_meetings_do_not_count_twice(self) -> None:
        assert busy(event(*MORNING, uid="session-17@oura.example")) == []
        assert walls(busy(event(*MORNING, uid="session-17@oura.example.evil.example"))) == NINE_TO_TEN

    @pytest.mark.parametrize(
        ("zone", "span"),
        [
            ("Europe/Rome", ("03-08 23:00", "03-10 23:00")),
            ("Asia/Tokyo", ("03-08 15:00", "03-10 15:00")),
            ("America/New_York", ("03-09 04:00", "03-11 04:00")),
        ],
    )
    def test_whole_days_are_those_of_the_owner(self, zone: str, span: tuple[str, str]) -> None:
        two_days = event("DTSTART;VALUE=DATE:20260309", "DTEND;VALUE=DATE:20260311")
        assert walls(busy(two_days, zone=zone)) == [span]

    def test_a_day_without_an_end_is_one_day(self) -> None:
        assert walls(busy(event("DTSTART;VALUE=DATE:20260329"))) == [("03-28 23:00", "03-29 22:00")]

    def test_times_without_a_zone_are_on_the_owners_clock(self) -> None:
        floating = event("DTSTART:20260309T090000", "DURATION:PT45M")
        assert walls(busy(floating, zone="Asia/Tokyo")) == [("03-09 00:00", "03-09 00:45")]

    def test_times_of_a_named_zone_keep_its_clock_over_the_change(self) -> None:
        weekly = event(
            "DTSTART;TZID=Europe/Rome:20260323T090000",
            "DTEND;TZID=Europe/Rome:20260323T100000",
            "RRULE:FREQ=WEEKLY;COUNT=2",
        )
        assert walls(busy(weekly)) == [("03-23 08:00", "03-23 09:00"), ("03-30 07:00", "03-30 08:00")]

    def test_a_moved_and_a_cancelled_occurrence_of_a_series_count_as_they_are_now(self) -> None:
        series = event(*MORNING, "RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20260310T090000Z")
        moved = event("RECURRENCE-ID:20260311T090000Z", "DTSTART:20260311T140000Z", "DTEND:20260311T150000Z")
        off = event(
            "RECURRENCE-ID:20260312T090000Z",
            "DTSTART:20260312T090000Z",
            "DTEND:20260312T100000Z",
            "STATUS:CANCELLED",
        )
        assert walls(busy(series, moved, off)) == [*NINE_TO_TEN, ("03-11 14:00", "03-11 15:00")]

    def test_what_overlaps_or_touches_is_one_time(self) -> None:
        second = event("DTSTART:20260309T093000Z", "DTEND:20260309T110000Z", uid="2@x.example")
        third = event("DTSTART:20260309T110000Z", "DTEND:20260309T113000Z", uid="3@x.example")
        assert walls(busy(event(*MORNING), second, third)) == [("03-09 09:00", "03-09 11:30")]

    def test_only_the_time_that_is_asked_for_is_kept(self) -> None:
        long_ago = event("DTSTART:20250309T090000Z", "DTEND:20250309T100000Z", uid="2@x.example")
        over_the_start = event("DTSTART:20260301T000000Z", "DTEND:20260302T090000Z", uid="3@x.example")
        over_the_end = event("DTSTART:20260331T230000Z", "DTEND:20260402T000000Z", uid="4@x.example")
        assert walls(busy(long_ago, over_the_start, over_the_end)) == [
            ("03-02 08:00", "03-02 09:00"),
            ("03-31 23:00", "04-01 00:00"),
        ]

    def test_a_moment_is_no_time(self) -> None:
        assert busy(event("DTSTART:20260309T090000Z")) == []

    def test_a_broken_event_does_not_hide_the_others(self) -> None:
        broken = event("DTSTART:20260309T090000Z", "RRULE:FREQ=SOMETIMES", uid="2@x.example")
        assert walls(busy(event(*MORNING), broken)) == NINE_TO_TEN

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"<!doctype html><title>Sign in</title>",
            b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
            b"BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260309T090000Z\r\nEND:VEVENT\r\n",
            b"\xff\xfe\x00\x01",
            b"\x1f\x8b\x08\x00\x00",
        ],
    )
    def test_what_is_no_calendar_says_so(self, content: bytes) -> None:
        with pytest.raises(NotACalendar):
            busy_times_in(content, owner_email="", zone="Europe/Rome", start=NOW, end=APRIL)

    @pytest.mark.parametrize(
        "rule",
        [
            "FREQ=SECONDLY",
            "FREQ=MINUTELY;INTERVAL=1",
            "FREQ=HOURLY;BYMINUTE=0,1,2,3,4",
            "FREQ=DAILY;BYHOUR=1;BYMINUTE=1,2,3;BYSECOND=1,2",
        ],
    )
    def test_what_repeats_without_measure_is_refused(self, rule: str) -> None:
        with pytest.raises(TooManyEvents):
            busy(event(*MORNING, f"RRULE:{rule}"))

    def test_more_occurrences_than_anybody_has_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sessions.domain.calendar_reading.MOST_EVENTS", 10)
        hourly = event(*MORNING, "RRULE:FREQ=HOURLY;COUNT=10")
        assert len(busy(hourly)) == 1
        with pytest.raises(TooManyEvents):
            busy(hourly, event(*MORNING, uid="2@x.example"))


class Internet:
    """What the next fetches find, and what each was asked with."""

    def __init__(self) -> None:
        self.finds: list[Fetched | Failure] = []
        self.asked: list[dict[str, Any]] = []

    def fetch(self, address: str, **asked: Any) -> Fetched:
        self.asked.append({"address": address, **asked})
        found = self.finds.pop(0)
        if isinstance(found, Failure):
            raise NotFetched(found)
        return found


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> Internet:
    made = Internet()
    monkeypatch.setattr(public_fetch, "fetch", made.fetch)
    return made


@pytest.fixture
def subscribed(db: None) -> BusyCalendar:
    return subscribe(staff=giulia(), address=f" {ADDRESS} ", now=NOW)


def read(calendar: BusyCalendar, *, now: datetime = NOW) -> BusyCalendar:
    read_calendar(calendar_id=calendar.pk, now=now)
    calendar.refresh_from_db()
    return calendar


def offered_on(day: date) -> list[str]:
    found = days(staff=giulia(), first=day, last=day, zone="UTC", duration_minutes=60, now=NOW)
    return [f"{slot.starts_at:%H:%M}" for slot in found[0].slots]


class TestSubscribing:
    def test_keeps_the_address_sealed_and_shows_the_host_alone(self, subscribed: BusyCalendar) -> None:
        assert subscribed.host == "calendar.example"
        assert "k3y" not in subscribed.sealed_address
        assert "k3y" not in f"{subscribed} {subscribed!r}"

    @pytest.mark.parametrize("address", ["", "http://calendar.example/a.ics", "https://me:pw@calendar.example/a.ics"])
    def test_takes_plain_https_addresses_alone(self, address: str, db: None) -> None:
        with pytest.raises(InvalidInput):
            subscribe(staff=giulia(), address=address, now=NOW)

    def test_takes_an_address_once(self, subscribed: BusyCalendar) -> None:
        with pytest.raises(InvalidInput, match="already"):
            subscribe(staff=giulia(), address=ADDRESS, now=NOW)

    def test_takes_some_calendars_and_not_any_number(self, db: None) -> None:
        for number in range(MOST_CALENDARS):
            subscribe(staff=giulia(), address=f"{ADDRESS}?{number}", now=NOW)
        with pytest.raises(InvalidInput, match="At most"):
            subscribe(staff=giulia(), address=ADDRESS, now=NOW)

    def test_removing_one_frees_its_times(self, subscribed: BusyCalendar, internet: Internet) -> None:
        internet.finds = [Fetched(calendar(event(*MORNING)), "", "")]
        read(subscribed)
        unsubscribe(calendar=subscribed)
        assert not BusyTime.objects.exists()


class TestReadingByTheWorker:
    def test_busy_times_keep_customers_from_booking(self, subscribed: BusyCalendar, internet: Internet) -> None:
        internet.finds = [Fetched(calendar(event(*MORNING)), '"1"', "Mon, 02 Mar 2026 08:00:00 GMT")]
        assert "09:00" in offered_on(date(2026, 3, 9))
        assert read(subscribed).state == BusyCalendar.State.READ
        assert [start for start in offered_on(date(2026, 3, 9)) if "08:00" < start < "10:00"] == []
        slot: dict[str, Any] = {
            "staff": giulia(),
            "starts_at": at("2026-03-09 10:00"),
            "duration_minutes": 60,
            "now": NOW,
        }
        with pytest.raises(SlotTaken):
            check_slot(**slot, bound_by_hours=True)
        check_slot(**slot, bound_by_hours=False)  # staff are bound by the diary alone

    def test_asks_only_for_what_changed(self, subscribed: BusyCalendar, internet: Internet) -> None:
        internet.finds = [
            Fetched(calendar(event(*MORNING)), '"1"', "Mon, 02 Mar 2026 08:00:00 GMT"),
            Fetched(None, "", ""),
        ]
        read(subscribed)
        read(subscribed, now=NOW + timedelta(minutes=10))
        assert [asked["etag"] for asked in internet.asked] == ["", '"1"']
        assert subscribed.read_at == NOW + timedelta(minutes=10)
        assert BusyTime.objects.count() == 1

    def test_asks_for_all_again_before_the_series_that_were_written_out_run_dry(
        self, subscribed: BusyCalendar, internet: Internet
    ) -> None:
        weekly = calendar(event(*MORNING, "RRULE:FREQ=WEEKLY"))
        internet.finds = [Fetched(weekly, '"1"', ""), Fetched(weekly, '"1"', "")]
        read(subscribed)
        later = NOW + timedelta(days=30)
        read(subscribed, now=later)
        assert internet.asked[1]["etag"] == ""
        last = BusyTime.objects.latest("starts_at")
        assert last.starts_at > later + timedelta(days=60)

    def test_what_was_read_before_is_replaced(self, subscribed: BusyCalendar, internet: Internet) -> None:
        afternoon = event("DTSTART:20260309T140000Z", "DTEND:20260309T150000Z")
        internet.finds = [Fetched(calendar(event(*MORNING)), "", ""), Fetched(calendar(afternoon), "", "")]
        read(subscribed)
        read(subscribed)
        assert [f"{time.starts_at:%H:%M}" for time in BusyTime.objects.all()] == ["14:00"]

    @pytest.mark.parametrize("failure", list(Failure))
    def test_a_failure_is_said_in_words_and_leaves_the_old_times(
        self, subscribed: BusyCalendar, internet: Internet, failure: Failure
    ) -> None:
        internet.finds = [Fetched(calendar(event(*MORNING)), "", ""), failure]
        read(subscribed)
        read(subscribed, now=NOW + timedelta(minutes=10))
        assert (subscribed.state, subscribed.failure) == (BusyCalendar.State.FAILING, failure)
        assert why_failing(subscribed).endswith((".", "?"))
        assert subscribed.read_at == NOW
        assert BusyTime.objects.count() == 1

    def test_it_recovers(self, subscribed: BusyCalendar, internet: Internet) -> None:
        internet.finds = [Failure.UNREACHABLE, Fetched(calendar(), "", "")]
        read(subscribed)
        read(subscribed)
        assert (subscribed.state, subscribed.failures_in_a_row, why_failing(subscribed)) == ("read", 0, "")

    def test_what_is_no_calendar_is_a_failure_too(self, subscribed: BusyCalendar, internet: Internet) -> None:
        internet.finds = [Fetched(b"<html>", "", "")]
        assert read(subscribed).failure == busy_times.NOT_A_CALENDAR

    def test_a_calendar_that_fails_is_asked_ever_more_rarely(
        self, subscribed: BusyCalendar, internet: Internet
    ) -> None:
        waits = []
        for _time in range(8):
            internet.finds = [Failure.UNREACHABLE]
            waits.append(read(subscribed).due_at - NOW)
        assert waits[:3] == [timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=40)]
        assert waits[-1] == timedelta(hours=6)

    def test_one_that_was_removed_while_it_was_fetched_stays_removed(
        self, subscribed: BusyCalendar, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fetch_slowly(_address: str, **_asked: Any) -> Fetched:
            BusyCalendar.objects.all().delete()
            return Fetched(calendar(event(*MORNING)), "", "")

        monkeypatch.setattr(public_fetch, "fetch", fetch_slowly)
        read_calendar(calendar_id=subscribed.pk, now=NOW)
        read_calendar(calendar_id=subscribed.pk, now=NOW)
        assert not BusyCalendar.objects.exists()


class TestRounds:
    def test_each_due_calendar_is_given_out_once(self, subscribed: BusyCalendar) -> None:
        assert claim_due(now=NOW) == [subscribed.pk]
        assert claim_due(now=NOW + timedelta(minutes=9)) == []
        assert claim_due(now=NOW + timedelta(minutes=10)) == [subscribed.pk]

    def test_one_is_read_soon_when_asked(self, subscribed: BusyCalendar) -> None:
        claim_due(now=NOW)
        read_soon(calendar=subscribed, now=NOW)
        assert claim_due(now=NOW) == [subscribed.pk]

    def test_those_of_people_who_left_are_not_read(self, subscribed: BusyCalendar) -> None:
        User.objects.filter(pk=subscribed.staff_id).update(is_active=False)
        assert claim_due(now=NOW) == []

    def test_the_worker_reads_what_the_round_finds(
        self, subscribed: BusyCalendar, internet: Internet, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        internet.finds = [Fetched(calendar(), "", "")]
        monkeypatch.setattr(tasks.read_busy_calendar, "delay", tasks.read_busy_calendar)
        tasks.scan_busy_calendars()
        subscribed.refresh_from_db()
        assert subscribed.state == BusyCalendar.State.READ
        assert internet.asked[0]["address"] == ADDRESS
