"""Twelve months of overage by currency: what was billed for each month's meetings, and what is still to bill (§6)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from billing.domain.preview import Previews
from billing.models import StatementLine
from core.dates import add_months, month_of

MONTHS = 12
Amounts = dict[date, Decimal]


@dataclass(frozen=True, slots=True)
class Year:
    """`months` in their order; amounts by currency and month of the meeting, absent where they are nothing.

    What was billed for a month counts its later corrections, so no amount is below zero.
    """

    months: Sequence[date]
    billed: Mapping[str, Amounts]
    provisional: Mapping[str, Amounts]

    @property
    def currencies(self) -> list[str]:
        return sorted({*self.billed, *self.provisional})


def year_until(month: date, *, coming: Previews) -> Year:
    """The twelve months up to that of `month`: one query, and the previews of the open ones (`coming`)."""
    last = month_of(month)
    months = [add_months(last, number - MONTHS + 1) for number in range(MONTHS)]
    billed: dict[str, Amounts] = defaultdict(dict)
    lines = StatementLine.objects.filter(service_date__gte=months[0], service_date__lt=add_months(last, 1))
    sums = lines.annotate(month=TruncMonth("service_date")).values_list("statement__currency", "month")
    for currency, month_billed, amount in sums.annotate(sum=Sum("amount")).order_by("statement__currency", "month"):
        if amount:
            billed[currency][month_billed] = amount
    provisional: dict[str, Amounts] = defaultdict(dict)
    for preview in coming:
        for currency, total in preview.delivered.items():
            if total.amount and preview.month in months:
                provisional[currency][preview.month] = total.amount
    return Year(months, dict(billed), dict(provisional))
