"""A session as a calendar entry (RFC 5545, 5546): stable UID, growing SEQUENCE, REQUEST and CANCEL (DOMAIN.md §7).

The portal itself is the organiser, whoever delivers: each version then comes from whom the invitation came from, and
handing a session to a colleague uninvites one attendee and invites another (docs/adr/0014).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from core.dates import after_minutes
from core.mail import one_line
from notifications.domain import letters
from sessions.models import ConsultingSession

REQUEST = "REQUEST"
CANCEL = "CANCEL"
PUBLISH = "PUBLISH"
ZONES_BEFORE, ZONES_AFTER = timedelta(days=366), timedelta(days=2 * 366)

Person = tuple[str, str]
"""Name and e-mail address."""


def calendar_entry(session: ConsultingSession, *, method: str, page: str, stamp: datetime) -> letters.Calendar:
    """The entry of `session` for who takes part, in the active language and the contract's zone.

    :param method: REQUEST or CANCEL
    :param page: the address of the session's page, or nothing for a guest
    :param stamp: when this version was made: the same if it is sent again
    """
    event = event_of(session, page=page, stamp=stamp)
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    invite(event, (session.staff.name, session.staff.email))
    for attendee in session.attendees.all():
        invite(event, (attendee.name, attendee.email), answer=attendee.answer)
    return letters.Calendar(content=calendar_of([event], method=method), method=method)


def release_entry(
    session: ConsultingSession,
    *,
    person: Person,
    starts_at: datetime,
    minutes: int,
    sequence: int,
    stamp: datetime,
) -> letters.Calendar:
    """What takes the session out of the calendar of one `person` alone, who delivers it no more.

    RFC 5546 §3.2.5: such a CANCEL names whom it uninvites, and carries no STATUS, for the meeting itself stands.
    """
    event = event_of(session, page="", stamp=stamp, starts_at=starts_at, minutes=minutes)
    event["sequence"] = sequence
    invite(event, person)
    return letters.Calendar(content=calendar_of([event], method=CANCEL), method=CANCEL)


def event_of(
    session: ConsultingSession,
    *,
    page: str,
    stamp: datetime,
    starts_at: datetime | None = None,
    minutes: int | None = None,
) -> Event:
    """What every version of the entry says; times as booked unless others are given. Without attendees and status."""
    return meeting_event(
        f"session-{session.pk}",
        sequence=session.sequence,
        zone=session.contract.time_zone,
        starts_at=starts_at or session.starts_at,
        minutes=minutes or session.duration_minutes,
        summary=f"{session.get_session_type_display()} · {session.contract.customer.name}",
        description=_description(session, page),
        place=session.place,
        page=page,
        stamp=stamp,
    )


def meeting_event(
    name: str,
    *,
    sequence: int,
    zone: str,
    starts_at: datetime,
    minutes: int,
    summary: str,
    description: str,
    place: str,
    page: str,
    stamp: datetime,
) -> Event:
    """Any meeting of the portal as an event, without attendees and status; `name` makes its UID and never changes."""
    organiser_name, organiser_address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    event = Event()
    event.add("uid", f"{name}@{organiser_address.rpartition('@')[2]}")
    event.add("sequence", sequence)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("dtstart", starts_at.astimezone(ZoneInfo(zone)))
    event.add("dtend", after_minutes(starts_at, minutes).astimezone(ZoneInfo(zone)))
    event.add("summary", one_line(summary))
    event.add("description", description)
    event.add("transp", "OPAQUE")
    if place:
        event.add("location", one_line(place))
    if page:
        event.add("url", page)
    event.add("organizer", _address(organiser_name, organiser_address))
    return event


def calendar_of(events: Sequence[Event], *, method: str, **properties: str | timedelta) -> bytes:
    """An iCalendar file of `events` that brings the definitions of its zones along, and `properties` of its own."""
    calendar = Calendar()
    calendar.add("prodid", "-//Oura Success//Portal//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    for name, value in properties.items():
        kind = {"VALUE": "DURATION"} if isinstance(value, timedelta) else {}
        calendar.add(name.replace("_", "-"), value, parameters=kind)
    for event in events:
        calendar.add_component(event)
    if events:
        first, last = _span_of(events)
        calendar.add_missing_timezones(first_date=first, last_date=last)
    content: bytes = calendar.to_ical()
    return content


def _span_of(events: Iterable[Event]) -> tuple[date, date]:
    """The years for which zones are defined: some more than the events need, for clients that keep them."""
    starts = [event.decoded("dtstart").date() for event in events]
    return date((min(starts) - ZONES_BEFORE).year, 1, 1), date((max(starts) + ZONES_AFTER).year, 1, 1)


def invite(event: Event, person: Person, *, answer: str = "") -> None:
    """Name `person` in the entry, with what they answered in the portal."""
    attendee = _address(*person)
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText(answer.upper() or "NEEDS-ACTION")
    attendee.params["RSVP"] = vText("FALSE")
    event.add("attendee", attendee, encode=False)


def _description(session: ConsultingSession, page: str) -> str:
    lines = [
        _("%(type)s of %(customer)s with %(staff)s (%(reference)s)")
        % {
            "type": session.get_session_type_display(),
            "customer": session.contract.customer.name,
            "staff": session.staff.name,
            "reference": session.reference,
        },
        session.place,
        page,
    ]
    return "\n".join(filter(None, lines))


def _address(name: str, email: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    # A double quote cannot be written in a parameter at all (RFC 5545 §3.2).
    address.params["CN"] = vText(one_line(name).replace('"', "'"))
    return address
