"""A month's overage: which meetings went beyond the included minutes, and what they cost (DOMAIN.md §5, §6).

An entry falls in the month of its service date. Until the month is closed everything here is a live, provisional
preview: it follows every entry, reversal, waiver and rate. Lines are read as they are asked for: memory does not grow
with the month.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, overload

from django.db.models import Case, F, Q, QuerySet, Value, When

from billing.domain.overage_sums import CustomerTotal, Total, customer_totals_of, sum_of
from core.csv_files import in_chunks
from core.dates import add_months, month_of
from core.tables import by_name
from customers.models import Customer, User
from packages.domain.rates import RateBook, rate_in_force
from packages.models import Contract, RateLine
from sessions.domain.periods import closed_through, is_closed
from sessions.domain.pricing import Billing, price_entry, waiver_waits
from sessions.domain.queries import time_entries_visible_to
from sessions.models import LedgerEntry


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


class OverageLines(Sequence[OverageLine]):
    """The lines of a report: a slice is one query, all of them come through a cursor."""

    def __init__(self, entries: QuerySet[LedgerEntry], rates: RateBook, length: int) -> None:
        self._entries, self._rates, self._length = entries, rates, length

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[OverageLine]:
        for chunk in self.chunks():
            yield from chunk

    @overload
    def __getitem__(self, place: int) -> OverageLine: ...
    @overload
    def __getitem__(self, place: slice) -> list[OverageLine]: ...
    def __getitem__(self, place: int | slice) -> OverageLine | list[OverageLine]:
        if isinstance(place, slice):
            return [_line(entry, self._rates) for entry in self._entries[place]]
        return _line(self._entries[place], self._rates)

    def chunks(self) -> Iterator[list[OverageLine]]:
        """All lines, some hundred at a time."""
        for entries in in_chunks(self._entries):
            yield [_line(entry, self._rates) for entry in entries]


@dataclass(frozen=True, slots=True)
class OverageReport:
    """The overage of the month that begins on `month`. `provisional` until the month is closed.

    `parts`: the total of each customer and currency, by the customers' names. Amounts of different currencies are
    never added.
    """

    month: date
    provisional: bool
    parts: Sequence[CustomerTotal]
    entries: QuerySet[LedgerEntry]
    rates: RateBook

    @property
    def lines(self) -> OverageLines:
        """The lines in their order."""
        return OverageLines(self.entries, self.rates, sum(part.total.lines for part in self.parts))

    def totals(self) -> list[Total]:
        """One total a currency, by currency."""
        currencies = sorted({part.total.currency for part in self.parts})
        return [
            sum_of(currency, (part.total for part in self.parts if part.total.currency == currency))
            for currency in currencies
        ]

    def unpriced(self) -> list[OverageLine]:
        """The lines without a rate in force: while there is one the month cannot be closed."""
        if not any(part.total.unpriced_minutes for part in self.parts):
            return []
        return [_line(entry, self.rates) for entry in _unpriced(self.entries)]

    def narrowed(self, *, customer: str = "", currency: str = "") -> "OverageReport":
        """The same report with the lines of one customer (by id, as an address carries it) or currency alone."""
        parts = [
            part
            for part in self.parts
            if customer in ("", str(part.customer.pk)) and currency in ("", part.total.currency)
        ]
        entries = self.entries
        if customer:
            entries = entries.filter(contract__customer__in={part.customer.pk for part in parts})
        if currency:
            entries = entries.filter(contract__currency__in={part.total.currency for part in parts})
        return replace(self, parts=parts, entries=entries)

    def ordered(self, order: str) -> "OverageReport":
        """The same report with its lines in an order of `ORDERS`, descending with a minus before it.

        Money sorts within its currency, what has none first; lines that are alike keep their meetings' order.
        """
        keys = ORDERS[order.removeprefix("-")]
        descends = order.startswith("-")
        return replace(
            self,
            entries=_with_rate(self.entries).order_by(
                *(key.desc(nulls_last=True) if descends else key.asc(nulls_first=True) for key in keys),
                "started_at",
                "pk",
            ),
        )


ORDERS: Mapping[str, Sequence[Any]] = {
    "date": (F("service_date"),),
    "customer": (by_name("contract__customer__name"), F("contract__customer")),
    "type": (F("session_type"),),
    "staff": (by_name("staff__name"),),
    "minutes": (F("share__overage_minutes"),),
    "rate": (F("contract__currency"), F("rate")),
    "amount": (
        F("contract__currency"),
        Case(
            When(waiver__decision__confirmed=True, then=Value(Decimal(0))),
            default=F("rate") * F("share__overage_minutes"),
        ),
    ),
}
"""What the lines can be sorted by."""


def month_overage(month: date, *, user: User) -> OverageReport:
    """The overage of the month in which `month` lies, as far as `user` sees it: three queries, one more for lines."""
    first = month_of(month)
    entries = _overage_of(first, add_months(first, 1), user)
    rates = RateBook.of_lines(RateLine.objects.order_by("valid_from"))
    report = OverageReport(
        month=first,
        provisional=not is_closed(first, closed_through()),
        parts=customer_totals_of(entries, rates),
        entries=entries,
        rates=rates,
    )
    return report.ordered("customer")


def unpriced_overage(first: date, until: date, *, user: User) -> list[OverageLine]:
    """The lines without a rate from the months of `first` to that of `until`, both inclusive, in one query."""
    entries = _unpriced(_overage_of(month_of(first), add_months(month_of(until), 1), user))
    return [_line(entry, RateBook.of_lines([])) for entry in entries.order_by("service_date", "started_at", "pk")]


def _overage_of(first: date, before: date, user: User) -> QuerySet[LedgerEntry]:
    return time_entries_visible_to(user).filter(
        service_date__gte=first, service_date__lt=before, share__overage_minutes__gt=0
    )


def _with_rate(entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
    return entries.alias(rate=rate_in_force("contract", day="service_date"))


def _unpriced(entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
    return _with_rate(entries).filter(Q(rate__isnull=True) & ~Q(waiver__decision__confirmed=True))


def _line(entry: LedgerEntry, rates: RateBook) -> OverageLine:
    assert entry.service_date is not None
    assert entry.started_at is not None
    priced = price_entry(entry, rates)
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
