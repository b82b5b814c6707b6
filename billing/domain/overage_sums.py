"""The sums of a month's overage by customer and currency (DOMAIN.md §5, §6)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, QuerySet

from core.money import round_to_minor_unit
from packages.domain.rates import RateBook
from sessions.domain.pricing import Billing, billing_of, cost_of_overage
from sessions.models import LedgerEntry


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of some printed lines of one currency. Courtesies and unpriced lines stand beside it, not in it.

    `entries` are those that are billed, `lines` all of them; minutes are whole.
    """

    currency: str
    minutes: int
    amount: Decimal
    entries: int
    courtesy_minutes: int
    unpriced_minutes: int
    lines: int

    def __add__(self, other: "Total") -> "Total":
        return replace(
            self,
            minutes=self.minutes + other.minutes,
            amount=self.amount + other.amount,
            entries=self.entries + other.entries,
            courtesy_minutes=self.courtesy_minutes + other.courtesy_minutes,
            unpriced_minutes=self.unpriced_minutes + other.unpriced_minutes,
            lines=self.lines + other.lines,
        )


class Buyer(NamedTuple):
    """A customer as a total names it."""

    pk: int
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class CustomerTotal:
    """The total of one customer in one currency."""

    customer: Buyer
    total: Total


def sum_of(currency: str, totals: Iterable[Total]) -> Total:
    """The sum of totals of one currency."""
    nothing = Total(currency, 0, round_to_minor_unit(Decimal(0), currency), 0, 0, 0, 0)
    return sum(totals, nothing)


def customer_totals_of(entries: QuerySet[LedgerEntry], rates: RateBook) -> list[CustomerTotal]:
    """One total a customer and currency, by the customers' names, in one query.

    The database counts the entries that cost alike; each is rounded once, as an entry is (§5).
    """
    alike = (
        entries.order_by()
        .values_list(
            "contract__customer",
            "contract__customer__name",
            "contract__currency",
            "contract",
            "service_date",
            "share__overage_minutes",
            "waiver__decision__confirmed",
        )
        .annotate(count=Count("pk"))
    )
    sums: dict[tuple[Buyer, str], Total] = {}
    for customer, name, currency, contract, day, minutes, confirmed, count in alike.iterator():
        rate = rates.rate_for(currency, contract, day)
        billing = billing_of(minutes, rate, waived=bool(confirmed))
        key = Buyer(customer, name), currency
        sums[key] = sums.get(key) or sum_of(currency, ())
        sums[key] += _of(billing, minutes, rate, currency, count)
    in_order = sorted(sums.items(), key=lambda each: (each[0][0].name.casefold(), each[0][0].pk, each[0][1]))
    return [CustomerTotal(buyer, total) for (buyer, _currency), total in in_order]


def _of(billing: Billing, minutes: int, rate: Decimal | None, currency: str, count: int) -> Total:
    billed = billing is Billing.OVERAGE
    cost = cost_of_overage(minutes if billed else 0, rate, currency)
    assert cost is not None
    return Total(
        currency=currency,
        minutes=minutes * count if billed else 0,
        amount=cost * count,
        entries=count if billed else 0,
        courtesy_minutes=minutes * count if billing is Billing.COURTESY else 0,
        unpriced_minutes=minutes * count if billing is Billing.UNPRICED else 0,
        lines=count,
    )
