"""What the pages of one review share."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from core.dates import local_day
from core.refusals import NotAllowed, Refusal
from customers.domain.queries import lead_of
from customers.permissions import PortalRequest
from reviews.domain.acts import Act, why_refused
from reviews.domain.queries import reviews_visible_to
from reviews.domain.standings import last_day_of, standing_of
from reviews.models import Review
from sessions.views.zones import other_zone_of

OK, CONFLICT, UNPROCESSABLE = 200, 409, 422


def review_for(request: PortalRequest, pk: int) -> Review:
    """The review that the address names, as far as the reader sees it; else 404."""
    visible = reviews_visible_to(request.user).prefetch_related("staff__person__staff_profile", "attendees__user")
    review: Review = get_object_or_404(visible, pk=pk)
    return review


def refused_to(request: PortalRequest, act: Act, review: Review, *, now: datetime) -> Refusal | None:
    """Why the person cannot do that to the review now, for the page to say; who never may is sent away."""
    refusal = why_refused(act, review=review, by=request.user, now=now)
    if isinstance(refusal, NotAllowed):
        raise PermissionDenied(str(refusal))
    return refusal


def about(request: PortalRequest, review: Review, *, now: datetime) -> dict[str, Any]:
    """The context of every page of a review."""
    contract = review.contract
    standing = standing_of(review, now=now)
    staff_zone = next((each.person.time_zone for each in review.staff.all()), contract.time_zone)
    return {
        "review": review,
        "contract": contract,
        "customer": contract.customer,
        "standing": standing,
        "standing_label": standing.label,
        "last_day": last_day_of(review),
        "today": local_day(now, contract.time_zone),
        "zone": request.user.time_zone,
        "other_zone": other_zone_of(request.user, customer_zone=contract.time_zone, staff_zone=staff_zone),
        "lead": lead_of(contract.customer),
        "now": now,
    }
