"""Which row of the ledger moved an entry's share between included and overage (DOMAIN.md §6, `moved`)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sessions.models import LedgerEntry

Kind = LedgerEntry.Kind


def of_moves(moved: Mapping[int, tuple[LedgerEntry, int]], *, number: int) -> dict[int, int]:
    """The id of the row that moved each entry, by the entry's id; `moved` gives entries with the minutes billed.

    Looked for among the rows that close `number` is the first to know, in one query: an earlier meeting that was
    typed late, an earlier one reversed, an adjustment. Of several the one typed last is named.
    """
    news: dict[int, list[LedgerEntry]] = defaultdict(list)
    contracts = {entry.contract_id for entry, _minutes in moved.values()}
    rows = LedgerEntry.objects.filter(contract__in=contracts, known_in_close=number).exclude(kind=Kind.GRANT)
    for row in rows.select_related("reverses").order_by("-pk"):
        news[row.contract_id].append(row)
    found: dict[int, int] = {}
    for entry_id, (entry, minutes) in moved.items():
        able = [row for row in news[entry.contract_id] if _comes_before(row, entry)]
        fitting = [row for row in able if _takes_minutes(row) == (minutes > 0)] or able
        if fitting:
            found[entry_id] = _named(fitting[0])
    return found


def _comes_before(row: LedgerEntry, entry: LedgerEntry) -> bool:
    """Whether `row` can move `entry`: minutes go to what was delivered first; an adjustment reaches everything."""
    place = _place(row.reverses if row.reverses is not None else row)
    own = _place(entry)
    return place is None or (own is not None and place < own)


def _place(row: LedgerEntry) -> tuple[datetime, int] | None:
    return None if row.started_at is None else (row.started_at, row.pk)


def _takes_minutes(row: LedgerEntry) -> bool:
    """Whether `row` leaves fewer included minutes to those after it: a late entry, an adjustment taken back."""
    if row.reverses is not None:
        return row.reverses.kind == Kind.ADJUSTMENT
    return row.kind == Kind.CONSUMPTION


def _named(row: LedgerEntry) -> int:
    """A reversal is named by the row that it takes back."""
    return row.reverses_id or row.pk
