"""What the coming closes would bill, as things stand now: it changes with every entry and changes nothing (§6).

Sums are grouped by the database and lines read as they are asked for: memory does not grow with the month.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import overload

from django.db.models import Q

from billing.domain.closing import open_months_with_entries
from billing.domain.lines import (
    Account,
    Closing,
    Due,
    account_of,
    all_rates,
    billable,
    differences,
    due_of,
    with_billed,
    with_causes,
)
from billing.domain.overage_sums import alike_of
from billing.domain.totals import Total
from core.csv_files import in_chunks
from core.dates import add_months, month_of
from packages.domain.rates import RateBook, rate_in_force
from sessions.domain.periods import closed_so_far, open_months_up_to
from sessions.domain.pricing import Billing
from sessions.models import LedgerEntry
from sessions.models.ledger import LedgerEntryQuerySet


@dataclass(slots=True)
class Preview:
    """What the close of the month that begins on `month` would bill.

    `delivered` are the totals of its own meetings by currency, `corrected` those of what differs for closed months.
    Unpriced lines have no amount to add, nor their minutes.
    """

    month: date
    delivered: dict[str, Total] = field(default_factory=lambda: defaultdict(Total))
    corrected: dict[str, Total] = field(default_factory=lambda: defaultdict(Total))
    accounts: set[Account] = field(default_factory=set)
    own_lines: int = 0
    unpriced: int = 0
    differing: "array[int]" = field(default_factory=lambda: array("q"))

    @property
    def totals(self) -> dict[str, Total]:
        """The totals of all lines by currency, in the order of the currencies' codes."""
        currencies = sorted({*self.delivered, *self.corrected})
        nothing = Total()
        return {each: self.delivered.get(each, nothing) + self.corrected.get(each, nothing) for each in currencies}


class PreviewLines(Sequence[Due]):
    """The lines of a preview by service date, what differs for closed months first: a slice is a fixed number of
    queries, all of them come through a cursor."""

    def __init__(self, entries: LedgerEntryQuerySet, length: int, closing: Closing, rates: RateBook) -> None:
        self.entries, self._length, self._closing, self._rates = entries, length, closing, rates

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Due]:
        for chunk in in_chunks(self.entries):
            yield from self.due_of(chunk)

    @overload
    def __getitem__(self, place: int) -> Due: ...
    @overload
    def __getitem__(self, place: slice) -> list[Due]: ...
    def __getitem__(self, place: int | slice) -> Due | list[Due]:
        if isinstance(place, slice):
            return self.due_of(self.entries[place])
        return self.due_of([self.entries[place]])[0]

    def due_of(self, entries: Sequence[LedgerEntry] | LedgerEntryQuerySet) -> list[Due]:
        """The lines of some of the entries."""
        return with_causes(due_of(entries, self._rates, self._closing), self._closing)


class Previews:
    """What each open month up to one would bill. Each entry stands under the month of its service date.

    What differs for months that are closed stands under the first open month with time entries, whose close will bill
    it.
    """

    def __init__(
        self, closing: Closing | None, rates: RateBook, delivered: Sequence[date], months: Mapping[date, Preview]
    ) -> None:
        self._closing, self._rates, self._delivered, self._months = closing, rates, delivered, months

    def __iter__(self) -> Iterator[Preview]:
        return iter(self._months.values())

    def of(self, month: date) -> Preview:
        """The preview of the month that begins on `month`; an empty one where nothing would be billed."""
        return self._months.get(month) or Preview(month)

    def delivered_before(self, month: date) -> list[date]:
        """The open months before `month` in which time is logged that is not reversed, in order."""
        return [each for each in self._delivered if each < month]

    def lines_of(self, month: date) -> PreviewLines:
        """The lines of one month."""
        preview = self.of(month)
        if self._closing is None:
            return PreviewLines(LedgerEntry.objects.none(), 0, Closing(0, (month,), None), self._rates)
        own = billable(self._closing) & Q(service_date__gte=month, service_date__lt=add_months(month, 1))
        entries = with_billed(own | Q(pk__in=list(preview.differing)))
        entries = entries.select_related("session", "staff").order_by("service_date", "pk")
        return PreviewLines(entries, preview.own_lines + len(preview.differing), self._closing, self._rates)

    def unpriced_through(self, month: date, *, at_most: int) -> tuple[int, list[Due]]:
        """How many lines up to `month` have no rate in force, and the first of them: one query where there are any."""
        through = [each for each in self if each.month <= month]
        count = sum(each.unpriced for each in through)
        if not count or self._closing is None:
            return 0, []
        differing = [pk for each in through for pk in each.differing]
        entries = with_billed(
            (billable(self._closing) & Q(service_date__lt=add_months(month, 1))) | Q(pk__in=differing)
        ).alias(rate=rate_in_force("contract", day="service_date"))
        found = entries.filter(rate__isnull=True, share__overage_minutes__gt=0).order_by("service_date", "pk")[:at_most]
        return count, list(due_of(found, self._rates, self._closing))


def previews(*, until: date) -> Previews:
    """What would be billed for each open month up to the one of `until`: a fixed number of queries."""
    until = month_of(until)
    rates = all_rates()
    through, number = closed_so_far()
    if through is not None and until <= through:
        return Previews(None, rates, (), {})
    closing = Closing(number + 1, tuple(open_months_up_to(until, through=through)), through)
    delivered = open_months_with_entries(before=closing.first_day_after, through=through)
    months: dict[date, Preview] = {}
    own = LedgerEntry.objects.time_entries().filter(billable(closing))
    for alike in alike_of(own, rates):
        month = month_of(alike.service_date)
        preview = months.setdefault(month, Preview(month))
        preview.accounts.add(Account(alike.selling_entity, alike.customer.pk, alike.currency))
        preview.own_lines += alike.count
        if alike.cost is None:
            preview.unpriced += alike.count
        else:
            preview.delivered[alike.currency] += Total(alike.minutes * alike.count, alike.cost * alike.count)
    if through is not None:
        month = min(delivered, default=until)
        corrected = months.setdefault(month, Preview(month))
        _add_differences(corrected, closing, rates)
    return Previews(closing, rates, delivered, dict(sorted(months.items())))


def _add_differences(preview: Preview, closing: Closing, rates: RateBook) -> None:
    for due in differences(closing, rates):
        preview.accounts.add(account_of(due.entry))
        preview.differing.append(due.entry.pk)
        preview.unpriced += due.priced.billing is Billing.UNPRICED
        if due.amount is not None:
            preview.corrected[due.priced.currency] += Total(due.minutes, due.amount)
