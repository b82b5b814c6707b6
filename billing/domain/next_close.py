"""What a correction of a closed month brings to the next close, before it is saved (DOMAIN.md §4, §6)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from billing.models import Statement, StatementLine
from core.money import round_to_minor_unit
from sessions.domain.periods import closed_through, is_closed
from sessions.models import LedgerEntry


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a closed month: what statements billed for it, and what it should cost after the correction.

    `after` is None while no rate is in force: the next close would be refused until there is one.
    """

    entry: LedgerEntry
    statements: tuple[Statement, ...]
    billed: Decimal
    after: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """What the next close bills for it: below zero a credit."""
        return None if self.after is None else self.after - self.billed


def changes_of_next_close(after: Iterable[tuple[LedgerEntry, Decimal | None]], *, currency: str) -> list[Change]:
    """Which of the entries, given with what they will cost, become lines of the next close: two queries.

    Entries of open months are left out: they are billed once, as they will be then.
    """
    through = closed_through()
    closed = [
        (entry, cost)
        for entry, cost in after
        if entry.service_date is not None and is_closed(entry.service_date, through)
    ]
    if not closed:
        return []
    lines: dict[int, list[StatementLine]] = defaultdict(list)
    billing = StatementLine.objects.filter(entry__in=[entry.pk for entry, _cost in closed])
    for line in billing.select_related("statement").order_by("close"):
        lines[line.entry_id].append(line)
    nothing = round_to_minor_unit(Decimal(0), currency)
    changes = [
        Change(
            entry=entry,
            statements=tuple(line.statement for line in lines[entry.pk]),
            billed=sum((line.amount for line in lines[entry.pk]), nothing),
            after=cost,
        )
        for entry, cost in closed
    ]
    return [change for change in changes if change.difference != 0]


def sum_of(changes: Iterable[Change]) -> Decimal | None:
    """What the changes come to together; None where one has no price."""
    differences = [change.difference for change in changes]
    return None if None in differences else sum((each for each in differences if each is not None), Decimal(0))
