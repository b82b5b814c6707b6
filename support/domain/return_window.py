"""Until when an order's line may come back: three answers, from its days alone (DOMAIN.md §9). Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from core.dates import local_day

RETURN_DAYS = 30


class Answer(StrEnum):
    """What is said to a return."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Window:
    """The answer for one line. `last_day` is the last day on which a return can be asked for, None while unknown."""

    answer: Answer
    last_day: date | None = None
    days_left: int = 0
    """Days on which it can still be asked for, today included."""
    by_exception: bool = False


def received_day(instant: datetime, zone: str) -> date:
    """The day on which something was received that arrived at `instant`: by the clock of the order's `zone`."""
    return local_day(instant, zone)


def window_of(*, received_on: date | None, exceptional_until: date | None, zone: str, now: datetime) -> Window:
    """The answer for a line that was received on `received_on`, a day of `zone`, to somebody who asks at `now`.

    The last day is 30 civil days after it, inclusive; the day on which is asked counts, in the same zone. An exception
    of the lead holds instead where it reaches further, also while nobody knows when the line was received.
    """
    by_rule = received_on + timedelta(days=RETURN_DAYS) if received_on else None
    if exceptional_until is not None and (by_rule is None or exceptional_until > by_rule):
        last_day, by_exception = exceptional_until, True
    elif by_rule is not None:
        last_day, by_exception = by_rule, False
    else:
        return Window(Answer.UNKNOWN)
    days_left = (last_day - local_day(now, zone)).days + 1
    answer = Answer.OPEN if days_left > 0 else Answer.CLOSED
    return Window(answer, last_day, max(days_left, 0), by_exception)
