"""Telling everybody what became of a review, with a calendar entry each time (DOMAIN.md §7, §8).

Called inside the transaction of the change; `review.sequence` has grown already, so that each version of the calendar
entry has mail of its own.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from customers.models import User
from notifications.domain.outbox import Address, Owed, owe_all
from reviews.models import Review, ReviewAttendee

PLANNED = "review_planned"
MOVED = "review_moved"
RELEASED = "review_released"
CANCELLED = "review_cancelled"


def announce_plan(review: Review, *, now: datetime) -> None:
    """Owe attendees and staff the invitation to a review that was just planned."""
    _announce(PLANNED, review, everybody(review), now, starts_at=_start(review))


def announce_move(review: Review, *, before: Mapping[str, Any], now: datetime) -> None:
    """Owe attendees and staff the new time of a review, beside where it stood `before` (start, minutes, staff)."""
    _announce(MOVED, review, everybody(review), now, starts_at=_start(review), before=dict(before))


def announce_release(review: Review, *, of: Iterable[User], before: Mapping[str, Any], now: datetime) -> None:
    """Owe those of the staff who take part no more what takes the review out of their calendars."""
    _announce(RELEASED, review, of, now, before=dict(before))


def announce_leaving(review: Review, person: User, *, by: User, now: datetime) -> None:
    """Owe somebody of the customer's side, whom `by` took off, what takes the review out of their calendar."""
    before = {"starts_at": _start(review), "minutes": review.duration_minutes}
    _announce(RELEASED, review, [person], now, before=before, by=by.pk)


def announce_invited(review: Review, people: Iterable[User | Address], *, now: datetime) -> None:
    """Owe those who come now to a review that was planned before its invitation."""
    _announce(PLANNED, review, people, now, starts_at=_start(review))


def announce_cancellation(
    review: Review, *, to: Iterable[User | Address], before: Mapping[str, Any], now: datetime
) -> None:
    """Owe who took part the news that a review was called off."""
    _announce(CANCELLED, review, to, now, before=dict(before))


def everybody(review: Review) -> list[User | Address]:
    """Who takes part now: the customer's side, then the provider's people."""
    attendees = review.attendees.select_related("user")
    staff = review.staff.select_related("person")
    return [*(_reader(each, review) for each in attendees), *(each.person for each in staff)]


def _reader(attendee: ReviewAttendee, review: Review) -> User | Address:
    """Members as themselves; guests in the customer's language and the contract's zone."""
    if attendee.user is not None:
        return attendee.user
    contract = review.contract
    return Address(
        name=attendee.name, email=attendee.email, language=contract.customer.language, time_zone=contract.time_zone
    )


def _start(review: Review) -> str:
    assert review.starts_at is not None
    return review.starts_at.isoformat()


def _announce(kind: str, review: Review, people: Iterable[User | Address], now: datetime, **facts: Any) -> None:
    owe_all(
        [
            Owed(
                kind=kind,
                key=f"{kind}:{review.pk}:{review.sequence}",
                to=person,
                facts={"sequence": review.sequence, **facts},
                due_at=now,
                subject_id=review.pk,
            )
            for person in people
        ],
        now=now,
    )
