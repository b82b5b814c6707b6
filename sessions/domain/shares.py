"""The stored shares: rewritten under the contract's lock, explained, and compared with what they should be (§4)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from core.dates import local_day
from packages.models import Contract
from sessions.domain.allocation import Share
from sessions.domain.facts import ContractFacts
from sessions.models import EntryShare, LedgerEntry


def rewrite_shares(contract: Contract) -> ContractFacts:
    """Derive every share of `contract` anew and store those that changed. The caller holds the contract's lock.

    Returns the facts, bookings included, from which they were derived.
    """
    facts = ContractFacts.of(contract, with_bookings=True)
    shares = facts.shares()
    stored = {share.entry_id: share for share in EntryShare.objects.filter(contract=contract)}
    missing: list[EntryShare] = []
    changed: list[EntryShare] = []
    for entry in facts.entries:
        row = stored.get(entry.pk)
        included, overage = shares[entry.pk].figures
        if row is None:
            missing.append(
                EntryShare(
                    entry_id=entry.pk,
                    contract=contract,
                    staff_id=entry.staff_id,
                    started_at=entry.started_at,
                    included_minutes=included,
                    overage_minutes=overage,
                )
            )
        elif (row.included_minutes, row.overage_minutes) != (included, overage):
            row.included_minutes, row.overage_minutes = included, overage
            changed.append(row)
    for entry_id, row in stored.items():
        if entry_id not in shares and not row.is_reversed:
            row.included_minutes, row.overage_minutes, row.is_reversed = 0, 0, True
            changed.append(row)
    if changed:
        EntryShare.objects.bulk_update(changed, ["included_minutes", "overage_minutes", "is_reversed"])
    EntryShare.objects.bulk_create(missing)
    return facts


def explain(entry: LedgerEntry) -> Share | None:
    """Why `entry` draws what it draws, derived afresh; None for a reversed entry, which draws nothing."""
    return ContractFacts.of(entry.contract).shares().get(entry.pk)


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored share that is not what the ledger's facts give. Minutes are (included, overage)."""

    contract_id: int
    entry_id: int
    stored: tuple[int, int] | None
    derived: tuple[int, int]


def differences(contracts: Sequence[Contract]) -> Iterator[Difference]:
    """Every share of `contracts` whose stored figures differ from the derived ones: there must never be one."""
    stored: dict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
    for share in EntryShare.objects.filter(contract__in=[contract.pk for contract in contracts]):
        stored[share.contract_id][share.entry_id] = (share.included_minutes, share.overage_minutes)
    for contract_id, facts in ContractFacts.of_many(contracts).items():
        derived = {entry_id: share.figures for entry_id, share in facts.shares().items()}
        for entry_id in sorted(stored[contract_id].keys() | derived.keys()):
            is_stored, should_be = stored[contract_id].get(entry_id), derived.get(entry_id, (0, 0))
            if is_stored != should_be:
                yield Difference(contract_id, entry_id, is_stored, should_be)


@dataclass(frozen=True, slots=True)
class Misdated:
    """A time entry whose service date is not the date of its start in the contract's zone."""

    contract_id: int
    entry_id: int
    stored: date
    derived: date


def misdated(contracts: Sequence[Contract]) -> Iterator[Misdated]:
    """Every time entry of `contracts` that stands under another day, and so perhaps in another month: none, ever."""
    zones = {contract.pk: contract.time_zone for contract in contracts}
    for entry in LedgerEntry.objects.time_entries().filter(contract__in=list(zones)).order_by("contract", "pk"):
        assert entry.started_at is not None
        assert entry.service_date is not None
        day = local_day(entry.started_at, zones[entry.contract_id])
        if day != entry.service_date:
            yield Misdated(entry.contract_id, entry.pk, entry.service_date, day)
