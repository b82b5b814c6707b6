"""Which state of a review may follow which, and the one function that moves it (DOMAIN.md §8)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from customers.models import User
from reviews.models import Review, ReviewEvent
from sessions.domain.refusals import WrongState

Status = Review.Status
Kind = ReviewEvent.Kind

# event: (from, to)
TRANSITIONS: dict[str, tuple[str, str]] = {
    Kind.PLANNED: (Status.DUE, Status.PLANNED),
    Kind.MOVED: (Status.PLANNED, Status.PLANNED),
    Kind.CANCELLED: (Status.PLANNED, Status.DUE),
    Kind.HELD: (Status.PLANNED, Status.HELD),
    Kind.NOT_HELD: (Status.PLANNED, Status.DUE),
    Kind.CORRECTED: (Status.HELD, Status.HELD),
    Kind.SIDE: (Status.DUE, Status.DUE),
}
NO_MEETING: dict[str, Any] = {"starts_at": None, "ends_at": None, "duration_minutes": None, "place": ""}


def move(
    review: Review,
    kind: str,
    *,
    by: User,
    now: datetime,
    changes: Mapping[str, Any],
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> ReviewEvent:
    """Bring `review` to the state that follows `kind` with `changes`, guarded by the old one, and keep the event.

    :raises WrongState: if the review is no longer in the state that `kind` starts from
    """
    before, after = TRANSITIONS[kind]
    changed = {**changes, "status": after}
    if not Review.objects.filter(pk=review.pk, status=before).update(**changed):
        raise WrongState(_("This review has changed in the meantime: load the page again."))
    for name, value in changed.items():
        setattr(review, name, value)
    return ReviewEvent.objects.create(
        review=review, kind=kind, at=now, by=by, reason=reason.strip(), details=dict(details or {})
    )
