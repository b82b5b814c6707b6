"""Durations as people type them. They are whole minutes inside, and shown as h:mm by `core.formatting`."""

import re
from decimal import Decimal

_MINUTES = re.compile(r"([0-9]{1,5})\s*(?:m|min|')?", re.ASCII)
_CLOCK = re.compile(r"([0-9]{1,3}):([0-5][0-9])", re.ASCII)
_HOURS = re.compile(r"([0-9]{0,3}[.,][0-9]{1,4})\s*h?|([0-9]{1,3})\s*h", re.ASCII)
_HOURS_AND_MINUTES = re.compile(r"([0-9]{1,3})\s*h\s*([0-5]?[0-9])\s*(?:m|min|')?", re.ASCII)


class UnreadableDuration(ValueError):
    """The text is no duration in any of the forms that `parse_minutes` reads."""


class NotWholeMinutes(ValueError):
    """The text is a number of hours that does not come to whole minutes: rounding it would change what is billed."""

    def __init__(self, minutes: Decimal) -> None:
        super().__init__(f"{minutes} minutes")
        self.minutes = minutes


def parse_minutes(text: str) -> int:
    """The whole minutes that `text` says (DOMAIN.md §13).

    A plain number is minutes (`45`, `45m`, `45 min`), one with a point or comma is hours (`0.75`, `0,75`, `1.5h`), and
    hours may stand beside minutes (`0:45`, `1h30`, `1 h 30 min`, `2h`).

    :raises UnreadableDuration: if it is none of these
    :raises NotWholeMinutes: if decimal hours leave a fraction of a minute
    """
    typed = text.strip().lower()
    if match := _MINUTES.fullmatch(typed):
        return int(match[1])
    if match := _CLOCK.fullmatch(typed) or _HOURS_AND_MINUTES.fullmatch(typed):
        return int(match[1]) * 60 + int(match[2])
    if match := _HOURS.fullmatch(typed):
        minutes = Decimal((match[1] or match[2]).replace(",", ".")) * 60
        if minutes != minutes.to_integral_value():
            raise NotWholeMinutes(minutes)
        return int(minutes)
    raise UnreadableDuration(text)
