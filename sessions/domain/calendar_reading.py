"""When the owner of an iCalendar file is busy: recurring events written out, free and cancelled ones left out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import parseaddr
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from django.conf import settings
from icalendar import Calendar, Event, vRecur

from core.dates import start_of_day
from sessions.domain.spans import merged

MOST_EVENTS = 5000
"""Occurrences in the time that is read: a calendar with more is a mistake or an attack."""
MOST_TIMES_AN_HOUR = 4

DAY = timedelta(days=1)
FREE_IN_OUTLOOK = frozenset({"FREE", "WORKINGELSEWHERE"})
TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY"})


class NotACalendar(Exception):
    """Nothing can be made of the file."""


class TooManyEvents(Exception):
    """There are more occurrences than a person can have."""


def busy_times_in(
    content: bytes, *, owner_email: str, zone: str, start: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """The stretches between two instants in which the owner is busy, in UTC, merged and in order.

    Whole days and times without a zone are those of the owner's `zone`. The portal's own meetings are left out: they
    stand in the diary themselves, and the entry in the calendar may be older than their last move.

    :raises NotACalendar, TooManyEvents: if the file cannot be read, or repeats without measure
    """
    try:
        events = _occurrences(Calendar.from_ical(content), start, end)
        spans = [span for event in events if _blocks(event, owner_email) for span in _span(event, zone)]
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise NotACalendar from error
    return merged((max(since, start), min(until, end)) for since, until in spans if since < end and until > start)


def _occurrences(calendar: Any, start: datetime, end: datetime) -> list[Event]:
    if not isinstance(calendar, Calendar):
        raise NotACalendar
    if any(_repeats_too_often(rule) for event in calendar.walk("VEVENT") for rule in _as_list(event.get("RRULE"))):
        raise TooManyEvents
    # A day more on either side: times without a zone are put into the owner's only afterwards.
    written_out = recurring_ical_events.of(calendar, components=["VEVENT"], skip_bad_series=True)
    events: list[Event] = written_out.between(start - DAY, end + DAY)
    if len(events) > MOST_EVENTS:
        raise TooManyEvents
    return events


def _repeats_too_often(rule: Any) -> bool:
    if not isinstance(rule, vRecur):
        return False  # not a rule at all: such an event is passed over
    times_an_hour = max(1, len(_as_list(rule.get("BYMINUTE")))) * max(1, len(_as_list(rule.get("BYSECOND"))))
    return bool(TOO_OFTEN & {str(each).upper() for each in _as_list(rule.get("FREQ"))}) or (
        times_an_hour > MOST_TIMES_AN_HOUR
    )


def _blocks(event: Event, owner_email: str) -> bool:
    """Whether the owner is busy meanwhile: the event stands, is not shown as free, and they did not decline it."""
    if _word(event, "STATUS") == "CANCELLED" or _word(event, "TRANSP") == "TRANSPARENT":
        return False
    if _word(event, "X-MICROSOFT-CDO-BUSYSTATUS") in FREE_IN_OUTLOOK or _is_of_the_portal(event):
        return False
    own = f"mailto:{owner_email}".lower()
    return not any(
        str(attendee).lower() == own and str(attendee.params.get("PARTSTAT", "")).upper() == "DECLINED"
        for attendee in _as_list(event.get("ATTENDEE"))
    )


def _is_of_the_portal(event: Event) -> bool:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return str(event.get("UID", "")).lower().endswith(f"@{domain.lower()}")


def _span(event: Event, zone: str) -> Iterator[tuple[datetime, datetime]]:
    start, end = _instant(event.start, zone), _instant(event.end, zone)
    if start < end:
        yield start, end


def _instant(moment: date, zone: str) -> datetime:
    if not isinstance(moment, datetime):
        return start_of_day(moment, zone)
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _word(event: Event, name: str) -> str:
    return str(event.get(name, "")).strip().upper()


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
