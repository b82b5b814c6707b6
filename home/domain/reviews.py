"""The project health checks that somebody has to do with now, for their first screen."""

from datetime import datetime

from django.db.models import F

from customers.models import Customer, User
from reviews.domain.overview import Stand, stands_of
from reviews.domain.queries import reviews_to_do, reviews_visible_to

REVIEWS_SHOWN = 6


def reviews_waiting(user: User, *, now: datetime, customer: Customer | None = None) -> list[Stand]:
    """Reviews planned, owed with nothing planned, or missed and to be made up for: planned ones first, by their start.

    Of one customer or of all. Two queries.
    """
    reviews = reviews_to_do(reviews_visible_to(user), now=now).prefetch_related("staff__person")
    if customer is not None:
        reviews = reviews.filter(contract__customer=customer)
    in_order = reviews.order_by(F("starts_at").asc(nulls_last=True), "window_ends_on", "pk")
    return stands_of(in_order[:REVIEWS_SHOWN], now=now)
