"""How values look in a reader's language: durations, money, dates, instants. Pure, for pages, mail and files alike.

Every function takes the `language` as a portal code ("en", "it"); the templates' filters pass the active one.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta, get_timezone_location
from babel.numbers import format_currency, format_decimal

MINUS = "\N{MINUS SIGN}"
TWO_OF_A_UNIT = 2
_LOCALES = {"en": "en_GB", "it": "it_IT"}


@lru_cache(maxsize=8)
def locale_of(language: str) -> Locale:
    """The Babel locale that writes `language`: UK English for anything that is not translated."""
    return Locale.parse(_LOCALES.get(language.partition("-")[0], "en_GB"))


def format_minutes(minutes: int) -> str:
    """Whole minutes as h:mm, the same in every language: 90 is `1:30`, -15 is `−0:15` (DOMAIN.md §13)."""
    hours, rest = divmod(abs(minutes), 60)
    return f"{MINUS if minutes < 0 else ''}{hours}:{rest:02d}"


@lru_cache(maxsize=4096)
def format_money(amount: Decimal, currency: str, language: str) -> str:
    """`amount` with its currency and the currency's digits: €1,437.50 or 1.437,50 €."""
    return format_currency(amount, currency, locale=locale_of(language)).replace("-", MINUS, 1)


def format_number(number: Decimal | int, language: str) -> str:
    """A plain number with the language's separators."""
    return format_decimal(number, locale=locale_of(language)).replace("-", MINUS, 1)


@lru_cache(maxsize=4096)
def format_day(day: date, language: str, *, style: str = "medium") -> str:
    """A calendar date.

    :param style: `weekday` (Tue, 24 Nov 2026), `medium` (24 Nov 2026), `long` (24 November 2026), `short` (24 Nov),
        `month` (November 2026), `month_name` (Nov)
    """
    locale = locale_of(language)
    match style:
        case "weekday":
            return format_skeleton("yMMMEd", day, locale=locale)
        case "short":
            return format_skeleton("MMMd", day, locale=locale)
        case "month":
            return format_skeleton("yMMMM", day, locale=locale)
        case "month_name":
            return format_skeleton("MMM", day, locale=locale)
        case "medium" | "long":
            return format_date(day, style, locale=locale)
        case _:
            raise ValueError(f"{style!r} is not a style of dates")


def format_clock(instant: datetime, zone: str) -> str:
    """The wall-clock time of `instant` in the IANA `zone`, in 24 hours and every language: 10:00."""
    return f"{instant.astimezone(ZoneInfo(zone)):%H:%M}"


def format_instant(instant: datetime, zone: str, language: str) -> str:
    """Day and time of `instant` in the IANA `zone`, without the zone's name: Tue, 24 Nov 2026, 10:00."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{format_day(local.date(), language, style='weekday')}, {local:%H:%M}"


def format_span(start: datetime, minutes: int, zone: str, language: str) -> str:
    """A meeting's day and both of its wall-clock times in `zone`: Tue, 24 Nov 2026, 10:00–11:00."""
    end = start + timedelta(minutes=minutes)
    return f"{format_instant(start, zone, language)}\N{EN DASH}{format_clock(end, zone)}"


@lru_cache(maxsize=1024)
def zone_city(zone: str, language: str) -> str:
    """The city that people know an IANA zone by: `Europe/Rome` is Rome, or Roma in Italian."""
    if "/" not in zone:
        return zone
    return get_timezone_location(ZoneInfo(zone), locale=locale_of(language), return_city=True)


def format_distance(instant: datetime, *, now: datetime, language: str) -> str:
    """How far `instant` is from `now`, in words: `in 3 hours`, `2 days ago`; `in 9 days` is never "in a week"."""
    return format_timedelta(instant - now, threshold=TWO_OF_A_UNIT, add_direction=True, locale=locale_of(language))


def initials(name: str) -> str:
    """Up to two initials of a person's or an organisation's name: Giulia Rossi is GR."""
    words = [word for word in name.partition("@")[0].replace(".", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
