"""Public holidays of a staff member's country (DOMAIN.md §7)."""

from datetime import date
from functools import lru_cache

import holidays
from django.utils.translation import get_language

_LANGUAGES = {"it": "it", "en": "en_US"}


def holiday_on(day: date, country: str) -> str | None:
    """The name of the public holiday on `day` in the ISO 3166 `country`, in the reader's language where known."""
    return _of_year(country, day.year, _LANGUAGES.get((get_language() or "en")[:2], "en_US")).get(day)


@lru_cache(maxsize=256)
def _of_year(country: str, year: int, language: str) -> dict[date, str]:
    try:
        return dict(holidays.country_holidays(country, years=year, language=language))
    except NotImplementedError:
        return {}
