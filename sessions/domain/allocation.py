"""What each time entry draws: one pure function of the contract's facts (DOMAIN.md §4)."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from packages.domain.windows import Window
from packages.session_types import RULES

Key = TypeVar("Key", bound=Hashable)

# At equal starts: entries, then bookings by id, then the one that is asked for (DOMAIN.md §7).
ENTRY, BOOKING, ASKED_FOR = range(3)


@dataclass(frozen=True, slots=True)
class Drawing(Generic[Key]):
    """Minutes that were delivered, are booked, or are asked for. `day` is the start's date in the contract's zone."""

    key: Key
    started_at: datetime
    day: date
    session_type: str
    minutes: int
    rank: int = ENTRY
    number: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """How the minutes of one drawing divide, and the answer to each rule that decided it."""

    included_minutes: int
    overage_minutes: int
    type_draws: bool
    in_window: bool
    first_of_type: bool
    left_before: int

    @property
    def eligible(self) -> bool:
        """Whether the package could cover it at all, minutes left or not."""
        return self.type_draws and self.in_window and self.first_of_type

    @property
    def figures(self) -> tuple[int, int]:
        """Included and overage minutes."""
        return self.included_minutes, self.overage_minutes


def allocate(*, granted_minutes: int, window: Window, drawings: Iterable[Drawing[Key]]) -> dict[Key, Share]:
    """Share out `granted_minutes` (grant plus unreversed adjustments) over unreversed `drawings`.

    The included minutes go to what was delivered first, whenever it was typed in: ordered by start instant, then
    rank, then number. The result holds a share for every key.
    """
    left = granted_minutes
    used_up_types: set[str] = set()
    shares: dict[Key, Share] = {}
    for drawing in sorted(drawings, key=lambda each: (each.started_at, each.rank, each.number)):
        rules = RULES[drawing.session_type]
        in_window = window.holds(drawing.day)
        first_of_type = drawing.session_type not in used_up_types
        eligible = rules.draws_on_included and in_window and first_of_type
        included = min(drawing.minutes, left) if eligible else 0
        shares[drawing.key] = Share(
            included_minutes=included,
            overage_minutes=drawing.minutes - included,
            type_draws=rules.draws_on_included,
            in_window=in_window,
            first_of_type=first_of_type,
            left_before=left,
        )
        left -= included
        if eligible and rules.included_once:
            used_up_types.add(drawing.session_type)
    return shares
