"""What a close has to bill: for each entry what is due now, less what earlier closes billed for it (DOMAIN.md §6).

Read as a stream, an account at a time: memory does not grow with the month.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import DecimalField, IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from billing.domain import causes
from billing.models import StatementLine
from core.dates import add_months
from packages.domain.rates import RateBook
from packages.models import RateLine
from sessions.domain.periods import is_closed
from sessions.domain.pricing import PricedEntry, is_waived, price_entry
from sessions.models import LedgerEntry
from sessions.models.ledger import LedgerEntryQuerySet

Reason = StatementLine.Reason
AT_ONCE = 500


class Account(NamedTuple):
    """Whose statement an entry belongs on."""

    selling_entity: str
    customer_id: int
    currency: str


@dataclass(frozen=True, slots=True)
class Closing:
    """What is to be closed: `months` from the first open one on, by close `number`; `through` was closed before."""

    number: int
    months: tuple[date, ...]
    through: date | None

    @property
    def first_day(self) -> date:
        """The first day of the first month."""
        return self.months[0]

    @property
    def first_day_after(self) -> date:
        """The day after the last month."""
        return add_months(self.months[-1], 1)


@dataclass(frozen=True, slots=True)
class Due:
    """One time entry with its money now, and the minutes and amount that earlier closes billed for it.

    `minutes` and `amount` are the difference, what this close bills; `amount` is None while the entry is unpriced.
    `reason` and `caused_by` (the id of a ledger row) say why, where something is billed.
    """

    priced: PricedEntry
    billed_minutes: int
    billed_amount: Decimal
    of_earlier_month: bool
    reason: str
    caused_by: int | None

    @property
    def entry(self) -> LedgerEntry:
        return self.priced.entry

    @property
    def minutes(self) -> int:
        return self.priced.billable_minutes - self.billed_minutes

    @property
    def amount(self) -> Decimal | None:
        return None if self.priced.amount is None else self.priced.amount - self.billed_amount

    @property
    def bills(self) -> bool:
        """Whether there is a line: minutes or money differ from what was billed."""
        return self.minutes != 0 or self.amount != 0


def due_entries(closing: Closing) -> Iterator[tuple[Account, list[Due]]]:
    """Every entry that `closing` has to account for, an account at a time, by service date. Reads only.

    That is each entry of the months to be closed, and each of an earlier month on whose contract something is new.
    Entries of later months wait for their own close. One query for the entries, one for the rates, and one an account
    whose minutes moved.
    """
    rates = all_rates()
    entries = with_billed(_of_months(closing) | _of_closed_months(closing)).order_by(
        "contract__selling_entity", "contract__customer", "contract__currency", "service_date", "pk"
    )
    for account, group in groupby(entries.iterator(chunk_size=AT_ONCE), key=account_of):
        yield account, with_causes(due_of(group, rates, closing), closing)


def differences(closing: Closing, rates: RateBook) -> Iterator[Due]:
    """What differs for months that were closed before, without what caused it. One query, read through a cursor."""
    entries = with_billed(_of_closed_months(closing)).iterator(chunk_size=AT_ONCE)
    return (each for each in due_of(entries, rates, closing) if each.bills)


def with_billed(which: Q) -> LedgerEntryQuerySet:
    """The time entries for which `which` holds, with all that `due_of` needs: what earlier closes billed, too."""
    billed = StatementLine.objects.filter(entry=OuterRef("pk")).order_by().values("entry")
    money = DecimalField(max_digits=14, decimal_places=2)
    return (
        LedgerEntry.objects.time_entries()
        .filter(which)
        .select_related("contract__customer__billing_details", "share", "waiver__decision", "reversed_by")
        .annotate(
            billed_minutes=Coalesce(
                Subquery(billed.values(sum=Sum("minutes")), output_field=IntegerField()), 0, output_field=IntegerField()
            ),
            billed_amount=Coalesce(
                Subquery(billed.values(sum=Sum("amount")), output_field=money), Decimal(0), output_field=money
            ),
        )
    )


def all_rates() -> RateBook:
    """Every rate line: one query."""
    return RateBook.of_lines(RateLine.objects.order_by("valid_from"))


def billable(closing: Closing) -> Q:
    """Which entries of the months to be closed have something to bill."""
    return _of_months(closing) & Q(share__overage_minutes__gt=0) & ~Q(waiver__decision__confirmed=True)


def _of_months(closing: Closing) -> Q:
    """The entries of the months to be closed."""
    months = Q(service_date__lt=closing.first_day_after)
    return months if closing.through is None else months & Q(service_date__gte=closing.first_day)


def _of_closed_months(closing: Closing) -> Q:
    """The entries of closed months for which something is new."""
    if closing.through is None:
        return Q(pk__in=[])
    with_news = LedgerEntry.objects.filter(known_in_close=closing.number).order_by().values("contract")
    news = Q(contract__in=with_news) | Q(waiver__decision__known_in_close=closing.number)
    return Q(service_date__lt=closing.first_day) & news


def account_of(entry: LedgerEntry) -> Account:
    """Whose statement `entry` belongs on."""
    contract = entry.contract
    return Account(contract.selling_entity, contract.customer_id, contract.currency)


def due_of(entries: Iterable[LedgerEntry], rates: RateBook, closing: Closing) -> Iterator[Due]:
    """What is due for each of `entries` (of `with_billed`), without what caused it."""
    return (_due(entry, rates, closing) for entry in entries)


def with_causes(due: Iterable[Due], closing: Closing) -> list[Due]:
    """The same, with what caused each that was moved: one query where there is one."""
    due = list(due)
    moved = {each.entry.pk: (each.entry, each.minutes) for each in due if each.bills and each.reason == Reason.MOVED}
    if not moved:
        return due
    found = causes.of_moves(moved, number=closing.number)
    return [replace(each, caused_by=found.get(each.entry.pk)) for each in due]


def _due(entry: LedgerEntry, rates: RateBook, closing: Closing) -> Due:
    assert entry.service_date is not None
    priced = price_entry(entry, rates)
    billed_minutes, billed_amount = _billed(entry)
    of_earlier_month = is_closed(entry.service_date, closing.through)
    reason = _reason_anew(entry, closing, moved=priced.billable_minutes != billed_minutes)
    return Due(
        priced=priced,
        billed_minutes=billed_minutes,
        billed_amount=billed_amount,
        of_earlier_month=of_earlier_month,
        reason=reason if of_earlier_month else Reason.DELIVERED,
        caused_by=None,
    )


def _billed(entry: LedgerEntry) -> tuple[int, Decimal]:
    annotated: dict[str, Any] = vars(entry)
    return annotated["billed_minutes"], annotated["billed_amount"]


def _reason_anew(entry: LedgerEntry, closing: Closing, *, moved: bool) -> str:
    """Why an entry of a month that was closed before is billed once more."""
    reversal = getattr(entry, "reversed_by", None)
    if entry.known_in_close == closing.number:
        return Reason.LATE_ENTRY
    if reversal is not None and reversal.known_in_close == closing.number:
        return Reason.REVERSED
    if is_waived(entry) and entry.waiver.decision.known_in_close == closing.number:
        return Reason.WAIVED
    return Reason.MOVED if moved else Reason.RATE
