"""Telling a customer's admins that the overage of a meeting rises through something else (DOMAIN.md §7).

Accepting overage does not freeze it: a late entry, a booking before it, a move or a cancellation gives the included
minutes to other meetings. Whoever changes that compares what every meeting of the contract costs before and after.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from customers.domain.queries import admins_of
from customers.models import User
from notifications.domain.outbox import Owed, owe_all
from packages.models import Contract
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


@contextmanager
def rises_told(contract: Contract, *, now: datetime) -> Iterator[list[Cause]]:
    """Tell the customer's admins, once, of every meeting whose overage rises inside the block.

    The caller holds the contract's lock and appends the `Cause` once it is known; without one nobody is told.
    """
    causes: list[Cause] = []
    before = overage_of_meetings(contract)
    yield causes
    if not causes:
        return
    (cause,) = causes
    besides = f"session:{cause.besides.pk}" if cause.besides is not None else ""
    risen = {
        meeting: [before.get(meeting, 0), minutes]
        for meeting, minutes in overage_of_meetings(contract).items()
        if meeting != besides and minutes > before.get(meeting, 0)
    }
    if risen:
        _tell(contract, cause, risen, now)


def overage_of_meetings(contract: Contract) -> dict[str, int]:
    """Overage minutes of every meeting: `session:<id>`, projected or logged, or `entry:<id>` of time without one."""
    facts = ContractFacts.of(contract, with_bookings=True)
    names = {
        ("entry", entry.pk): f"entry:{entry.pk}" if entry.session_id is None else f"session:{entry.session_id}"
        for entry in facts.entries
    }
    overage: dict[str, int] = {}
    for key, share in facts.projection().items():
        meeting = names.get(key) or f"session:{key[1]}"
        overage[meeting] = overage.get(meeting, 0) + share.overage_minutes
    return overage


def _tell(contract: Contract, cause: Cause, risen: dict[str, list[int]], now: datetime) -> None:
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
