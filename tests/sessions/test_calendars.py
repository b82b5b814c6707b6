"""Calendar files and private addresses, read by a library that did not write them (RFC 5545, 5546; DOMAIN.md §7)."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
import vobject
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

import tests.factories as f
from customers.models import Membership, User
from packages.models import Contract
from sessions.domain.attendees import Guest
from sessions.domain.calendar_entries import CANCEL, REQUEST, calendar_entry
from sessions.domain.cancelling import cancel_session
from sessions.domain.changes import move_session, reassign_session
from sessions.domain.feeds import feed_content, feed_of, make_feed, revoke_feed
from sessions.models import CalendarFeed, ConsultingSession
from tests.sessions.booking_pages import html_of, signed_in, text_of

pytestmark = pytest.mark.django_db

GUEST = Guest("Ada", "ada@guest.example")
ZONES = ["Europe/Rome", "America/New_York", "Europe/Helsinki", "Asia/Tokyo"]


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(f.NOW, tick=False):
        yield


@pytest.fixture
def contract() -> Contract:
    return f.launch_kit()


@pytest.fixture
def session(contract: Contract) -> ConsultingSession:
    return f.booked(contract, "kickoff", 60, "2026-03-30 10:00", now=f.NOW)


def events_of(ical: bytes) -> list[Any]:
    """The events, as vobject reads them; wall clocks by the definitions inside the file."""
    calendar = vobject.readOne(ical.decode())
    return list(calendar.contents.get("vevent", []))


def event_of(ical: bytes) -> Any:
    (event,) = events_of(ical)
    return event


def lines_of(ical: bytes) -> list[str]:
    """The content lines, unfolded."""
    return ical.decode().replace("\r\n ", "").split("\r\n")


def feed_address(person: User) -> str:
    return reverse("sessions:feed", args=[make_feed(person=person, now=f.NOW)])


class TestFormat:
    """RFC 5545: what every file of ours keeps to."""

    @pytest.fixture
    def ical(self, contract: Contract) -> bytes:
        people = [Guest("Nàomi “N” O’Guest; of, 会議" * 3, f"guest{number}@example.com") for number in range(5)]
        session = f.booked(contract, "kickoff", 60, "2026-03-30 10:00", attendees=people, now=f.NOW)
        return calendar_entry(session, method=REQUEST, page="https://portal.example/1/", stamp=f.NOW).content

    def test_lines_end_in_crlf_and_are_folded_at_75_octets(self, ical: bytes) -> None:
        assert ical.endswith(b"END:VCALENDAR\r\n")
        assert b"\n" not in ical.replace(b"\r\n", b"")
        assert max(len(line) for line in ical.split(b"\r\n")) <= 75
        for line in ical.split(b"\r\n"):
            line.decode()  # no character is cut in two

    def test_stamps_are_utc_and_names_have_no_quotes(self, ical: bytes) -> None:
        assert "DTSTAMP:20260302T080000Z" in lines_of(ical)
        attendees = [line for line in lines_of(ical) if line.startswith("ATTENDEE")]
        assert len(attendees) == 6
        assert all(line.count('"') in {0, 2} for line in attendees)

    def test_every_zone_that_is_named_is_defined(self, ical: bytes) -> None:
        named = set(re.findall(r"TZID=([^:;]+)", ical.decode()))
        defined = {line.removeprefix("TZID:") for line in lines_of(ical) if line.startswith("TZID:")}
        assert named == defined == {"Europe/Rome"}

    @pytest.mark.parametrize("zone", ZONES)
    @pytest.mark.parametrize(
        "day", [date(2026, 3, 6), date(2026, 3, 9), date(2026, 3, 30), date(2026, 10, 23), date(2026, 10, 26)]
    )
    def test_the_instant_is_right_on_both_sides_of_the_clock_changes(self, zone: str, day: date) -> None:
        """Rome and Helsinki change on 29 March and 25 October, New York on 8 March and 1 November, Tokyo never."""
        buyer = f.customer(f"Of {zone}", country="IT", zone=zone)
        starts_at = datetime(day.year, day.month, day.day, 13, 0, tzinfo=UTC)
        session = f.booked(
            f.pro_lite(buyer), "kickoff", 60, starts_at, by=f.sofia(), attendees=[Guest("A", "a@b.example")]
        )
        event = event_of(calendar_entry(session, method=REQUEST, page="", stamp=f.NOW).content)
        assert event.dtstart.value.astimezone(UTC) == starts_at
        assert event.dtend.value.astimezone(UTC) == starts_at + timedelta(minutes=60)
        assert event.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == [zone]


class TestVersions:
    """RFC 5546: one UID, one organiser, a SEQUENCE that grows, the right method to the right people."""

    def entry(self, session: ConsultingSession, method: str = REQUEST) -> Any:
        return event_of(calendar_entry(session, method=method, page="", stamp=f.NOW).content)

    def test_uid_and_organiser_stay_and_the_sequence_grows(self, session: ConsultingSession) -> None:
        first = self.entry(session)
        moved = move_session(
            session=session,
            starts_at=f.at("2026-03-31 10:00"),
            duration_minutes=60,
            staff=f.giulia(),
            accept_overage=False,
            by=f.marta(),
            now=f.NOW,
        )
        second = self.entry(moved)
        third = self.entry(cancel_session(session=moved, by=f.marta(), reason="", now=f.NOW), CANCEL)
        assert len({each.uid.value for each in (first, second, third)}) == 1
        assert len({each.organizer.value for each in (first, second, third)}) == 1
        assert [each.sequence.value for each in (first, second, third)] == ["0", "1", "2"]
        assert [each.status.value for each in (first, second, third)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
        assert second.dtstart.value.astimezone(UTC) == f.at("2026-03-31 10:00")


class TestDownload:
    def test_who_sees_the_session_gets_its_file(self, session: ConsultingSession) -> None:
        response = signed_in(f.marta()).get(reverse("sessions:calendar", args=[session.pk]))
        assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert response.headers["Content-Disposition"] == f'attachment; filename="{session.reference}.ics"'
        event = event_of(response.content)
        assert event.uid.value == f"session-{session.pk}@oura.example"
        assert "METHOD:PUBLISH" in lines_of(response.content)
        assert not any(line.startswith("ATTENDEE") for line in lines_of(response.content))
        assert signed_in(f.hanna()).get(reverse("sessions:calendar", args=[session.pk])).status_code == 404

    def test_the_text_is_in_the_readers_language(self, session: ConsultingSession) -> None:
        User.objects.filter(pk=f.marta().pk).update(language="it")
        response = signed_in(User.objects.get(pk=f.marta().pk)).get(reverse("sessions:calendar", args=[session.pk]))
        assert event_of(response.content).summary.value == "Incontro introduttivo · Acme Wellness"


class TestFeed:
    def test_it_holds_what_one_takes_part_in(self, contract: Contract, session: ConsultingSession) -> None:
        luca = f.luca()
        with_luca = f.booked(
            contract, "operations", 30, "2026-03-10 10:00", attendees=[Guest(luca.name, luca.email)], now=f.NOW
        )
        for person, expected in (
            (f.giulia(), {with_luca.pk, session.pk}),
            (f.marta(), {session.pk}),
            (luca, {with_luca.pk}),
            (f.hanna(), set()),
            (f.sofia(), set()),
        ):
            response = Client().get(feed_address(person))
            assert response.status_code == 200
            assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
            uids = {event.uid.value for event in events_of(response.content)}
            assert uids == {f"session-{pk}@oura.example" for pk in expected}, person

    def test_it_reaches_three_months_back_and_leaves_out_what_was_cancelled(
        self, contract: Contract, session: ConsultingSession
    ) -> None:
        recent = f.booked(contract, "operations", 30, "2026-02-10 10:00")
        cancel_session(session=session, by=f.marta(), reason="", now=f.NOW)
        ical = feed_content(person=f.marta(), now=f.NOW).ical
        assert [event.uid.value for event in events_of(ical)] == [f"session-{recent.pk}@oura.example"]
        later = feed_content(person=f.marta(), now=f.at("2026-06-01 10:00")).ical
        assert events_of(later) == []

    def test_it_says_how_often_to_come_back(self, session: ConsultingSession) -> None:
        lines = lines_of(feed_content(person=f.marta(), now=f.NOW).ical)
        assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in lines
        assert "X-PUBLISHED-TTL:PT1H" in lines
        assert "X-WR-CALNAME:Oura Success sessions" in lines

    def test_it_is_in_the_readers_language(self, session: ConsultingSession) -> None:
        User.objects.filter(pk=f.marta().pk).update(language="it")
        reader = User.objects.get(pk=f.marta().pk)
        assert "Incontro introduttivo" in feed_content(person=reader, now=f.NOW).ical.decode()

    def test_what_did_not_change_is_not_sent_again(self, contract: Contract, session: ConsultingSession) -> None:
        address = feed_address(f.marta())
        first = Client().get(address)
        assert first.headers["Last-Modified"] == "Mon, 02 Mar 2026 08:00:00 GMT"
        tag = first.headers["ETag"]
        assert Client().get(address, headers={"If-None-Match": tag}).status_code == 304
        cancel_session(session=session, by=f.marta(), reason="", now=f.NOW)
        changed = Client().get(address, headers={"If-None-Match": tag})
        assert changed.status_code == 200
        assert changed.headers["ETag"] != tag

    def test_who_belongs_no_more_reads_nothing_of_the_customer(self, session: ConsultingSession) -> None:
        address = feed_address(f.marta())
        f.member_of(f.acme(), "Carla Neri", kind="admin")
        Membership.objects.filter(user=f.marta()).update(until=f.NOW)
        assert events_of(Client().get(address).content) == []

    def test_a_person_who_left_has_no_feed(self, session: ConsultingSession) -> None:
        address = feed_address(f.marta())
        User.objects.filter(pk=f.marta().pk).update(is_active=False)
        assert Client().get(address).status_code == 404

    def test_a_new_address_ends_the_old_one(self) -> None:
        old, new = feed_address(f.marta()), feed_address(f.marta())
        assert (Client().get(old).status_code, Client().get(new).status_code) == (404, 200)
        revoke_feed(person=f.marta(), now=f.NOW)
        assert Client().get(new).status_code == 404
        assert CalendarFeed.objects.filter(person=f.marta()).count() == 2

    def test_the_secret_is_nowhere_in_the_database(self) -> None:
        secret = make_feed(person=f.marta(), now=f.NOW)
        row = CalendarFeed.objects.get()
        assert secret not in f"{row.digest}{row.__dict__}"

    def test_strange_secrets_lead_nowhere(self) -> None:
        for strange in ("x", "-", "a" * 500):
            assert Client().get(reverse("sessions:feed", args=[strange])).status_code == 404

    def test_it_asks_as_often_for_three_as_for_one(
        self, contract: Contract, session: ConsultingSession, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        address = feed_address(f.giulia())
        Client().get(address)
        with django_assert_num_queries(5):
            assert len(events_of(Client().get(address).content)) == 1
        for day in ("10", "11"):
            f.booked(contract, "operations", 15, f"2026-03-{day} 10:00", now=f.NOW)
        with django_assert_num_queries(5):
            assert len(events_of(Client().get(address).content)) == 3


class TestPage:
    PAGE = "/preferences/calendar/"

    def test_the_address_is_shown_once(self, session: ConsultingSession) -> None:
        marta = signed_in(f.marta())
        made = marta.post(self.PAGE, {"act": "make"})
        found = re.search(r'id="new-address">http://testserver(/calendars/[^<]+)<', html_of(made))
        assert found is not None
        assert len(events_of(Client().get(found[1]).content)) == 1
        again = html_of(marta.get(self.PAGE))
        assert found[1] not in again
        assert "End this address" in again

    def test_it_can_be_ended(self) -> None:
        marta = signed_in(f.marta())
        marta.post(self.PAGE, {"act": "make"})
        response = marta.post(self.PAGE, {"act": "revoke"}, follow=True)
        assert "The calendar address does not work any more." in text_of(response)
        assert feed_of(f.marta()) is None

    def test_looking_makes_nothing(self) -> None:
        signed_in(f.marta()).get(self.PAGE)
        signed_in(f.marta()).post(self.PAGE, {})
        assert not CalendarFeed.objects.exists()


def test_a_session_that_changes_hands_moves_between_the_feeds(contract: Contract) -> None:
    f.tomas()
    mine = f.pro_lite(others=[f.tomas()])
    session = f.booked(mine, "kickoff", 60, "2026-03-30 10:00", now=f.NOW)
    reassign_session(session=session, to=f.tomas(), by=f.giulia(), now=f.NOW)
    assert events_of(feed_content(person=f.giulia(), now=f.NOW).ical) == []
    assert len(events_of(feed_content(person=f.tomas(), now=f.NOW).ical)) == 1


def test_the_log_does_not_tell_the_secret(session: ConsultingSession, caplog: pytest.LogCaptureFixture) -> None:
    address = feed_address(f.marta())
    caplog.set_level("INFO")
    Client().get(address)
    told = caplog.text
    assert "/calendars/….ics" in told
    assert address not in told
