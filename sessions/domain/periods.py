"""Open and closed months, and the number of the close that will first know a row (DOMAIN.md §6)."""

from datetime import date

from django.db.models import Max

from core.locks import share_close_lock
from sessions.models import BillingPeriod


def closed_months() -> set[date]:
    """The first days of all closed months."""
    return set(BillingPeriod.objects.values_list("month", flat=True))


def next_close_number() -> int:
    """The number of the close that will first know what is written now.

    Takes the lock that orders writers against the close, which a transaction holds until it ends: what close n knew
    is exactly the rows up to n.
    """
    share_close_lock()
    latest = BillingPeriod.objects.aggregate(latest=Max("close_number"))["latest"]
    return (latest or 0) + 1
