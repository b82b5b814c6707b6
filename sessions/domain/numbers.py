"""The numbers of a contract, the same on every page, in the API and in mail (DOMAIN.md §4, end)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.dates import local_day
from packages.domain.windows import Window
from packages.models import Contract
from sessions.domain.facts import ContractFacts, booked_included


@dataclass(frozen=True, slots=True)
class ContractNumbers:
    """Whole minutes. `used` and `overage` are of entries; `booked` are minutes of sessions in `booked`.

    `free` may be below zero (`ContractFacts.free`): pages then show 0:00 and say why.
    """

    granted: int
    adjusted: int
    used: int
    booked: int
    booked_included: int
    free: int
    overage: int
    window: Window
    lapsed: bool

    @property
    def available(self) -> int:
        """What the package and its adjustments give."""
        return self.granted + self.adjusted

    @property
    def booked_overage(self) -> int:
        """Minutes of sessions in `booked` that the package does not cover, by the projection."""
        return self.booked - self.booked_included

    @property
    def left(self) -> int:
        """Minutes not drawn by entries; bookings are not subtracted."""
        return self.available - self.used


def numbers_of_many(contracts: Iterable[Contract], *, now: datetime) -> dict[int, ContractNumbers]:
    """The numbers of several contracts by contract id, in three queries however many they are."""
    return {
        contract_id: numbers_from(facts, now=now)
        for contract_id, facts in ContractFacts.of_many(contracts, with_bookings=True).items()
    }


def numbers_of(contract: Contract, *, now: datetime) -> ContractNumbers:
    """The numbers of one contract."""
    return numbers_of_many([contract], now=now)[contract.pk]


def numbers_from(facts: ContractFacts, *, now: datetime) -> ContractNumbers:
    """The numbers that `facts`, read with the bookings, give."""
    shares = facts.shares().values()
    projection = facts.projection()
    return ContractNumbers(
        granted=facts.granted,
        adjusted=facts.adjusted,
        used=sum(share.included_minutes for share in shares),
        booked=sum(session.duration_minutes for session in facts.bookings),
        booked_included=booked_included(projection),
        free=facts.free(projection),
        overage=sum(share.overage_minutes for share in shares),
        window=facts.window,
        lapsed=local_day(now, facts.contract.time_zone) > facts.window.last,
    )
