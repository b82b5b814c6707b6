"""A review as a calendar entry, by the rules that hold for sessions (docs/adr/0014)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from icalendar import Event

from notifications.domain import letters
from reviews.models import Review
from sessions.domain.calendar_entries import CANCEL, REQUEST, Person, calendar_of, invite, meeting_event


def invitation_entry(review: Review, *, page: str, stamp: datetime) -> letters.Calendar:
    """The entry of a planned `review` for who takes part, in the active language and the contract's zone."""
    assert review.starts_at is not None
    assert review.duration_minutes is not None
    event = event_of(review, starts_at=review.starts_at, minutes=review.duration_minutes, page=page, stamp=stamp)
    event.add("status", "CONFIRMED")
    for each in review.staff.all():
        invite(event, (each.person.name, each.person.email))
    for attendee in review.attendees.all():
        invite(event, (attendee.name, attendee.email))
    return letters.Calendar(content=calendar_of([event], method=REQUEST), method=REQUEST)


def withdrawal_entry(
    review: Review, *, person: Person, before: Mapping[str, Any], sequence: int, stamp: datetime, is_off: bool
) -> letters.Calendar:
    """What takes the review out of one person's calendar: it stood where `before` says (start, minutes).

    `is_off` if it will not take place for anybody; a person who is uninvited alone gets no STATUS (RFC 5546 §3.2.5).
    """
    event = event_of(
        review,
        starts_at=datetime.fromisoformat(before["starts_at"]),
        minutes=before["minutes"],
        page="",
        stamp=stamp,
    )
    event["sequence"] = sequence
    if is_off:
        event.add("status", "CANCELLED")
    invite(event, person)
    return letters.Calendar(content=calendar_of([event], method=CANCEL), method=CANCEL)


def event_of(review: Review, *, starts_at: datetime, minutes: int, page: str, stamp: datetime) -> Event:
    """What every version of the entry says, without attendees and status. Nothing of the agenda or the notes."""
    title = _("Project health check %(number)s · %(customer)s") % {
        "number": review.number,
        "customer": review.contract.customer.name,
    }
    lines = [f"{review.get_subject_display()} ({review.reference})", review.place, page]
    return meeting_event(
        f"review-{review.pk}",
        sequence=review.sequence,
        zone=review.contract.time_zone,
        starts_at=starts_at,
        minutes=minutes,
        summary=title,
        description="\n".join(filter(None, lines)),
        place=review.place,
        page=page,
        stamp=stamp,
    )
