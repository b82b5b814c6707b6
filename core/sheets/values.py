"""How dates are written in a file, and what they mean. By rule, never by guess."""

import re
from datetime import date

from django.utils.translation import gettext_lazy as _

_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", re.ASCII)
MONTHS_A_YEAR = 12


class Unreadable(ValueError):
    """A cell does not say what its column holds; `sentence` tells how it is written."""

    def __init__(self, code: str, sentence: object) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence


def read_date(text: str, *, italian: bool) -> date:
    """A calendar date: `2026-01-31`, or day first, `31.01.2026`; with slashes or dashes where it can mean one day only.

    That is always so in a column with an Italian heading, because nobody in Italy writes the month first.

    :raises Unreadable: if it is no date, or could be two
    """
    if found := _ISO_DATE.fullmatch(text):
        year, month, day = (int(number) for number in found.groups())
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = int(found[1]), int(found[3]), int(found[4])
        if found[2] != "." and not italian and day <= MONTHS_A_YEAR and day != month:
            raise Unreadable("ambiguous_date", _("This can mean two days. Write it as year-month-day: 2026-01-31."))
    else:
        raise Unreadable("date", _("This is not a date. Write it as year-month-day: 2026-01-31."))
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable("date", _("There is no such day in the calendar.")) from None
