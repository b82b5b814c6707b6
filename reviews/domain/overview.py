"""The whole row of a contract's reviews, and how many of them were held (DOMAIN.md §8)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from customers.models import User
from packages.models import Contract
from reviews.domain.queries import reviews_visible_to
from reviews.domain.standings import Standing, last_day_of, standing_of
from reviews.models import Review


@dataclass(frozen=True, slots=True)
class Stand:
    """A review and where it stands; `last` is the last day of its window, cut at the contract's end."""

    review: Review
    standing: Standing
    last: date


@dataclass(frozen=True, slots=True)
class Row:
    """All reviews of one contract in the order of their windows."""

    stands: list[Stand]

    @property
    def total(self) -> int:
        return len(self.stands)

    @property
    def counts(self) -> Counter[Standing]:
        """How many reviews stand where."""
        return Counter(each.standing for each in self.stands)

    @property
    def held(self) -> int:
        """How many took place, those that were made up for among them."""
        return self.counts[Standing.HELD] + self.counts[Standing.MADE_UP]


def stands_of(reviews: Iterable[Review], *, now: datetime) -> list[Stand]:
    """Where each of `reviews` stands; their contracts must be loaded."""
    return [Stand(review, standing_of(review, now=now), last_day_of(review)) for review in reviews]


def row_of(contract: Contract, *, user: User, now: datetime) -> Row:
    """The reviews of `contract` that `user` sees, with who takes part."""
    reviews = reviews_visible_to(user).filter(contract=contract).prefetch_related("staff__person")
    return Row(stands_of(reviews.order_by("number"), now=now))
