"""What a time entry costs and what is to bill for it (DOMAIN.md §5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from core.money import cost_of, round_to_minor_unit
from packages.domain.rates import RateBook
from sessions.models import LedgerEntry


class Billing(StrEnum):
    """What the money of an entry hangs on."""

    INCLUDED = "included"
    OVERAGE = "overage"
    COURTESY = "courtesy"
    REVERSED = "reversed"
    UNPRICED = "unpriced"

    @property
    def label(self) -> str:
        return str(_LABELS[self])


_LABELS = {
    Billing.INCLUDED: _("Included"),
    Billing.OVERAGE: _("Overage"),
    Billing.COURTESY: _("Courtesy"),
    Billing.REVERSED: _("Reversed"),
    Billing.UNPRICED: _("Unpriced"),
}


@dataclass(frozen=True, slots=True)
class PricedEntry:
    """A time entry with its money. `amount` is None where overage has no rate in force; minutes are whole."""

    entry: LedgerEntry
    billing: Billing
    currency: str
    hourly_rate: Decimal | None
    included_minutes: int
    overage_minutes: int
    billable_minutes: int
    amount: Decimal | None

    @property
    def state(self) -> str:
        """The state as `home/status_looks.py` names it: overage of which the package covers a part is `split`."""
        return "split" if self.billing is Billing.OVERAGE and self.included_minutes else self.billing.value


def cost_of_overage(minutes: int, hourly_rate: Decimal | None, currency: str) -> Decimal | None:
    """What overage `minutes` cost: nothing where there are none, None where no rate is in force (unpriced)."""
    if minutes == 0:
        return round_to_minor_unit(Decimal(0), currency)
    return None if hourly_rate is None else cost_of(minutes, hourly_rate, currency)


def is_waived(entry: LedgerEntry) -> bool:
    """Whether a confirmed waiver keeps `entry` from being billed; `waiver__decision` must be loaded."""
    decision = getattr(getattr(entry, "waiver", None), "decision", None)
    return decision is not None and bool(decision.confirmed)


def waiver_waits(entry: LedgerEntry) -> bool:
    """Whether a waiver of `entry` is proposed and nobody decided it; `waiver__decision` must be loaded."""
    waiver = getattr(entry, "waiver", None)
    return waiver is not None and not hasattr(waiver, "decision")


def billing_of(overage_minutes: int, hourly_rate: Decimal | None, *, waived: bool) -> Billing:
    """What the money of `overage_minutes` hangs on, of an entry that stands."""
    if overage_minutes == 0:
        return Billing.INCLUDED
    if waived:
        return Billing.COURTESY
    return Billing.UNPRICED if hourly_rate is None else Billing.OVERAGE


def price_entry(entry: LedgerEntry, rates: RateBook) -> PricedEntry:
    """Price one time entry loaded with `contract`, `share` and `waiver__decision`."""
    contract, share = entry.contract, entry.share
    assert entry.service_date is not None
    rate = rates.rate_on(contract, entry.service_date)
    waived = is_waived(entry)
    billing = Billing.REVERSED if share.is_reversed else billing_of(share.overage_minutes, rate, waived=waived)
    billable = share.overage_minutes if billing in (Billing.OVERAGE, Billing.UNPRICED) else 0
    return PricedEntry(
        entry=entry,
        billing=billing,
        currency=contract.currency,
        hourly_rate=rate,
        included_minutes=share.included_minutes,
        overage_minutes=share.overage_minutes,
        billable_minutes=billable,
        amount=cost_of_overage(billable, rate, contract.currency),
    )


def price(entries: Iterable[LedgerEntry], rates: RateBook | None = None) -> list[PricedEntry]:
    """Price time entries; without a book of rates it is read once for all of them."""
    entries = list(entries)
    if rates is None:
        rates = RateBook.load({entry.contract_id: entry.contract for entry in entries}.values())
    return [price_entry(entry, rates) for entry in entries]
