"""What a booking would draw and cost, before anybody is bound (DOMAIN.md §7)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.core import signing

from core.dates import local_day
from packages.domain.rates import RateBook
from packages.models import Contract
from sessions.domain.allocation import ASKED_FOR, Drawing, Share
from sessions.domain.displacement import Displaced, displaced_bookings
from sessions.domain.facts import ContractFacts
from sessions.domain.pricing import cost_of_overage
from sessions.models import ConsultingSession

_SEAL = "sessions.quote"
_ASKED_FOR = ("asked for", 0)


@dataclass(frozen=True, slots=True)
class Quote:
    """The projection of §7 for one booking. Minutes are whole; amounts are in `currency`, None where unpriced.

    `facts` are what it was projected over.
    """

    facts: ContractFacts
    asked_for: Drawing[tuple[str, int]]
    share: Share
    hourly_rate: Decimal | None
    amount: Decimal | None
    currency: str
    displaced: list[Displaced]
    free_before: int
    free_after: int

    @property
    def included_minutes(self) -> int:
        return self.share.included_minutes

    @property
    def overage_minutes(self) -> int:
        return self.share.overage_minutes

    @property
    def displaced_minutes(self) -> int:
        """Minutes of other bookings that would become overage."""
        return sum(each.overage_minutes for each in self.displaced)

    @property
    def total_overage_minutes(self) -> int:
        """Own and displaced overage."""
        return self.overage_minutes + self.displaced_minutes

    @property
    def costs(self) -> bool:
        """Whether somebody has to accept overage."""
        return self.total_overage_minutes > 0

    @property
    def unpriced(self) -> bool:
        """Whether any of the overage has no rate in force."""
        return self.amount is None or any(each.amount is None for each in self.displaced)

    @property
    def total_amount(self) -> Decimal | None:
        """Own and displaced cost; None where any of it is unpriced."""
        if self.amount is None or self.unpriced:
            return None
        return self.amount + sum((each.amount for each in self.displaced if each.amount is not None), Decimal(0))

    @property
    def contract(self) -> Contract:
        return self.facts.contract

    def seal(self) -> str:
        """The figures as a signed text that a form or an API client sends back with the booking."""
        return signing.dumps(self._figures(), salt=_SEAL, compress=True)

    def rose_since(self, sealed: str) -> bool:
        """Whether the figures are higher than in the sealed quote that the person saw.

        A broken seal counts as such, and so does that of another contract, session type, start or length.
        """
        try:
            seen: dict[str, Any] = signing.loads(sealed, salt=_SEAL)
        except signing.BadSignature:
            return True
        now = self._figures()
        return (
            seen["contract"] != now["contract"]
            or seen.get("meeting") != now["meeting"]
            or now["overage"] > seen["overage"]
            or now["amount"] is None
            or seen["amount"] is None
            or Decimal(now["amount"]) > Decimal(seen["amount"])
        )

    def _figures(self) -> dict[str, Any]:
        total, asked = self.total_amount, self.asked_for
        return {
            "contract": self.contract.pk,
            "meeting": f"{asked.session_type} {asked.started_at.astimezone(UTC).isoformat()} {asked.minutes}",
            "overage": self.total_overage_minutes,
            "amount": None if total is None else str(total),
        }


def quote(
    *,
    contract: Contract,
    session_type: str,
    starts_at: datetime,
    duration_minutes: int,
    without: ConsultingSession | None = None,
    facts: ContractFacts | None = None,
    rates: RateBook | None = None,
) -> Quote:
    """Project §4 over entries, bookings and the one asked for; `without` is a booking that would be moved.

    Changes nothing. The slot is not looked at here: `booking.quote_booking` does. `facts` (with the bookings) and
    `rates` of the contract are read unless whoever asks for several quotes read them once.
    """
    if facts is None:
        facts = ContractFacts.of(contract, with_bookings=True)
    if rates is None:
        rates = RateBook.load([contract])
    day = local_day(starts_at, contract.time_zone)
    asked = Drawing(
        key=_ASKED_FOR,
        started_at=starts_at,
        day=day,
        session_type=session_type,
        minutes=duration_minutes,
        rank=ASKED_FOR,
    )
    before = facts.projection(without=without)
    after = facts.projection(asked, without=without)
    share = after[_ASKED_FOR]
    rate = rates.rate_on(contract, day)
    return Quote(
        facts=facts,
        asked_for=asked,
        share=share,
        hourly_rate=rate,
        amount=cost_of_overage(share.overage_minutes, rate, contract.currency),
        currency=contract.currency,
        displaced=displaced_bookings(facts, before, after, rates),
        free_before=facts.free(before),
        free_after=facts.free(after),
    )
