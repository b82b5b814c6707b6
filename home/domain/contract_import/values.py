"""How rates and codes are written in a CRM's export, and what they mean. By rule, never by guess."""

import re
from decimal import Decimal
from functools import cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from core.countries import country_choices
from core.formatting import locale_of
from core.sheets.values import Unreadable

_RATE = re.compile(r"(\d{1,9})(?:[.,](\d{1,2}))?", re.ASCII)
_ALL_LANGUAGES = tuple(language for language, _name in settings.LANGUAGES)


def read_rate(text: str) -> Decimal:
    """An amount with a decimal point or a decimal comma and at most two digits after it, nothing between thousands.

    So `1.250` is refused, whichever of both it was meant to be.

    :raises Unreadable: if it is anything else
    """
    found = _RATE.fullmatch(text)
    if found is None:
        sentence = _(
            "Write a number such as 120, 120.50 or 120,50, without a currency and with no thousands separator."
        )
        raise Unreadable("rate", sentence)
    return Decimal(f"{found[1]}.{found[2] or '0'}")


def read_email(text: str) -> str:
    """An e-mail address in small letters.

    :raises Unreadable: if it is none
    """
    try:
        validate_email(text)
    except ValidationError:
        raise Unreadable("email", _("This is not an e-mail address.")) from None
    return text.lower()


def country_code(text: str) -> str:
    """The ISO code of a country that is written as its code, or by its name in a language of the portal."""
    return _country_names().get(text.casefold(), text.upper())


def language_code(text: str) -> str:
    """The code of a language that is written as a code (`it`, `it-IT`), or by its name."""
    short = text.replace("_", "-").partition("-")[0].casefold()
    return _language_names().get(text.casefold(), short)


@cache
def _country_names() -> dict[str, str]:
    return {name.casefold(): code for language in _ALL_LANGUAGES for code, name in country_choices(language)}


@cache
def _language_names() -> dict[str, str]:
    return {
        locale_of(language).languages[code].casefold(): code for language in _ALL_LANGUAGES for code in _ALL_LANGUAGES
    }
