"""A month's overage: which meetings went beyond the included minutes, and what they cost (DOMAIN.md §5, §6).

An entry falls in the month of its service date. Until the month is closed everything here is a live, provisional
preview: it follows every entry, reversal, waiver and rate.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from core.dates import add_months, month_of
from core.money import round_to_minor_unit
from customers.models import Customer, User
from packages.models import Contract
from sessions.domain.periods import closed_through, is_closed
from sessions.domain.pricing import Billing, PricedEntry, price, waiver_waits
from sessions.domain.queries import time_entries_visible_to
from sessions.models import LedgerEntry

Key = TypeVar("Key", str, tuple[str, int, str])


@dataclass(frozen=True, slots=True)
class OverageLine:
    """A time entry with overage. Minutes are whole; `amount` is None while no rate is in force, 0 for a courtesy."""

    entry: LedgerEntry
    contract: Contract
    customer: Customer
    service_date: date
    started_at: datetime
    minutes: int
    currency: str
    hourly_rate: Decimal | None
    amount: Decimal | None
    billing: Billing
    waiver_waits: bool


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of some printed lines of one currency. Courtesies and unpriced lines stand beside it, not in it."""

    currency: str
    minutes: int
    amount: Decimal
    entries: int
    courtesy_minutes: int
    unpriced_minutes: int


@dataclass(frozen=True, slots=True)
class CustomerTotal:
    """The total of one customer in one currency."""

    customer: Customer
    total: Total


@dataclass(frozen=True, slots=True)
class OverageReport:
    """The overage of the month that begins on `month`. `provisional` until the month is closed."""

    month: date
    provisional: bool
    lines: Sequence[OverageLine]

    def totals(self) -> list[Total]:
        """One total a currency, by currency. Amounts of different currencies are never added."""
        return [_total(currency, lines) for currency, lines in _grouped(self.lines, lambda line: line.currency)]

    def customer_totals(self) -> list[CustomerTotal]:
        """One total a customer and currency, by the customers' names."""
        by_customer = _grouped(
            self.lines, lambda line: (line.customer.name.casefold(), line.customer.pk, line.currency)
        )
        return [CustomerTotal(lines[0].customer, _total(lines[0].currency, lines)) for _key, lines in by_customer]

    def unpriced(self) -> list[OverageLine]:
        """The lines without a rate in force: while there is one the month cannot be closed."""
        return [line for line in self.lines if line.billing is Billing.UNPRICED]

    def narrowed(self, *, customer: str = "", currency: str = "") -> "OverageReport":
        """The same report with the lines of one customer (by id, as an address carries it) or currency alone."""
        return replace(
            self,
            lines=[
                line
                for line in self.lines
                if customer in ("", str(line.customer.pk)) and currency in ("", line.currency)
            ],
        )

    def ordered(self, order: str) -> "OverageReport":
        """The same report with its lines in an order of `ORDERS`, descending with a minus before it."""
        by = order.removeprefix("-")
        lines = sorted(self.lines, key=lambda line: (line.started_at, line.entry.pk))
        return replace(self, lines=sorted(lines, key=ORDERS[by], reverse=order.startswith("-")))


ORDERS: dict[str, Callable[[OverageLine], tuple[object, ...]]] = {
    "date": lambda line: (line.service_date, line.started_at),
    "customer": lambda line: (line.customer.name.casefold(), line.customer.pk),
    "type": lambda line: (line.entry.session_type,),
    "staff": lambda line: (str(line.entry.staff).casefold(),),
    "minutes": lambda line: (line.minutes,),
    "rate": lambda line: (line.currency, line.hourly_rate is not None, line.hourly_rate),
    "amount": lambda line: (line.currency, line.amount is not None, line.amount),
}
"""What the lines can be sorted by. Money sorts within its currency; lines that are alike keep their meetings' order."""


def month_overage(month: date, *, user: User) -> OverageReport:
    """The overage of the month in which `month` lies, as far as `user` sees it: a fixed number of queries."""
    return overage_of_months([month], user=user)[month_of(month)]


def overage_of_months(months: Iterable[date], *, user: User) -> dict[date, OverageReport]:
    """The overage of each of `months`, by its first day: as many queries for twelve as for one."""
    firsts = sorted({month_of(month) for month in months})
    if not firsts:
        return {}
    entries = time_entries_visible_to(user).filter(
        service_date__gte=firsts[0], service_date__lt=add_months(firsts[-1], 1), share__overage_minutes__gt=0
    )
    lines: dict[date, list[OverageLine]] = {first: [] for first in firsts}
    for line in (_line(priced) for priced in price(entries)):
        lines.get(month_of(line.service_date), []).append(line)
    through = closed_through()
    return {
        first: OverageReport(month=first, provisional=not is_closed(first, through), lines=lines[first]).ordered(
            "customer"
        )
        for first in firsts
    }


def _line(priced: PricedEntry) -> OverageLine:
    entry = priced.entry
    assert entry.service_date is not None
    assert entry.started_at is not None
    return OverageLine(
        entry=entry,
        contract=entry.contract,
        customer=entry.contract.customer,
        service_date=entry.service_date,
        started_at=entry.started_at,
        minutes=priced.overage_minutes,
        currency=priced.currency,
        hourly_rate=priced.hourly_rate,
        amount=priced.amount,
        billing=priced.billing,
        waiver_waits=waiver_waits(entry),
    )


def _total(currency: str, lines: Iterable[OverageLine]) -> Total:
    lines = list(lines)

    def minutes_of(billing: Billing) -> int:
        return sum(line.minutes for line in lines if line.billing is billing)

    zero = round_to_minor_unit(Decimal(0), currency)
    return Total(
        currency=currency,
        minutes=minutes_of(Billing.OVERAGE),
        amount=sum((line.amount for line in lines if line.amount is not None), zero),
        entries=sum(line.billing is Billing.OVERAGE for line in lines),
        courtesy_minutes=minutes_of(Billing.COURTESY),
        unpriced_minutes=minutes_of(Billing.UNPRICED),
    )


def _grouped(lines: Iterable[OverageLine], key: Callable[[OverageLine], Key]) -> list[tuple[Key, list[OverageLine]]]:
    groups: dict[Key, list[OverageLine]] = {}
    for line in lines:
        groups.setdefault(key(line), []).append(line)
    return sorted(groups.items(), key=lambda group: group[0])
