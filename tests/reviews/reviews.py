"""Premium contracts with reviews, made through the domain's own functions.

contract = with_reviews()                       # of Acme, monthly from 2 March 2026, with Giulia and Tomas
review = planned(contract, 1, "2026-03-10 10:00")
held(review)
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from customers.models import User
from packages.models import Contract
from reviews.domain.planning import plan_review
from reviews.domain.queries import reviews_promised_now
from reviews.domain.recording import hold_review
from reviews.models import Review
from tests.factories import NOW, admin_of, at, giulia, premium, tomas


def with_reviews(**terms: Any) -> Contract:
    """A Premium contract from the present Monday on, a year long; Giulia is its CSM, Tomas an engineer."""
    return premium(**{"starts_on": date(2026, 3, 2), "ends_on": date(2027, 3, 1), "others": [tomas()], **terms})


def review_of(contract: Contract, number: int) -> Review:
    """The review of that number as it is now."""
    return reviews_promised_now().get(contract=contract, number=number)


def planned(
    contract: Contract,
    number: int,
    wall: str | datetime,
    *,
    staff: Sequence[User] = (),
    minutes: int = 60,
    by: User | None = None,
    now: datetime | None = None,
    **details: Any,
) -> Review:
    """A review that the customer's admin planned some days ahead with Giulia; `details` go to `plan_review`."""
    starts_at = at(wall, contract.time_zone) if isinstance(wall, str) else wall
    plan_review(
        review=review_of(contract, number),
        starts_at=starts_at,
        duration_minutes=minutes,
        staff=list(staff) or [giulia()],
        by=by or admin_of(contract),
        now=now or max(NOW, starts_at - timedelta(days=6)),
        **details,
    )
    return review_of(contract, number)


def held(review: Review, *, project_status: str = "on_track", notes: str = "All well.") -> Review:
    """The same review, held and recorded by Giulia right after it."""
    assert review.ends_at is not None
    hold_review(review=review, project_status=project_status, notes=notes, by=giulia(), now=review.ends_at)
    return review_of(review.contract, review.number)
