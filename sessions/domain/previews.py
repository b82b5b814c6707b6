"""What an act on the ledger would draw, move and cost, without doing it (DOMAIN.md §4)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.dates import local_day
from customers.models import User
from packages.domain.rates import RateBook
from packages.models import Contract
from sessions.domain.allocation import Drawing, Share
from sessions.domain.displacement import Displaced, displaced_bookings
from sessions.domain.facts import ContractFacts, rekeyed
from sessions.domain.loggable import Basis, TimeToLog, check_loggable, overlapping
from sessions.domain.moves import Move, moves_between
from sessions.domain.pricing import cost_of_overage
from sessions.models import ConsultingSession, LedgerEntry


@dataclass(frozen=True, slots=True)
class Preview:
    """What a time entry would draw and cost, and what is left afterwards.

    `moves` are entries whose shares it changes, `displaced` are bookings that it pushes into overage.
    """

    share: Share
    moves: list[Move]
    displaced: list[Displaced]
    overlapping: list[LedgerEntry]
    hourly_rate: Decimal | None
    amount: Decimal | None
    currency: str
    left_after: int


def preview_time(
    *,
    contract: Contract,
    session_type: str,
    staff: User,
    started_at: datetime,
    minutes: int,
    now: datetime,
    session: ConsultingSession | None = None,
    basis: str = Basis.DELIVERED,
    reason: str = "",
) -> Preview:
    """What `log_time` would do, without doing it; refuses what it would refuse."""
    asked = TimeToLog(contract, session_type, staff, started_at, minutes, session, basis, reason)
    check_loggable(asked, now=now)
    return preview_of(asked)


def preview_of(asked: TimeToLog) -> Preview:
    """What an entry that was checked before would do."""
    contract = asked.contract
    facts = ContractFacts.of(contract, with_bookings=True)
    rates = RateBook.load([contract])
    new_id = max((entry.pk for entry in facts.entries), default=0) + 1
    drawing = Drawing(
        key=new_id,
        started_at=asked.started_at,
        day=local_day(asked.started_at, contract.time_zone),
        session_type=asked.session_type,
        minutes=asked.minutes,
        number=new_id,
    )
    before, after = facts.shares(), facts.shares(drawing)
    projection = facts.projection(rekeyed(drawing, ("entry", new_id)), without=asked.session)
    share = after[new_id]
    rate = rates.rate_on(contract, drawing.day)
    return Preview(
        share=share,
        moves=moves_between(facts, before, after, rates),
        displaced=displaced_bookings(facts, facts.projection(), projection, rates),
        overlapping=overlapping(asked),
        hourly_rate=rate,
        amount=cost_of_overage(share.overage_minutes, rate, contract.currency),
        currency=contract.currency,
        left_after=facts.available - sum(each.included_minutes for each in after.values()),
    )


def preview_reversal(*, entry: LedgerEntry) -> list[Move]:
    """Which other entries' minutes the reversal of `entry` would move, and what that does to money."""
    facts = ContractFacts.of(entry.contract)
    before = facts.shares()
    if entry.kind == LedgerEntry.Kind.ADJUSTMENT:
        facts.adjusted -= entry.minutes
        after = facts.shares()
    else:
        after = facts.shares(without=entry.pk)
    return moves_between(facts, before, after, RateBook.load([entry.contract]))


def preview_adjustment(*, contract: Contract, minutes: int) -> list[Move]:
    """Which entries an adjustment of `minutes` would move from overage to included, and what that does to money."""
    facts = ContractFacts.of(contract)
    before = facts.shares()
    facts.adjusted += minutes
    return moves_between(facts, before, facts.shares(), RateBook.load([contract]))
