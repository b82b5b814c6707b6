"""Which project health checks a term yields (DOMAIN.md §8, first rule): their windows, counted before signing too."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from core.dates import add_months
from packages.models import PackageVersion

MONTHS_BETWEEN: dict[str, int] = {
    PackageVersion.Cadence.QUARTERLY: 3,
    PackageVersion.Cadence.MONTHLY: 1,
}


@dataclass(frozen=True, slots=True)
class ReviewWindow:
    """The days in which the review `number` (from 1) is planned: dates in the contract's zone, both inclusive."""

    number: int
    first: date
    last: date


def whole_windows(version: PackageVersion, *, starts_on: date) -> list[ReviewWindow]:
    """Every window that the package foresees, as long as it is before a term cuts or drops it.

    Months are added to the first day, never chained, and clipped at the month's end: 31 January, 28 February, 31 March.
    """
    step = MONTHS_BETWEEN.get(version.review_cadence)
    if step is None:
        return []
    begins = [add_months(starts_on, number * step) for number in range(version.review_count + 1)]
    return [
        ReviewWindow(number, first, following - timedelta(days=1))
        for number, (first, following) in enumerate(pairwise(begins), start=1)
    ]


def review_windows(version: PackageVersion, *, starts_on: date, ends_on: date) -> list[ReviewWindow]:
    """The windows of a term, dates inclusive: those that start within it, the last one cut at its end."""
    return [
        ReviewWindow(window.number, window.first, min(window.last, ends_on))
        for window in whole_windows(version, starts_on=starts_on)
        if window.first <= ends_on
    ]


def reviews_promised(version: PackageVersion, *, starts_on: date, ends_on: date) -> int:
    """How many reviews a term yields: a short one fewer than the package's count, a long one no more."""
    return len(review_windows(version, starts_on=starts_on, ends_on=ends_on))
