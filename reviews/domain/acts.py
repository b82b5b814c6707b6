"""Who may do what to a review, and when: one table for pages, mail, API and rules alike (DOMAIN.md §8, §12)."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import local_day
from core.refusals import NotAllowed, Refusal
from customers.domain.queries import served_scope
from customers.domain.roles import delivers, is_admin_of, memberships_of, roles_of
from customers.models import Role, User
from packages.models import Contract
from reviews.domain.refusals import OutsideWindow
from reviews.domain.standings import Standing, standing_of
from reviews.models import Review, ReviewAttendee
from sessions.domain.acts import whom_to_call
from sessions.domain.refusals import InTheFuture, TooLate, WrongState

Status = Review.Status


class Act(StrEnum):
    """What can be done to a review."""

    PLAN = "plan"
    MOVE = "move"
    CANCEL = "cancel"
    PREPARE = "prepare"
    AGREE = "agree"
    HOLD = "hold"
    NOT_HELD = "not_held"
    CORRECT = "correct"
    NAME_SIDE = "name_side"
    NOTE = "note"


class Part(StrEnum):
    """What somebody is to a review."""

    ADMIN = "admin"
    RUNS = "runs"
    ATTENDS = "attends"


WHO: dict[Act, frozenset[Part]] = {
    Act.PLAN: frozenset({Part.ADMIN, Part.RUNS}),
    Act.MOVE: frozenset({Part.ADMIN, Part.RUNS}),
    Act.CANCEL: frozenset({Part.ADMIN, Part.RUNS}),
    Act.PREPARE: frozenset({Part.ADMIN, Part.RUNS, Part.ATTENDS}),
    Act.AGREE: frozenset({Part.ADMIN, Part.RUNS}),
    Act.HOLD: frozenset({Part.RUNS}),
    Act.NOT_HELD: frozenset({Part.RUNS}),
    Act.CORRECT: frozenset({Part.RUNS}),
    Act.NAME_SIDE: frozenset({Part.RUNS}),
    Act.NOTE: frozenset({Part.RUNS}),
}
STATES: dict[Act, frozenset[str]] = {
    Act.PLAN: frozenset({Status.DUE}),
    Act.MOVE: frozenset({Status.PLANNED}),
    Act.CANCEL: frozenset({Status.PLANNED}),
    Act.PREPARE: frozenset({Status.DUE, Status.PLANNED}),
    Act.AGREE: frozenset(Status.values),
    Act.HOLD: frozenset({Status.PLANNED}),
    Act.NOT_HELD: frozenset({Status.PLANNED}),
    Act.CORRECT: frozenset({Status.HELD}),
    Act.NAME_SIDE: frozenset({Status.DUE}),
    Act.NOTE: frozenset(Status.values),
}
_WHO_DOES: dict[Act, Promise] = {
    Act.PLAN: gettext_lazy("Reviews are planned by a customer admin or by the customer's team."),
    Act.MOVE: gettext_lazy("Reviews are moved by a customer admin or by the customer's team."),
    Act.CANCEL: gettext_lazy("Reviews are cancelled by a customer admin or by the customer's team."),
    Act.PREPARE: gettext_lazy("The agenda is prepared by those who take part."),
    Act.AGREE: gettext_lazy("Action items are kept by a customer admin and by the customer's team."),
    Act.HOLD: gettext_lazy("Reviews are recorded by the customer's team."),
    Act.NOT_HELD: gettext_lazy("Reviews are recorded by the customer's team."),
    Act.CORRECT: gettext_lazy("Reviews are recorded by the customer's team."),
    Act.NAME_SIDE: gettext_lazy("Whose side missed a review is recorded by the customer's team."),
    Act.NOTE: gettext_lazy("Internal notes are for the customer's team."),
}


def acts_open_to(person: User, review: Review, *, now: datetime) -> frozenset[Act]:
    """What `person` may do to `review` now: what pages and mail offer. `review` as `reviews_visible_to` reads it."""
    parts = parts_of(person, review)
    return frozenset(act for act in Act if _why_not(act, review, parts, now) is None)


def why_refused(act: Act, *, review: Review, by: User, now: datetime) -> Refusal | None:
    """Why `by` may not do that to `review`; None if they may."""
    refusal = _why_not(act, review, parts_of(by, review), now)
    if isinstance(refusal, TooLate):
        refusal.facts["call"] = whom_to_call(review.contract, now=now)
    return refusal


def check_act(act: Act, *, review: Review, by: User, now: datetime) -> None:
    """Refuse what `by` may not do to `review` as it stands; the caller holds the contract's lock.

    :raises NotAllowed: if the act is not theirs
    :raises WrongState: if the review's state does not allow it
    :raises OutsideWindow: if the contract has ended, so that it cannot be planned any more
    :raises TooLate: if a customer moves or cancels after the start
    :raises InTheFuture: if it is recorded before its start, or a side is named before it was missed
    """
    refusal = why_refused(act, review=review, by=by, now=now)
    if refusal is not None:
        raise refusal


def parts_of(person: User, review: Review) -> frozenset[Part]:
    """What `person` is to `review`: nothing for finance, who only see that it exists."""
    parts = set()
    contract = review.contract
    if is_admin_of(person, contract.customer_id):
        parts.add(Part.ADMIN)
    if runs_reviews_of(person, contract):
        parts.add(Part.RUNS)
    if contract.customer_id in memberships_of(person) and _attends(person, review):
        parts.add(Part.ATTENDS)
    return frozenset(parts)


def runs_reviews_of(person: User, contract: Contract) -> bool:
    """Whether `person` runs the reviews of a contract: who leads or serves its customer, and operations."""
    if Role.OPERATIONS in roles_of(person):
        return True
    return delivers(person) and Contract.objects.filter(served_scope(person, "customer"), pk=contract.pk).exists()


def _attends(person: User, review: Review) -> bool:
    return ReviewAttendee.objects.filter(review=review, user=person).exists()


def _why_not(act: Act, review: Review, parts: frozenset[Part], now: datetime) -> Refusal | None:
    if not parts & WHO[act]:
        return NotAllowed(_WHO_DOES[act])
    if review.status not in STATES[act]:
        return WrongState(_("This review has changed in the meantime: load the page again."))
    when = _WHEN.get(act)
    return when(review, Part.RUNS in parts, now) if when is not None else None


def _when_planned(review: Review, _by_staff: bool, now: datetime) -> Refusal | None:
    contract = review.contract
    if contract.voided_at is None and local_day(now, contract.time_zone) <= contract.ends_on:
        return None
    return OutsideWindow(_("The contract has ended: this review cannot be made up for any more."))


def _when_changed(review: Review, by_staff: bool, now: datetime) -> Refusal | None:
    if by_staff or review.starts_at is None or now < review.starts_at:
        return None
    return TooLate(_("The review has begun. Call your lead instead."))


def _when_recorded(review: Review, _by_staff: bool, now: datetime) -> Refusal | None:
    if review.starts_at is not None and now >= review.starts_at:
        return None
    return InTheFuture(_("The review has not begun yet: it is recorded afterwards."))


def _when_missed(review: Review, _by_staff: bool, now: datetime) -> Refusal | None:
    if standing_of(review, now=now) is Standing.MISSED:
        return None
    return InTheFuture(_("This review was not missed."))


_WHEN: dict[Act, Callable[[Review, bool, datetime], Refusal | None]] = {
    Act.PLAN: _when_planned,
    Act.MOVE: _when_changed,
    Act.CANCEL: _when_changed,
    Act.HOLD: _when_recorded,
    Act.NOT_HELD: _when_recorded,
    Act.NAME_SIDE: _when_missed,
}
