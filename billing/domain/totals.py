"""What a month bills, by currency: of a closed one its statements' lines, of an open one the preview (DOMAIN.md §6)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from billing.models import Statement, StatementLine
from core.dates import month_of


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of the printed lines of one currency. Unpriced lines have no amount to add, nor their minutes."""

    minutes: int = 0
    amount: Decimal = Decimal(0)

    def __add__(self, other: "Total") -> "Total":
        return Total(self.minutes + other.minutes, self.amount + other.amount)


def totals_of_closes(months: Iterable[date]) -> dict[date, dict[str, Total]]:
    """The totals by currency of each closed month that a close was made for, by its first day: one query."""
    totals: dict[date, dict[str, Total]] = defaultdict(dict)
    sums = Statement.objects.filter(close__month__in=list(months)).order_by("close__month", "currency")
    for month, currency, minutes, amount in sums.values_list("close__month", "currency").annotate(
        Sum("minutes"), Sum("amount")
    ):
        totals[month][currency] = Total(minutes, amount)
    return dict(totals)


def lines_of_month(month: date) -> QuerySet[StatementLine]:
    """The lines of the close that was made for the month of `month`; none of a month that was closed along."""
    return StatementLine.objects.filter(close__month=month_of(month)).select_related("statement")
