"""What the mail says that tells of overage that rose (DOMAIN.md §7)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy, ngettext

from core.dates import local_day
from customers.domain.roles import is_admin_of
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.models import Message
from packages.domain.rates import RateBook
from packages.models import Contract
from sessions.domain.facts import ContractFacts
from sessions.domain.overage_rises import OVERAGE_ROSE, overage_of_meetings
from sessions.domain.pricing import cost_of_overage
from sessions.models import ConsultingSession, LedgerEntry


@dataclass(frozen=True, slots=True)
class Risen:
    """A meeting with more overage than before, in minutes; its cost is None where no rate is in force."""

    label: str
    starts_at: datetime
    minutes_before: int
    minutes: int
    cost: Decimal | None


def register_kinds() -> None:
    """Make this mail known to the outbox; called once by the app's configuration."""
    register(Kind(code=OVERAGE_ROSE, label=gettext_lazy("Overage: more than before"), compose=_write))


def _write(message: Message, now: datetime) -> Letter | None:
    """About the meetings that still cost more than before; None where there is none left, or the reader left."""
    assert message.subject_id is not None, "this mail names its contract"
    contract = Contract.objects.select_related("customer").filter(pk=message.subject_id).first()
    if contract is None or message.recipient is None or not is_admin_of(message.recipient, contract.customer_id):
        return None
    risen = _risen(contract, message.facts["meetings"])
    if not risen:
        return None
    return Letter(
        subject=ngettext("More overage for a meeting", "More overage for some meetings", len(risen)),
        template="overage_rose",
        context={
            "risen": risen,
            "customer": contract.customer,
            "currency": contract.currency,
            "contract_url": absolute_url("sessions:contract", contract.pk),
        },
    )


def _risen(contract: Contract, told: dict[str, list[int]]) -> list[Risen]:
    facts = ContractFacts.of(contract, with_bookings=True)
    overage, rates = overage_of_meetings(facts), RateBook.load([contract])
    sessions = ConsultingSession.objects.filter(contract=contract, pk__in=_ids(told, "session"))
    entries = LedgerEntry.objects.time_entries().filter(contract=contract, pk__in=_ids(told, "entry"))
    meetings = [(f"session:{each.pk}", each.get_session_type_display(), each.starts_at) for each in sessions]
    meetings += [
        (f"entry:{each.pk}", each.get_session_type_display(), each.started_at) for each in entries if each.started_at
    ]
    risen = []
    for meeting, label, starts_at in sorted(meetings, key=lambda each: each[2]):
        before, minutes = told[meeting][0], overage.get(meeting, 0)
        if minutes > before:
            rate = rates.rate_on(contract, local_day(starts_at, contract.time_zone))
            cost = cost_of_overage(minutes, rate, contract.currency)
            risen.append(Risen(label, starts_at, before, minutes, cost))
    return risen


def _ids(told: dict[str, list[int]], kind: str) -> list[int]:
    return [int(meeting.partition(":")[2]) for meeting in told if meeting.startswith(f"{kind}:")]
