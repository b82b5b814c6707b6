"""What became of a review: held with a project status and notes, not held, missed by a side (DOMAIN.md §8)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.refusals import InvalidInput
from customers.models import User
from reviews.domain.acts import Act, check_act
from reviews.domain.places import give_places_up, locked_review
from reviews.domain.states import NO_MEETING, move
from reviews.models import Review, ReviewEvent, Side

LONGEST_NOTES = 10_000
Kind = ReviewEvent.Kind


@transaction.atomic
def hold_review(*, review: Review, project_status: str, notes: str, by: User, now: datetime) -> Review:
    """Record that a planned review took place, from its start on. It draws no minutes.

    :raises NotAllowed: if `by` is not of the customer's team
    :raises WrongState: if the review is not planned any more
    :raises InTheFuture: before its start
    :raises InvalidInput: naming `project_status` or `notes`
    """
    review = locked_review(review)
    check_act(Act.HOLD, review=review, by=by, now=now)
    record = _checked(project_status, notes)
    move(review, Kind.HELD, by=by, now=now, changes=record, details={"project_status": project_status})
    return review


@transaction.atomic
def correct_review(*, review: Review, project_status: str, notes: str, by: User, now: datetime) -> Review:
    """Correct the project status or the notes of a review that was held; that it was corrected stays visible.

    :raises NotAllowed: if `by` is not of the customer's team
    :raises WrongState: if the review was not held
    :raises InvalidInput: naming `project_status` or `notes`
    """
    review = locked_review(review)
    check_act(Act.CORRECT, review=review, by=by, now=now)
    record = _checked(project_status, notes)
    if all(getattr(review, name) == value for name, value in record.items()):
        return review
    details = {"project_status": project_status, "from": review.project_status}
    move(review, Kind.CORRECTED, by=by, now=now, changes=record, details=details)
    return review


@transaction.atomic
def mark_not_held(*, review: Review, side: str, reason: str, by: User, now: datetime) -> Review:
    """Keep that a planned review did not take place and whose side missed it: it is due again, or missed.

    :raises NotAllowed: if `by` is not of the customer's team
    :raises WrongState: if the review is not planned any more
    :raises InTheFuture: before its start
    :raises InvalidInput: naming `side`
    """
    review = locked_review(review)
    check_act(Act.NOT_HELD, review=review, by=by, now=now)
    assert review.starts_at is not None
    details = {"side": _checked_side(side), "starts_at": review.starts_at.isoformat()}
    give_places_up(review)
    changes = {**NO_MEETING, "missed_by": side, "sequence": review.sequence + 1}
    move(review, Kind.NOT_HELD, by=by, now=now, changes=changes, reason=reason, details=details)
    return review


@transaction.atomic
def name_side(*, review: Review, side: str, reason: str, by: User, now: datetime) -> Review:
    """Keep whose side missed a review whose window is over.

    :raises NotAllowed: if `by` is not of the customer's team
    :raises WrongState: if it is planned or held by now
    :raises InTheFuture: if the window is not over
    :raises InvalidInput: naming `side`
    """
    review = locked_review(review)
    check_act(Act.NAME_SIDE, review=review, by=by, now=now)
    details = {"side": _checked_side(side)}
    move(review, Kind.SIDE, by=by, now=now, changes={"missed_by": side}, reason=reason, details=details)
    return review


def _checked(project_status: str, notes: str) -> dict[str, str]:
    if project_status not in Review.ProjectStatus.values:
        raise InvalidInput(_("Say how the project stands."), field="project_status")
    if len(notes.strip()) > LONGEST_NOTES:
        raise InvalidInput(_("At most %(most)s characters.") % {"most": LONGEST_NOTES}, field="notes")
    return {"project_status": project_status, "notes": notes.strip()}


def _checked_side(side: str) -> str:
    if side not in Side.values:
        raise InvalidInput(_("Say whose side missed it."), field="side")
    return side
