"""What a cancellation would do, shown before it is done (DOMAIN.md §7)."""

from dataclasses import dataclass
from decimal import Decimal

from core.dates import local_day
from packages.domain.rates import RateBook
from sessions.domain.displacement import Displaced, displaced_bookings
from sessions.domain.facts import ContractFacts
from sessions.domain.pricing import cost_of_overage
from sessions.models import ConsultingSession


@dataclass(frozen=True, slots=True)
class Consequence:
    """Minutes that the session would not draw, and the bookings whose overage falls or rises without it.

    `amount` is what its overage would cost, in `currency`; None while no rate is in force.
    """

    included_minutes: int
    overage_minutes: int
    amount: Decimal | None
    relieved: list[Displaced]
    burdened: list[Displaced]
    free_before: int
    free_after: int
    currency: str


def preview_cancellation(session: ConsultingSession) -> Consequence | None:
    """What the contract's bookings draw without `session`; None once it is booked no more. Changes nothing."""
    if session.status != ConsultingSession.Status.BOOKED:
        return None
    facts = ContractFacts.of(session.contract, with_bookings=True)
    rates = RateBook.load([session.contract])
    with_it, without_it = facts.projection(), facts.projection(without=session)
    share = with_it[("booking", session.pk)]
    day = local_day(session.starts_at, session.contract.time_zone)
    return Consequence(
        included_minutes=share.included_minutes,
        overage_minutes=share.overage_minutes,
        amount=cost_of_overage(share.overage_minutes, rates.rate_on(session.contract, day), session.contract.currency),
        relieved=displaced_bookings(facts, without_it, with_it, rates),
        burdened=displaced_bookings(facts, with_it, without_it, rates),
        free_before=facts.free(with_it),
        free_after=facts.free(without_it),
        currency=session.contract.currency,
    )
