"""The ledger of one contract as a table: every row, or those that one of the contract's numbers is made of."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Self

from django.core.paginator import Page
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.tables import page_of
from customers.models import User
from packages.domain.rates import RateBook
from sessions.domain.ledger import may_reverse
from sessions.domain.pricing import PricedEntry, price_entry
from sessions.models import LedgerEntry

Kind = LedgerEntry.Kind
REVERSIBLE = (Kind.CONSUMPTION, Kind.ADJUSTMENT)


class Part(StrEnum):
    """Which rows are shown: all of them, or what a number of the contract is made of."""

    ALL = "all"
    GRANTED = "granted"
    ADJUSTED = "adjusted"
    USED = "used"
    OVERAGE = "overage"


PART_LABELS: dict[Part, str | Promise] = {
    Part.ALL: _("Everything"),
    Part.GRANTED: _("Granted"),
    Part.ADJUSTED: _("Adjusted"),
    Part.USED: _("Used"),
    Part.OVERAGE: _("Overage"),
}


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row of the ledger; `priced` is None for rows that are no time entries."""

    entry: LedgerEntry
    priced: PricedEntry | None
    may_be_reversed: bool

    @property
    def reversal(self) -> LedgerEntry | None:
        """The row that took this one back."""
        found: LedgerEntry | None = getattr(self.entry, "reversed_by", None)
        return found

    @property
    def given(self) -> int:
        """Minutes that the row gives to the package, below 0 where it takes an adjustment back."""
        kind = self.entry.kind
        if kind in (Kind.GRANT, Kind.ADJUSTMENT):
            return self.entry.minutes
        taken_back = self.entry.reverses
        return self.entry.minutes if taken_back is not None and taken_back.kind == Kind.ADJUSTMENT else 0

    @property
    def included(self) -> int:
        return self.priced.included_minutes if self.priced else 0

    @property
    def overage(self) -> int:
        return self.priced.overage_minutes if self.priced else 0


_BELONGS: dict[Part, Callable[[LedgerRow], bool]] = {
    Part.ALL: lambda row: True,
    Part.GRANTED: lambda row: row.entry.kind == Kind.GRANT,
    Part.ADJUSTED: lambda row: row.given != 0 and row.entry.kind != Kind.GRANT,
    Part.USED: lambda row: row.included > 0,
    Part.OVERAGE: lambda row: row.overage > 0,
}


@dataclass(frozen=True, slots=True)
class LedgerTable:
    """A page of the rows of one part, newest first, and the sums of all: those of a part are the number it explains."""

    part: Part
    page: "Page[LedgerRow]"
    given: int
    included: int
    overage: int
    amount: Decimal | None
    currency: str

    @classmethod
    def of(
        cls, entries: Iterable[LedgerEntry], query: QueryDict, *, rates: RateBook, currency: str, reader: User
    ) -> Self:
        """Prepare the ledger rows `entries` of one contract: the part that the address asks for by `show`, by pages.

        `amount` is None where a rate is missing.
        """
        part = query.get("show", "")
        chosen = Part(part) if part in set(Part) else Part.ALL
        rows = [_row(entry, rates, reader) for entry in entries]
        shown = [row for row in rows if _BELONGS[chosen](row)]
        amounts = [row.priced.amount for row in shown if row.priced is not None]
        return cls(
            part=chosen,
            page=page_of(shown, query),
            given=sum(row.given for row in shown),
            included=sum(row.included for row in shown),
            overage=sum(row.overage for row in shown),
            amount=None if None in amounts else sum((each for each in amounts if each), Decimal(0)),
            currency=currency,
        )


def _row(entry: LedgerEntry, rates: RateBook, reader: User) -> LedgerRow:
    stands = entry.kind in REVERSIBLE and not hasattr(entry, "reversed_by")
    return LedgerRow(
        entry=entry,
        priced=price_entry(entry, rates) if entry.kind == Kind.CONSUMPTION else None,
        may_be_reversed=stands and may_reverse(reader, entry),
    )
