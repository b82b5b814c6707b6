"""What one session draws: by the projection while it is booked, by its time entries once they are logged (§4, §7)."""

from dataclasses import dataclass
from decimal import Decimal

from core.dates import local_day
from packages.domain.rates import RateBook
from sessions.domain.allocation import Share
from sessions.domain.facts import ContractFacts
from sessions.domain.pricing import cost_of_overage
from sessions.models import ConsultingSession


@dataclass(frozen=True, slots=True)
class Projected:
    """What a booked session would draw if it took place as booked. `amount` is None where no rate is in force."""

    share: Share
    hourly_rate: Decimal | None
    amount: Decimal | None
    currency: str


def projected(session: ConsultingSession) -> Projected | None:
    """The projection of `session` beside everything else on its contract; None once it is booked no more.

    Four queries, whatever the contract holds.
    """
    if session.status != ConsultingSession.Status.BOOKED:
        return None
    contract = session.contract
    share = ContractFacts.of(contract, with_bookings=True).projection()[("booking", session.pk)]
    rate = RateBook.load([contract]).rate_on(contract, local_day(session.starts_at, contract.time_zone))
    amount = cost_of_overage(share.overage_minutes, rate, contract.currency)
    return Projected(share, rate, amount, contract.currency)
