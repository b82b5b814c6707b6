"""A year of Premium contracts in three zones: every scan's moment, and what must not be told (DOMAIN.md §11).

The scans run at every due moment, a minute before and after it, and every hour between. The year holds 29 February and
the changes of three zones' clocks.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import F

from core.dates import add_months
from customers.models import Role, User
from notifications.domain.scans import run_scans
from notifications.models import Message
from packages.models import Contract
from sessions.domain.attendees import Guest
from sessions.domain.booking import book_session
from sessions.domain.cancelling import cancel_session
from sessions.domain.changes import move_session
from sessions.models import ConsultingSession
from tests.factories import customer, member_of, premium, staff

pytestmark = [pytest.mark.chaos, pytest.mark.django_db]

FIRST, LAST = date(2027, 11, 30), date(2028, 11, 29)
SIGNED = datetime(2027, 11, 1, 12, 0, tzinfo=UTC)
ZONES = {"Rome": "Europe/Rome", "New York": "America/New_York", "Auckland": "Pacific/Auckland"}
MEETS_AT = time(10)


class Side:
    """One customer, its admin, its own member of staff, all three in one zone."""

    def __init__(self, city: str, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        buyer = customer(city, zone=zone)
        self.admin: User = member_of(buyer, f"Ada {city}", kind="admin")
        self.csm: User = staff(f"Carl {city}", Role.AM, Role.CSM, zone=zone, working=None)
        buyer.contacts.filter(kind="lead").update(person=self.csm)
        self.contract: Contract = premium(buyer, starts_on=FIRST, ends_on=LAST, dedicated=self.csm, now=SIGNED)

    def at(self, day: date, clock: time = time(8)) -> datetime:
        return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)

    def meet(self, day: date) -> ConsultingSession:
        return book_session(
            contract=self.contract,
            session_type="operations",
            starts_at=self.at(day, MEETS_AT),
            duration_minutes=15,
            staff=self.csm,
            attendees=[Guest(self.admin.name, self.admin.email)],
            accept_overage=False,
            by=self.csm,
            now=self.at(day - timedelta(days=20)),
        )

    def both(self, kind: str, due_at: datetime) -> Iterator[tuple[str, str, datetime]]:
        for person in (self.admin, self.csm):
            yield kind, person.email, due_at


def months(side: Side) -> Iterator[tuple[date, date]]:
    """First and last day of the twelve windows, counted from the anchor: 30 November, 30 December … 29 February."""
    for number in range(12):
        yield add_months(FIRST, number), add_months(FIRST, number + 1) - timedelta(days=1)


def test_every_reminder_at_its_local_hour_and_none_for_what_moved() -> None:
    sides = [Side(city, zone) for city, zone in ZONES.items()]
    expected: Counter[tuple[str, str, datetime]] = Counter()
    held_back: set[int] = set()
    for side in sides:
        for first, last in months(side):
            expected.update(side.both("review_window_opens", side.at(first)))
            expected.update(side.both("review_not_planned", side.at(last - timedelta(days=14))))
        for days in (60, 30, 7):
            expected.update(side.both("contract_ends", side.at(LAST - timedelta(days=days))))
        # 29 February, and the days after the clocks change: Europe, America, New Zealand.
        meeting_days = [date(2028, 2, 29), date(2028, 3, 13), date(2028, 3, 27), date(2028, 9, 25)]
        for day in meeting_days:
            session = side.meet(day)
            start = session.starts_at
            for before, kind in ((24, "session_reminder_24h"), (1, "session_reminder_1h")):
                expected.update(side.both(kind, start - timedelta(hours=before)))
            expected[("session_not_logged", side.csm.email, session.ends_at + timedelta(hours=24))] += 1
        gone = side.meet(date(2028, 5, 10))
        cancel_session(session=gone, by=side.csm, reason="", now=side.at(date(2028, 5, 1)))
        held_back.add(gone.pk)
        moved = side.meet(date(2028, 6, 14))
        to = side.at(date(2028, 6, 21), MEETS_AT)
        move_session(
            session=moved,
            starts_at=to,
            duration_minutes=15,
            staff=side.csm,
            accept_overage=False,
            by=side.csm,
            now=side.at(date(2028, 6, 10)),
        )
        for before, kind in ((24, "session_reminder_24h"), (1, "session_reminder_1h")):
            expected.update(side.both(kind, to - timedelta(hours=before)))
        expected[("session_not_logged", side.csm.email, to + timedelta(minutes=15, hours=24))] += 1
    Message.objects.all().delete()

    due = {moment for _kind, _email, moment in expected}
    minute = timedelta(minutes=1)
    around = {moment + step for moment in due for step in (-minute, timedelta(0), minute)}
    began = datetime.combine(FIRST, time(), tzinfo=UTC) - timedelta(days=1)
    hourly = {began + timedelta(hours=hours) for hours in range(24 * ((LAST - FIRST).days + 3))}
    for now in sorted(around | hourly):
        run_scans(now=now)
    late = Message.objects.exclude(due_at=F("created_at"))
    assert not late.exists(), [str(message) for message in late]

    rows = Message.objects.values_list("kind", "recipient_email", "due_at", "subject_id")
    assert not held_back & {subject for kind, _email, _due, subject in rows if kind.startswith("session")}
    assert Counter((kind, email, due_at) for kind, email, due_at, _subject in rows) == expected
    for side in sides:
        mine = Message.objects.filter(recipient__in=[side.admin, side.csm]).exclude(kind__startswith="session_")
        clocks = {message.due_at.astimezone(side.zone).time() for message in mine}
        assert clocks == {time(8)}
