"""What a change does to other entries, as the page shows it before the change is saved (DOMAIN.md §4, §6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from sessions.domain.moves import Move, mark_of
from sessions.domain.periods import closed_through, is_closed

MARK = "moves_seen"
"""The hidden input of `sessions/_moves.html`: the mark of what is on the screen, empty where nothing moves."""


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One moved entry. In a closed month the difference comes out as a line of the next close."""

    move: Move
    in_closed_month: bool


@dataclass(frozen=True, slots=True)
class MovesShown:
    """The moved entries, what they change in money together, and the mark that comes back when they were seen."""

    rows: list[MoveRow]
    currency: str
    difference: Decimal | None
    mark: str

    @classmethod
    def of(cls, moves: Sequence[Move], *, currency: str) -> Self:
        """Prepare `moves` of one contract, billed in `currency`. `difference` is None where a rate is missing."""
        through = closed_through() if moves else None
        differences = [move.difference for move in moves]
        return cls(
            rows=[
                MoveRow(move, move.entry.service_date is not None and is_closed(move.entry.service_date, through))
                for move in moves
            ],
            currency=currency,
            difference=None if None in differences else sum((each for each in differences if each), Decimal(0)),
            mark=mark_of(moves),
        )

    def __bool__(self) -> bool:
        return bool(self.rows)

    @property
    def touches_closed_month(self) -> bool:
        """Whether money of a closed month changes."""
        return any(row.in_closed_month for row in self.rows)
