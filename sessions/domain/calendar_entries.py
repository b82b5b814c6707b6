"""A session as a calendar entry (RFC 5545, 5546): stable UID, growing SEQUENCE, REQUEST and CANCEL (DOMAIN.md §7)."""

from datetime import UTC, date, datetime
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from core.mail import one_line
from notifications.domain import letters
from sessions.models import ConsultingSession

REQUEST = "REQUEST"
CANCEL = "CANCEL"


def calendar_entry(session: ConsultingSession, *, method: str, page: str, stamp: datetime) -> letters.Calendar:
    """The entry of `session`, in the active language and the contract's zone.

    The portal itself is the organiser: a cancellation then comes from whom the invitation came from, whoever delivers.

    :param method: REQUEST or CANCEL
    :param page: the address of the session's page, or nothing for a guest
    :param stamp: when this version was made: the same if it is sent again
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Oura Success//Portal//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(_event(session, method=method, page=page, stamp=stamp))
    year = session.starts_at.year
    calendar.add_missing_timezones(first_date=date(year - 1, 1, 1), last_date=date(year + 2, 1, 1))
    return letters.Calendar(content=calendar.to_ical(), method=method)


def _event(session: ConsultingSession, *, method: str, page: str, stamp: datetime) -> Event:
    zone = ZoneInfo(session.contract.time_zone)
    organiser_name, organiser_address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    event = Event()
    event.add("uid", f"session-{session.pk}@{organiser_address.rpartition('@')[2]}")
    event.add("sequence", session.sequence)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("dtstart", session.starts_at.astimezone(zone))
    event.add("dtend", session.ends_at.astimezone(zone))
    event.add("summary", one_line(f"{session.get_session_type_display()} · {session.contract.customer.name}"))
    event.add("description", _description(session, page))
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    event.add("transp", "OPAQUE")
    if session.place:
        event.add("location", one_line(session.place))
    if page:
        event.add("url", page)
    event.add("organizer", _address(organiser_name, organiser_address))
    people = [(session.staff.name, session.staff.email)]
    people += [(attendee.name, attendee.email) for attendee in session.attendees.all()]
    for name, email in people:
        attendee = _address(name, email)
        attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
        attendee.params["PARTSTAT"] = vText("NEEDS-ACTION")
        attendee.params["RSVP"] = vText("FALSE")
        event.add("attendee", attendee, encode=False)
    return event


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
