"""Included minutes that are about to lapse, and the free times that would use them (DOMAIN.md §2, §7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.dates import local_day
from packages.domain.contracts import dedicated_of
from packages.models import Contract
from packages.session_types import LENGTHS_IN_MINUTES, SessionType
from sessions.domain.availability import Slot, days
from sessions.domain.numbers import ContractNumbers

LAST_DAYS = 30
"""From how many days before the end of the window on the page warns: the first reminder comes then too (§11)."""
LOOKS_AHEAD_DAYS = 14
TIMES_SHOWN = 3
USED_WITH = (SessionType.OPERATIONS, SessionType.KICKOFF)


@dataclass(frozen=True, slots=True)
class Lapsing:
    """Free minutes that lapse with the window, and the next times that would use `duration_minutes` of them."""

    minutes: int
    session_type: str
    duration_minutes: int
    times: list[Slot]


def about_to_lapse(contract: Contract, numbers: ContractNumbers, *, now: datetime) -> Lapsing | None:
    """What lapses within the last days of the window; None where nothing does.

    The times are the dedicated person's (or of who covers), one a day, all inside the window.
    """
    today = local_day(now, contract.time_zone)
    window = numbers.window
    if contract.voided_at is not None or numbers.free <= 0 or not window.first <= today <= window.last:
        return None
    if (window.last - today).days >= LAST_DAYS:
        return None
    offered = [each for each in USED_WITH if each not in contract.types_switched_off]
    fitting = [minutes for minutes in LENGTHS_IN_MINUTES if minutes <= numbers.free]
    dedicated = dedicated_of(contract)
    if not offered or not fitting or dedicated is None:
        return Lapsing(numbers.free, "", 0, [])
    found = days(
        staff=dedicated,
        first=today,
        last=min(window.last, today + timedelta(days=LOOKS_AHEAD_DAYS)),
        zone=contract.time_zone,
        duration_minutes=fitting[-1],
        now=now,
        contract=contract,
    )
    times = [day.slots[0] for day in found if day.slots]
    return Lapsing(numbers.free, offered[0], fitting[-1], times[:TIMES_SHOWN])
