"""By how much the overage of time entries grew between two instants: what a digest tells (DOMAIN.md §4, §11).

The ledger is append-only, so what stood in it at any instant can be derived again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from packages.domain.windows import window_of
from packages.models import Contract
from sessions.domain.allocation import allocate
from sessions.domain.facts import drawing_of_entry
from sessions.models import LedgerEntry

Kind = LedgerEntry.Kind


@dataclass(frozen=True, slots=True)
class Growth:
    """A time entry with more overage than before, in minutes."""

    entry: LedgerEntry
    before: int
    minutes: int


def overage_growth(contracts: Iterable[Contract], *, since: datetime, until: datetime) -> list[Growth]:
    """The unreversed entries of `contracts` whose overage grew from `since` to `until`, in order of their start.

    One query; the contracts' `package_version` must be loaded.
    """
    by_pk = {contract.pk: contract for contract in contracts}
    rows: dict[int, list[LedgerEntry]] = {}
    known = LedgerEntry.objects.filter(Q(created_at__lte=until) | Q(kind=Kind.REVERSAL), contract__in=by_pk)
    for row in known.order_by("started_at", "pk"):
        row.contract = by_pk[row.contract_id]
        rows.setdefault(row.contract_id, []).append(row)
    grown = []
    for contract_id, ledger in rows.items():
        reversed_since = {row.reverses_id for row in ledger}
        before, after = (_overage(by_pk[contract_id], ledger, at) for at in (since, until))
        grown += [
            Growth(row, before.get(row.pk, 0), after[row.pk])
            for row in ledger
            if row.pk not in reversed_since and after.get(row.pk, 0) > before.get(row.pk, 0)
        ]
    return grown


def _overage(contract: Contract, ledger: Iterable[LedgerEntry], at: datetime) -> dict[int, int]:
    """Overage minutes by entry id, as the ledger stood at an instant."""
    known = [row for row in ledger if row.created_at <= at]
    reversed_ids = {row.reverses_id for row in known}
    standing = [row for row in known if row.pk not in reversed_ids and row.kind != Kind.REVERSAL]
    shares = allocate(
        granted_minutes=sum(row.minutes for row in standing if row.kind != Kind.CONSUMPTION),
        window=window_of(contract),
        drawings=[drawing_of_entry(row) for row in standing if row.kind == Kind.CONSUMPTION],
    )
    return {entry_id: share.overage_minutes for entry_id, share in shares.items()}
