"""Telling a customer's admins that the overage of a meeting rises through something else (DOMAIN.md §7).

Accepting overage does not freeze it: a late entry, a booking before it, a move or a cancellation gives the included
minutes to other meetings. Whoever changes that reads the contract's facts before and after it, under its lock.
"""

from dataclasses import dataclass
from datetime import datetime

from customers.domain.queries import admins_of
from customers.models import User
from notifications.domain.outbox import Owed, owe_all
from sessions.domain.facts import ContractFacts
from sessions.models import ConsultingSession

OVERAGE_ROSE = "overage_rose"


@dataclass(frozen=True, slots=True)
class Cause:
    """What is done: its own name among all causes, and who needs no mail because they accepted the figures in doing it.

    `besides` is the session that is done something to: its own overage was quoted and accepted.
    """

    key: str
    accepted_by: User | None = None
    besides: ConsultingSession | None = None


def tell_rises(*, before: ContractFacts, after: ContractFacts, cause: Cause, now: datetime) -> None:
    """Tell the customer's admins, once, of every meeting whose overage rose between two readings of a contract.

    Both were read with the bookings, under the contract's lock: one before what `cause` names, one after it.
    """
    overage = overage_of_meetings(before)
    besides = f"session:{cause.besides.pk}" if cause.besides is not None else ""
    risen = {
        meeting: [overage.get(meeting, 0), minutes]
        for meeting, minutes in overage_of_meetings(after).items()
        if meeting != besides and minutes > overage.get(meeting, 0)
    }
    if risen:
        _tell(after, cause, risen, now)


def overage_of_meetings(facts: ContractFacts) -> dict[str, int]:
    """Overage minutes of every meeting: `session:<id>`, projected or logged, or `entry:<id>` of time without one."""
    names = {
        ("entry", entry.pk): f"entry:{entry.pk}" if entry.session_id is None else f"session:{entry.session_id}"
        for entry in facts.entries
    }
    overage: dict[str, int] = {}
    for key, share in facts.projection().items():
        meeting = names.get(key) or f"session:{key[1]}"
        overage[meeting] = overage.get(meeting, 0) + share.overage_minutes
    return overage


def _tell(facts: ContractFacts, cause: Cause, risen: dict[str, list[int]], now: datetime) -> None:
    contract = facts.contract
    readers = [admin for admin in admins_of(contract.customer) if admin != cause.accepted_by]
    owe_all(
        [
            Owed(
                kind=OVERAGE_ROSE,
                key=f"{OVERAGE_ROSE}:{cause.key}",
                to=admin,
                facts={"meetings": risen},
                due_at=now,
                subject_id=contract.pk,
            )
            for admin in readers
        ],
        now=now,
    )
