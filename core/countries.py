"""Countries by their ISO 3166 codes, named in a reader's language."""

import re
from functools import lru_cache

from core.formatting import locale_of

# What Unicode lists among the territories without their being countries: groups, reserves, test codes.
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_TWO_LETTERS = re.compile("[A-Z]{2}")


@lru_cache(maxsize=8)
def country_choices(language: str) -> list[tuple[str, str]]:
    """All countries as (code, name), in the order of their names in `language`."""
    named = {
        code: name
        for code, name in locale_of(language).territories.items()
        if _TWO_LETTERS.fullmatch(code) and code not in _NO_COUNTRIES
    }
    return sorted(named.items(), key=lambda each: each[1].casefold())


def is_country(code: str) -> bool:
    """Whether `code` names a country by its two capital letters."""
    return code in _codes()


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(code for code, _name in country_choices("en"))
