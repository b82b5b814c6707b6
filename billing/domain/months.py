"""The billing periods as finance lists them: months with delivered time, closed months, and the one that runs (§6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models.functions import TruncMonth

from core.dates import local_day, month_of
from customers.models import User
from sessions.domain.queries import time_entries_visible_to
from sessions.models import BillingPeriod


@dataclass(frozen=True, slots=True)
class BillingMonth:
    """A calendar month by its first day; `closed` is None while it is open."""

    month: date
    closed: BillingPeriod | None

    @property
    def status(self) -> str:
        """`open`, or `closed` for ever."""
        return "open" if self.closed is None else "closed"


def billing_months(*, user: User, now: datetime) -> list[BillingMonth]:
    """The newest first, in two queries. The running month is that of the zone of `user`."""
    closed = {period.month: period for period in BillingPeriod.objects.select_related("closed_by")}
    entries = time_entries_visible_to(user).select_related(None).order_by()
    delivered = entries.annotate(month=TruncMonth("service_date")).values_list("month", flat=True).distinct()
    months = {month_of(local_day(now, user.time_zone)), *closed, *(month for month in delivered if month)}
    first_close = closed[min(closed)] if closed else None
    return [BillingMonth(month, _closed(month, closed, first_close)) for month in sorted(months, reverse=True)]


def billing_month(month: date) -> BillingMonth:
    """The month in which `month` lies."""
    first = month_of(month)
    periods = BillingPeriod.objects.select_related("closed_by").filter(month__gte=first).order_by("month")
    return BillingMonth(first, periods.first())


def _closed(
    month: date, closed: Mapping[date, BillingPeriod], first_close: BillingPeriod | None
) -> BillingPeriod | None:
    """The period of `month`; what lies before the first close was closed with it."""
    return closed.get(month, first_close if first_close is not None and month < first_close.month else None)
