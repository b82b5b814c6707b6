"""Public holidays of a staff member's country (DOMAIN.md §7)."""

from datetime import date
from functools import lru_cache

import holidays
from django.utils.translation import get_language
from django.utils.translation import gettext as _

_LANGUAGES = {"it": "it_IT", "en": "en_US"}


def holiday_on(day: date, country: str) -> str | None:
    """The name of the public holiday on `day` in the ISO 3166 `country`, in the reader's language where it is known."""
    language = _LANGUAGES[(get_language() or "en")[:2]]
    name = _of_year(country, day.year, language).get(day)
    return name if name is None or _is_named_in(language, country) else _("Public holiday")


@lru_cache(maxsize=64)
def _is_named_in(language: str, country: str) -> bool:
    """Countries whose days have names in one language alone have them in English."""
    try:
        known = holidays.country_holidays(country).supported_languages
    except NotImplementedError:
        return True
    return language in known or (language.startswith("en") and not known)


@lru_cache(maxsize=256)
def _of_year(country: str, year: int, language: str) -> dict[date, str]:
    try:
        return dict(holidays.country_holidays(country, years=year, language=language))
    except NotImplementedError:
        return {}
