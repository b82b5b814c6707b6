"""Planning, moving and cancelling a review: in the same diary as sessions, everybody or nobody (DOMAIN.md §7, §8)."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import faults
from core.database_errors import EXCLUSION_VIOLATION, sqlstate
from core.dates import after_minutes, local_day
from core.formatting import format_day
from core.refusals import InvalidInput, Refusal
from customers.domain.names import refer_to
from customers.domain.queries import members_of, primary_contact_of
from customers.domain.roles import is_admin_of
from customers.models import User
from packages.session_types import LENGTHS_IN_MINUTES
from reviews.domain import invitations
from reviews.domain.acts import Act, check_act, runs_reviews_of
from reviews.domain.common_times import dedicated_role_holders, nearest_common
from reviews.domain.places import give_places_up, locked_review, own_places, take_places
from reviews.domain.records import MOST_CHARACTERS, write_point
from reviews.domain.refusals import OutsideWindow
from reviews.domain.standings import days_open
from reviews.domain.states import NO_MEETING, move
from reviews.models import Review, ReviewAttendee, ReviewEvent
from sessions.domain import availability
from sessions.domain.attendees import Guest, checked_guests
from sessions.domain.cover import may_deliver
from sessions.domain.refusals import OutsideAvailability, SlotTaken

MOST_STAFF = 4
Kind = ReviewEvent.Kind


@transaction.atomic
def plan_review(
    *,
    review: Review,
    starts_at: datetime,
    duration_minutes: int,
    staff: Sequence[User],
    by: User,
    now: datetime,
    subject: str = Review.Subject.PROGRESS,
    attendees: Sequence[Guest] = (),
    agenda: str = "",
) -> Review:
    """Plan a review in its window, or make up for a missed one until the contract's end. It draws no minutes.

    :param staff: a CSM, and whoever else is wanted; all of them must be free, or nobody is booked
    :param attendees: of the customer's side; without any the primary contact, and the admin who plans
    :param agenda: a first point, if one wants
    :raises NotAllowed: if `by` may not plan reviews of this contract
    :raises WrongState: if it is planned or held already
    :raises OutsideWindow: if the day is none on which it may take place, by the contract's calendar
    :raises InvalidInput: with the field at fault
    :raises TooSoon, OutsideAvailability, SlotTaken: if the time cannot be had, with the nearest that all have
    """
    guests = checked_guests(attendees) if attendees else _usual_attendees(review, by)
    review = locked_review(review, diaries=staff)
    check_act(Act.PLAN, review=review, by=by, now=now)
    people = _check_meeting(review, starts_at, duration_minutes, staff, by, now)
    if subject not in Review.Subject.values:
        raise InvalidInput(_("Choose what the review is about."), field="subject")
    if len(agenda.strip()) > MOST_CHARACTERS:
        raise InvalidInput(_("At most %(most)s characters.") % {"most": MOST_CHARACTERS}, field="agenda")
    faults.reach("after_check")
    meeting = _meeting(starts_at, duration_minutes, people)
    move(
        review,
        Kind.PLANNED,
        by=by,
        now=now,
        changes={**meeting, "subject": subject, "sequence": review.sequence + 1},
        details=_told(meeting, people),
    )
    with _told_as_taken(review, people, now):
        take_places(review, people)
    _write_attendees(review, guests)
    if agenda.strip():
        write_point(review, agenda, by=by, now=now)
    invitations.announce_plan(review, now=now)
    return review


@transaction.atomic
def move_review(
    *,
    review: Review,
    starts_at: datetime,
    duration_minutes: int,
    staff: Sequence[User],
    by: User,
    now: datetime,
    reason: str = "",
) -> Review:
    """Move a planned review to another start, length (minutes) or people: the same review, all or nothing.

    :raises NotAllowed, WrongState, OutsideWindow, InvalidInput, TooSoon, OutsideAvailability, SlotTaken: as
        `plan_review`; InvalidInput also if nothing would change
    :raises TooLate: if a customer moves it after its start
    """
    review = locked_review(review, diaries=staff)
    check_act(Act.MOVE, review=review, by=by, now=now)
    before = {each.person_id: each.person for each in review.staff.select_related("person")}
    if (starts_at, duration_minutes, {person.pk for person in staff}) == (
        review.starts_at,
        review.duration_minutes,
        set(before),
    ):
        raise InvalidInput(_("The review stands there already: choose another time or person."), field="starts_at")
    people = _check_meeting(review, starts_at, duration_minutes, staff, by, now)
    was = _told(_meeting_of(review), list(before.values()))
    meeting = _meeting(starts_at, duration_minutes, people)
    give_places_up(review)
    move(
        review,
        Kind.MOVED,
        by=by,
        now=now,
        changes={**meeting, "sequence": review.sequence + 1},
        reason=reason,
        details={**_told(meeting, people), "from": was},
    )
    with _told_as_taken(review, people, now):
        take_places(review, people)
    named = _named(was, before.values())
    invitations.announce_move(review, before=named, now=now)
    released = [person for pk, person in before.items() if pk not in {each.pk for each in people}]
    invitations.announce_release(review, of=released, before=named, now=now)
    return review


@transaction.atomic
def cancel_review(*, review: Review, by: User, now: datetime, reason: str = "") -> Review:
    """Call a planned review off: its window is due again, or missed once it is over.

    :raises NotAllowed: if `by` may not plan reviews of this contract
    :raises WrongState: if the review is not planned any more
    :raises TooLate: if a customer cancels after the start
    """
    review = locked_review(review)
    check_act(Act.CANCEL, review=review, by=by, now=now)
    people = [each.person for each in review.staff.select_related("person")]
    was = _told(_meeting_of(review), people)
    told = invitations.everybody(review)
    give_places_up(review)
    move(
        review,
        Kind.CANCELLED,
        by=by,
        now=now,
        changes={**NO_MEETING, "sequence": review.sequence + 1},
        reason=reason,
        details=was,
    )
    invitations.announce_cancellation(review, to=told, before=_named(was, people), now=now)
    return review


def _check_meeting(
    review: Review, starts_at: datetime, duration_minutes: int, staff: Sequence[User], by: User, now: datetime
) -> list[User]:
    """Who comes, each once, if the meeting can be had."""
    contract, people = review.contract, list(dict.fromkeys(staff))
    if duration_minutes not in LENGTHS_IN_MINUTES:
        raise InvalidInput(_("A review lasts 15, 30, 45 or 60 minutes."), field="duration_minutes")
    if len(people) > MOST_STAFF:
        raise InvalidInput(_("At most %(most)s people of Oura take part.") % {"most": MOST_STAFF}, field="staff")
    if not all(may_deliver(person, contract, at=starts_at) for person in people):
        raise InvalidInput(_("That person does not deliver for this contract."), field="staff")
    if not dedicated_role_holders(people, contract):
        raise InvalidInput(_("A customer success manager takes part in each review."), field="staff")
    _check_window(review, starts_at, now)
    own = own_places(review)
    try:
        for person in people:
            availability.check_slot(
                staff=person,
                starts_at=starts_at,
                duration_minutes=duration_minutes,
                bound_by_hours=not runs_reviews_of(by, contract),
                now=now,
                contract=contract,
                leaving_out=own,
            )
    except (SlotTaken, OutsideAvailability) as refusal:
        raise _with_common_times(refusal, review, people, starts_at, duration_minutes, now) from refusal
    return people


def _check_window(review: Review, starts_at: datetime, now: datetime) -> None:
    span = days_open(review, now=now)
    if span.holds(local_day(starts_at, review.contract.time_zone)):
        return
    language = get_language() or "en"
    raise OutsideWindow(
        _("This review takes place from %(first)s to %(last)s (%(zone)s).")
        % {
            "first": format_day(span.first, language),
            "last": format_day(span.last, language),
            "zone": review.contract.time_zone,
        }
    )


def _with_common_times(
    refusal: Refusal, review: Review, people: Sequence[User], starts_at: datetime, minutes: int, now: datetime
) -> Refusal:
    """The refusal with the nearest times that everybody has, in the place of those of one person."""
    nearest = nearest_common(review, people, around=starts_at, duration_minutes=minutes, now=now)
    refusal.facts["nearest"] = [
        {
            "starts_at": slot.starts_at.isoformat(),
            "ends_at": slot.ends_at.isoformat(),
            "staff": [person.email for person in slot.people],
        }
        for slot in nearest
    ]
    return refusal


def _usual_attendees(review: Review, by: User) -> list[Guest]:
    """The customer's primary contact, and the admin who plans."""
    customer = review.contract.customer
    contact = primary_contact_of(customer)
    people = [contact, by if is_admin_of(by, customer.pk) else None]
    return checked_guests([Guest(person.name, person.email) for person in people if person is not None])


def _meeting(starts_at: datetime, duration_minutes: int, people: Sequence[User]) -> dict[str, Any]:
    starts_at = starts_at.astimezone(UTC)
    return {
        "starts_at": starts_at,
        "ends_at": after_minutes(starts_at, duration_minutes),
        "duration_minutes": duration_minutes,
        "place": people[0].staff_profile.video_link,
    }


def _meeting_of(review: Review) -> dict[str, Any]:
    return {"starts_at": review.starts_at, "duration_minutes": review.duration_minutes}


def _told(meeting: dict[str, Any], people: Sequence[User]) -> dict[str, Any]:
    """A meeting as events keep it."""
    return {
        "starts_at": meeting["starts_at"].isoformat(),
        "minutes": meeting["duration_minutes"],
        "staff": [refer_to(person) for person in people],
    }


def _named(told: dict[str, Any], people: Iterable[User]) -> dict[str, Any]:
    """The same for mail, which says who they are."""
    return {**told, "staff": [person.name for person in people]}


@contextmanager
def _told_as_taken(review: Review, people: Sequence[User], now: datetime) -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if sqlstate(error) != EXCLUSION_VIOLATION:
            raise
        assert review.starts_at is not None
        assert review.duration_minutes is not None
        taken = SlotTaken(_("This time has just been taken."))
        raise _with_common_times(taken, review, people, review.starts_at, review.duration_minutes, now) from error


def _write_attendees(review: Review, guests: Sequence[Guest]) -> None:
    """The people of the customer's side anew; who came to an earlier attempt is not kept."""
    review.attendees.all().delete()
    members = {member.email.lower(): member for member in members_of(review.contract.customer)}
    ReviewAttendee.objects.bulk_create(
        ReviewAttendee(review=review, name=guest.name, email=guest.email, user=members.get(guest.email))
        for guest in guests
    )
