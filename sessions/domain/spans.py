"""Stretches of time that are looked up often: sorted once, found by bisection."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime, time
from typing import TypeVar

Moment = TypeVar("Moment", datetime, time)


def merged(spans: Iterable[tuple[Moment, Moment]]) -> list[tuple[Moment, Moment]]:
    """The same time in as few stretches as it takes, in order: what overlaps or touches is one."""
    whole: list[tuple[Moment, Moment]] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(whole[-1][1], end)
        else:
            whole.append((start, end))
    return whole


class Spans:
    """Stretches of time, half open, and whether anything touches one of them."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, spans: Iterable[tuple[datetime, datetime]]) -> None:
        whole = merged(spans)
        self._starts = [start for start, _end in whole]
        self._ends = [end for _start, end in whole]

    def touch(self, start: datetime, end: datetime) -> bool:
        """Whether any of the time from `start` until `end` lies in them."""
        begun, over = bisect_left(self._starts, end), bisect_right(self._ends, start)
        return begun > over
