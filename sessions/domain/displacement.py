"""Booked sessions that something earlier would push into overage, and what that costs (DOMAIN.md §7)."""

from dataclasses import dataclass
from decimal import Decimal

from core.dates import local_day
from packages.domain.rates import RateBook
from sessions.domain.facts import ContractFacts, Projection
from sessions.domain.pricing import cost_of_overage
from sessions.models import ConsultingSession


@dataclass(frozen=True, slots=True)
class Displaced:
    """A booking that would be pushed into overage, by how many minutes, at what cost (None: unpriced)."""

    session: ConsultingSession
    overage_minutes: int
    amount: Decimal | None


def displaced_bookings(facts: ContractFacts, before: Projection, after: Projection, rates: RateBook) -> list[Displaced]:
    """The bookings of `facts` with more overage in `after` than in `before`, in the order of their starts."""
    contract = facts.contract
    displaced = []
    for session in sorted(facts.bookings, key=lambda booking: (booking.starts_at, booking.pk)):
        key = ("booking", session.pk)
        if key not in before or key not in after or after[key].overage_minutes <= before[key].overage_minutes:
            continue
        rate = rates.rate_on(contract, local_day(session.starts_at, contract.time_zone))
        costs_then = cost_of_overage(after[key].overage_minutes, rate, contract.currency)
        costs_now = cost_of_overage(before[key].overage_minutes, rate, contract.currency)
        displaced.append(
            Displaced(
                session=session,
                overage_minutes=after[key].overage_minutes - before[key].overage_minutes,
                amount=None if costs_then is None or costs_now is None else costs_then - costs_now,
            )
        )
    return displaced
