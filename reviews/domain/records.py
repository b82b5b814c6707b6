"""What both sides prepare and agree: agenda, action items; and the internal notes of one side (DOMAIN.md §8)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.dates import in_calendar
from core.refusals import InvalidInput
from customers.domain.queries import members_of
from customers.domain.roles import is_staff
from customers.models import User
from reviews.domain.acts import Act, check_act
from reviews.domain.places import locked_review
from reviews.models import ActionItem, AgendaPoint, InternalNote, Review, Side
from sessions.domain.cover import bookable_people

MOST_CHARACTERS = 500
MOST_POINTS = 50
MOST_ITEMS = 50
LONGEST_NOTE = 5000


def side_of(person: User) -> Side:
    """On which side of a contract `person` stands."""
    return Side.OURA if is_staff(person) else Side.CUSTOMER


@transaction.atomic
def add_point(*, review: Review, text: str, by: User, now: datetime) -> AgendaPoint:
    """Put a point on the agenda of a review that is still to come.

    :raises NotAllowed: if `by` does not take part
    :raises WrongState: if the review was held
    :raises InvalidInput: naming `text`, if it is empty, too long or one too many
    """
    review = locked_review(review)
    check_act(Act.PREPARE, review=review, by=by, now=now)
    if review.agenda.count() >= MOST_POINTS:
        raise InvalidInput(_("The agenda is full: remove a point first."), field="text")
    return write_point(review, text, by=by, now=now)


def write_point(review: Review, text: str, *, by: User, now: datetime) -> AgendaPoint:
    """Write a point; the caller has checked who writes it.

    :raises InvalidInput: naming `text`, if it is empty or too long
    """
    return AgendaPoint.objects.create(
        review=review, side=side_of(by), text=_short(text, field="text"), added_by=by, added_at=now
    )


@transaction.atomic
def remove_point(*, point: AgendaPoint, by: User, now: datetime) -> None:
    """Take a point off the agenda; each side takes off its own.

    :raises NotAllowed: if `by` does not take part
    :raises WrongState: if the review was held
    :raises InvalidInput: naming `text`, if the other side put it there
    """
    review = locked_review(point.review)
    check_act(Act.PREPARE, review=review, by=by, now=now)
    if point.side != side_of(by):
        raise InvalidInput(_("The other side put this point on the agenda."), field="text")
    point.delete()


@dataclass(frozen=True, slots=True)
class Promise:
    """An action item as typed: what, by whom, by when (a date)."""

    text: str
    owner: User
    due_on: date


@transaction.atomic
def add_action_item(*, review: Review, promise: Promise, by: User, now: datetime) -> ActionItem:
    """Keep what somebody on either side promised.

    :raises NotAllowed: if `by` is neither a customer admin nor of the customer's team
    :raises InvalidInput: naming `text`, `owner` or `due_on`
    """
    review = locked_review(review)
    check_act(Act.AGREE, review=review, by=by, now=now)
    if promise.owner not in owners_of(review, now=now):
        raise InvalidInput(_("Choose somebody who works on this project."), field="owner")
    if not in_calendar(promise.due_on):
        raise InvalidInput(_("Choose a date between 1990 and 2199."), field="due_on")
    if review.action_items.count() >= MOST_ITEMS:
        raise InvalidInput(_("A review has at most %(most)s action items.") % {"most": MOST_ITEMS}, field="text")
    return ActionItem.objects.create(
        review=review,
        text=_short(promise.text, field="text"),
        side=side_of(promise.owner),
        owner=promise.owner,
        due_on=promise.due_on,
        added_by=by,
        added_at=now,
    )


@transaction.atomic
def finish_item(*, item: ActionItem, by: User, now: datetime) -> None:
    """Tick an action item off; a second tick changes nothing.

    :raises NotAllowed: if `by` is neither a customer admin nor of the customer's team
    """
    review = locked_review(item.review)
    check_act(Act.AGREE, review=review, by=by, now=now)
    ActionItem.objects.filter(pk=item.pk, done_at__isnull=True).update(done_at=now, done_by=by)


@transaction.atomic
def reopen_item(*, item: ActionItem, by: User, now: datetime) -> None:
    """Take the tick of an action item away.

    :raises NotAllowed: if `by` is neither a customer admin nor of the customer's team
    """
    review = locked_review(item.review)
    check_act(Act.AGREE, review=review, by=by, now=now)
    ActionItem.objects.filter(pk=item.pk).update(done_at=None, done_by=None)


def items_of(review: Review) -> QuerySet[ActionItem]:
    """The action items of `review`, with those of earlier reviews of its contract that are carried into it.

    Carried is what was open when the review came: not done yet, or done only since the review before.
    """
    since = (
        Review.objects.filter(contract=review.contract_id, number__lt=review.number, status=Review.Status.HELD)
        .order_by("-number")
        .values_list("ends_at", flat=True)
        .first()
    )
    open_then = Q(done_at__isnull=True)
    if since is not None:
        open_then |= Q(done_at__gt=since)
    earlier = Q(review__contract=review.contract_id, review__number__lt=review.number) & open_then
    return ActionItem.objects.filter(Q(review=review) | earlier).select_related("owner", "review", "done_by")


def owners_of(review: Review, *, now: datetime) -> list[User]:
    """Who may own an action item: the people who deliver for the contract, and the customer's members."""
    members = members_of(review.contract.customer).order_by("name", "pk")
    return list(dict.fromkeys([*bookable_people(review.contract, now=now), *members]))


@transaction.atomic
def add_internal_note(*, review: Review, text: str, by: User, now: datetime) -> InternalNote:
    """Write something down that no customer ever reads.

    :raises NotAllowed: if `by` is not of the customer's team
    :raises InvalidInput: naming `text`, if it is empty or too long
    """
    review = locked_review(review)
    check_act(Act.NOTE, review=review, by=by, now=now)
    written = text.strip()
    if not written or len(written) > LONGEST_NOTE:
        raise InvalidInput(_("Write between 1 and %(most)s characters.") % {"most": LONGEST_NOTE}, field="text")
    return InternalNote.objects.create(review=review, text=written, written_by=by, written_at=now)


def _short(text: str, *, field: str) -> str:
    written = " ".join(text.split())
    if not written or len(written) > MOST_CHARACTERS:
        raise InvalidInput(_("Write between 1 and %(most)s characters.") % {"most": MOST_CHARACTERS}, field=field)
    return written
