"""Which other entries' minutes a change moves, and what that does to money: shown before it is saved (DOMAIN.md §4)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from packages.domain.rates import RateBook
from sessions.domain.allocation import Share
from sessions.domain.facts import ContractFacts
from sessions.domain.pricing import cost_of_overage, is_waived
from sessions.domain.refusals import MovesNotSeen
from sessions.models import LedgerEntry


@dataclass(frozen=True, slots=True)
class Move:
    """An entry whose share changes. Amounts are in the contract's currency; None where no rate is in force."""

    entry: LedgerEntry
    before: Share
    after: Share
    amount_before: Decimal | None
    amount_after: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """What the customer would be billed more (or, below zero, less) for this entry."""
        if self.amount_before is None or self.amount_after is None:
            return None
        return self.amount_after - self.amount_before


def moves_between(
    facts: ContractFacts, before: dict[int, Share], after: dict[int, Share], rates: RateBook
) -> list[Move]:
    """The entries of `facts` that are in both allocations with different minutes, in the order of their starts."""
    moved_ids = [pk for pk in before if pk in after and before[pk].figures != after[pk].figures]
    loaded = LedgerEntry.objects.select_related("waiver__decision", "staff").in_bulk(moved_ids) if moved_ids else {}
    entries = sorted((loaded[pk] for pk in moved_ids), key=lambda entry: (entry.started_at, entry.pk))
    return [
        Move(
            entry=entry,
            before=before[entry.pk],
            after=after[entry.pk],
            amount_before=_amount(facts, entry, before[entry.pk], rates),
            amount_after=_amount(facts, entry, after[entry.pk], rates),
        )
        for entry in entries
    ]


def mark_of(moves: Sequence[Move]) -> str:
    """What tells these moves from any others, their money too; nothing where nothing moves."""
    words = "/".join(
        f"{move.entry.pk}:{move.before.figures}{move.after.figures}{move.amount_before}{move.amount_after}"
        for move in moves
    )
    return hashlib.sha256(words.encode()).hexdigest()[:16] if moves else ""


def check_seen(moves: Sequence[Move], *, moves_seen: str | None) -> None:
    """Refuse to move what the person was not shown. The caller holds the contract's lock: nothing lands in between.

    :param moves_seen: `mark_of` the moves that were shown; None where the door shows none, as the API
    :raises MovesNotSeen: if other moves, or none, were shown
    """
    if moves_seen is not None and moves and mark_of(moves) != moves_seen:
        raise MovesNotSeen(_("This moves minutes of other entries. Look at what changes, then do it."))


def _amount(facts: ContractFacts, entry: LedgerEntry, share: Share, rates: RateBook) -> Decimal | None:
    minutes = 0 if is_waived(entry) else share.overage_minutes
    assert entry.service_date is not None
    return cost_of_overage(minutes, rates.rate_on(facts.contract, entry.service_date), facts.contract.currency)
