"""A customer's own cap on overage: above it only the approver whom they named accepts (DOMAIN.md §7).

Counted is, a calendar month of each contract's zone, what was logged and what is booked on all contracts of the
customer, as the projection divides it. A booking or a move is measured by every month whose overage it raises.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import faults
from core.dates import local_day, month_of
from core.formatting import format_day, format_minutes, format_money
from customers.domain.roles import is_admin_of
from customers.models import User
from packages.domain.rates import RateBook
from packages.models import Contract
from sessions.domain.allocation import Drawing
from sessions.domain.facts import ContractFacts, Projection
from sessions.domain.pricing import cost_of_overage
from sessions.domain.refusals import AboveCap
from sessions.models import ConsultingSession, LedgerEntry, OverageCap

Asked = Drawing[tuple[str, int]]
Overage = dict[date, Decimal]
"""Overage by the first day of its month: minutes, or an amount in the cap's currency."""


@dataclass(frozen=True, slots=True)
class CapReached:
    """The first month that would go above `cap`, with what it would come to.

    `total` is in minutes or in the cap's currency; None where the contract bills in another currency, so that nothing
    can be compared.
    """

    cap: OverageCap
    month: date
    total: Decimal | None

    @property
    def approver(self) -> User:
        return self.cap.approver

    @property
    def limit_text(self) -> str:
        return in_words(self.cap, self.cap.minutes if self.cap.amount is None else self.cap.amount)

    @property
    def total_text(self) -> str:
        return "" if self.total is None else in_words(self.cap, self.total)

    @property
    def month_text(self) -> str:
        return format_day(self.month, get_language() or "en", style="month")

    def sentence(self) -> str:
        """Why, with the figures, and who can."""
        facts = {
            "name": self.approver,
            "limit": self.limit_text,
            "total": self.total_text,
            "month": self.month_text,
        }
        if self.total is None:
            return _("Your cap on overage is in another currency, so only %(name)s can accept this.") % facts
        return (
            _("With this, overage in %(month)s comes to %(total)s; your cap is %(limit)s. Only %(name)s can accept it.")
            % facts
        )


def check_cap(contract: Contract, asked: Asked, *, by: User, without: ConsultingSession | None = None) -> None:
    """Refuse what `asked` for goes above the customer's cap, unless its approver does it.

    The cap's row is locked, after contract and staff: what two contracts of one customer bring is counted once each.

    :raises AboveCap: naming the month, the figures and the approver
    """
    caps = OverageCap.objects.filter(customer=contract.customer_id)
    if not faults.skips("lock"):
        caps = caps.select_for_update(no_key=True, of=("self",))
    reached = _reached(caps.select_related("approver").first(), contract, asked, by, without)
    if reached is not None:
        raise AboveCap(
            reached.sentence(),
            cap={
                "month": f"{reached.month:%Y-%m}",
                "minutes": reached.cap.minutes,
                "amount": None if reached.cap.amount is None else str(reached.cap.amount),
                "currency": reached.cap.currency,
                "would_be": None if reached.total is None else str(reached.total),
                "approver": reached.approver.email,
            },
        )


def cap_reached(
    contract: Contract, asked: Asked, *, by: User, without: ConsultingSession | None = None
) -> CapReached | None:
    """What `check_cap` would refuse for, without a lock: for the page that offers it."""
    cap = OverageCap.objects.filter(customer=contract.customer_id).select_related("approver").first()
    return _reached(cap, contract, asked, by, without)


def in_words(cap: OverageCap, total: int | Decimal | None) -> str:
    """A figure of the cap as people read it."""
    if total is None:
        return ""
    if cap.amount is None:
        return format_minutes(int(total))
    return format_money(Decimal(total), cap.currency, get_language() or "en")


def _reached(
    cap: OverageCap | None, contract: Contract, asked: Asked, by: User, without: ConsultingSession | None
) -> CapReached | None:
    if cap is None or (by.pk == cap.approver_id and is_admin_of(by, contract.customer_id)):
        return None
    if cap.amount is not None and contract.currency != cap.currency:
        return CapReached(cap, month_of(asked.day), None)
    limit = Decimal(cap.minutes or 0) if cap.amount is None else cap.amount
    before, after = _before_and_after(cap, contract, asked, without)
    for month in sorted(after):
        if after[month] > limit and after[month] > before.get(month, Decimal(0)):
            return CapReached(cap, month, after[month])
    return None


def _before_and_after(
    cap: OverageCap, contract: Contract, asked: Asked, without: ConsultingSession | None
) -> tuple[Overage, Overage]:
    """The customer's overage as it stands, and with what is asked for."""
    contracts = Contract.objects.filter(customer=contract.customer_id, voided_at__isnull=True)
    if cap.amount is not None:
        contracts = contracts.filter(currency=cap.currency)
    read = ContractFacts.of_many(contracts.select_related("package_version"), with_bookings=True)
    rates = RateBook.load([facts.contract for facts in read.values()])
    courtesy = _waived(read)
    before: Overage = defaultdict(Decimal)
    after: Overage = defaultdict(Decimal)
    for number, facts in read.items():
        stands = facts.projection()
        would_be = facts.projection(asked, without=without) if number == contract.pk else stands
        for total, projection in ((before, stands), (after, would_be)):
            for month, overage in _overage(cap, facts, projection, asked, rates, courtesy):
                total[month] += overage
    return before, after


def _overage(
    cap: OverageCap,
    facts: ContractFacts,
    projection: Projection,
    asked: Asked,
    rates: RateBook,
    courtesy: frozenset[int],
) -> Iterable[tuple[date, Decimal]]:
    zone = facts.contract.time_zone
    days = {("entry", entry.pk): entry.service_date for entry in facts.entries}
    days |= {("booking", session.pk): local_day(session.starts_at, zone) for session in facts.bookings}
    days[asked.key] = asked.day
    for key, share in projection.items():
        day = days[key]
        if not share.overage_minutes or (key[0] == "entry" and key[1] in courtesy):
            continue
        if cap.amount is None:
            yield month_of(day), Decimal(share.overage_minutes)
        else:
            rate = rates.rate_on(facts.contract, day)
            cost = cost_of_overage(share.overage_minutes, rate, cap.currency)
            yield month_of(day), cost or Decimal(0)


def _waived(contracts: Iterable[int]) -> frozenset[int]:
    """The entries that a confirmed waiver keeps from being billed."""
    waived = LedgerEntry.objects.filter(contract__in=list(contracts), waiver__decision__confirmed=True)
    return frozenset(waived.values_list("pk", flat=True))
