"""How many project health checks a term yields (DOMAIN.md §8, first rule): shown to operations before signing."""

from datetime import date

from core.dates import add_months
from packages.models import PackageVersion

MONTHS_BETWEEN: dict[str, int] = {
    PackageVersion.Cadence.QUARTERLY: 3,
    PackageVersion.Cadence.MONTHLY: 1,
}


def reviews_promised(version: PackageVersion, *, starts_on: date, ends_on: date) -> int:
    """At most the package's count, and only windows that start within the term.

    Months are added to the first day, never chained. A short term yields fewer, a long one no more.
    """
    step = MONTHS_BETWEEN.get(version.review_cadence)
    if step is None:
        return 0
    return sum(add_months(starts_on, window * step) <= ends_on for window in range(version.review_count))
