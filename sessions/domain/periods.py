"""Open and closed months, and the number of the close that will first know a row (DOMAIN.md §6)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Max, Min

from core.dates import add_months, month_of
from core.locks import share_close_lock
from customers.models import User
from packages.models import Contract
from sessions.models import BillingPeriod


def closed_through() -> date | None:
    """The first day of the latest closed month: it and every earlier one are closed. None before the first close."""
    return closed_so_far()[0]


def closed_so_far() -> tuple[date | None, int]:
    """What `closed_through` and `latest_close_number` give, in one query."""
    latest = BillingPeriod.objects.aggregate(month=Max("month"), number=Max("close_number"))
    return latest["month"], latest["number"] or 0


def is_closed(day: date, through: date | None) -> bool:
    """Whether the month of `day` is closed, where `closed_through` gave `through`."""
    return through is not None and month_of(day) <= through


def next_close_number() -> int:
    """The number of the close that will first know what is written now.

    Takes the lock that orders writers against the close, which a transaction holds until it ends: what close n knew
    is exactly the rows up to n.
    """
    share_close_lock()
    return latest_close_number() + 1


def latest_close_number() -> int:
    """The number of the last close, 0 before the first. Whoever writes by it holds the close lock, in either mode."""
    return closed_so_far()[1]


def open_months_up_to(month: date, *, through: date | None) -> list[date]:
    """The open months up to `month` in their order: from the one after `closed_through`, or the oldest contract's."""
    if through is not None:
        first = add_months(through, 1)
    else:
        starts: date | None = Contract.objects.aggregate(first=Min("starts_on"))["first"]
        first = min(month_of(starts), month) if starts is not None else month
    count = (month.year - first.year) * 12 + month.month - first.month + 1
    return [add_months(first, number) for number in range(count)]


def mark_closed(months: Iterable[date], *, number: int, by: User, now: datetime) -> None:
    """Close `months` for ever, by the close of that number. The caller holds the close lock alone."""
    BillingPeriod.objects.bulk_create(
        BillingPeriod(month=month, close_number=number, closed_at=now, closed_by=by) for month in months
    )
