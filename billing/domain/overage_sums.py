"""The sums of a month's overage by customer and currency (DOMAIN.md §5, §6)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
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


@dataclass(frozen=True, slots=True)
class Alike:
    """Entries that cost alike: of one contract, on one day (its zone's), with the same overage and no other waiver.

    `minutes` (whole) and `cost` are those of one of them; `cost` is None while no rate is in force, 0 for a courtesy.
    """

    customer: Buyer
    selling_entity: str
    currency: str
    service_date: date
    billing: Billing
    minutes: int
    cost: Decimal | None
    count: int


def alike_of(entries: QuerySet[LedgerEntry], rates: RateBook) -> Iterator[Alike]:
    """Entries with overage by what they cost: the database counts them, each is rounded once as an entry is (§5).

    One query, read through a cursor.
    """
    rows = (
        entries.order_by()
        .values_list(
            "contract__customer",
            "contract__customer__name",
            "contract__selling_entity",
            "contract__currency",
            "contract",
            "service_date",
            "share__overage_minutes",
            "waiver__decision__confirmed",
        )
        .annotate(count=Count("pk"))
    )
    for customer, name, entity, currency, contract, day, minutes, confirmed, count in rows.iterator():
        rate = rates.rate_for(currency, contract, day)
        billing = billing_of(minutes, rate, waived=bool(confirmed))
        cost = cost_of_overage(0 if billing is Billing.COURTESY else minutes, rate, currency)
        yield Alike(Buyer(customer, name), entity, currency, day, billing, minutes, cost, count)


def customer_totals_of(entries: QuerySet[LedgerEntry], rates: RateBook) -> list[CustomerTotal]:
    """One total a customer and currency, by the customers' names, in one query."""
    sums: dict[tuple[Buyer, str], Total] = {}
    for alike in alike_of(entries, rates):
        key = alike.customer, alike.currency
        sums[key] = (sums.get(key) or sum_of(alike.currency, ())) + _total_of(alike)
    in_order = sorted(sums.items(), key=lambda each: (each[0][0].name.casefold(), each[0][0].pk, each[0][1]))
    return [CustomerTotal(buyer, total) for (buyer, _currency), total in in_order]


def _total_of(alike: Alike) -> Total:
    billed = alike.billing is Billing.OVERAGE
    minutes = alike.minutes * alike.count
    return Total(
        currency=alike.currency,
        minutes=minutes if billed else 0,
        amount=(alike.cost or Decimal(0)) * alike.count,
        entries=alike.count if billed else 0,
        courtesy_minutes=minutes if alike.billing is Billing.COURTESY else 0,
        unpriced_minutes=minutes if alike.billing is Billing.UNPRICED else 0,
        lines=alike.count,
    )
