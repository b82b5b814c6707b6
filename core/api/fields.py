"""The API's words as fields: each takes exactly one spelling and refuses what looks like it."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.countries import country_choices
from core.dates import in_calendar
from core.money import CURRENCIES, round_to_minor_unit
from core.text import ONE_LINE, SEVERAL_LINES, is_plain

LARGEST_ID = 2**63 - 1
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_AMOUNT = re.compile(r"-?\d{1,10}(\.\d{1,6})?", re.ASCII)


class WholeNumber(serializers.IntegerField):
    """A JSON number without a fraction: neither `"45"` nor 45.5 nor true."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", -LARGEST_ID)
        kwargs.setdefault("max_value", LARGEST_ID)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class Flag(serializers.BooleanField):
    """true or false, not a word or a number that means it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Text(serializers.CharField):
    """A JSON string that a reader can see; of one line unless `lines`."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "unseen": _("This text holds characters that cannot be shown."),
    }

    def __init__(self, *, lines: bool = False, **kwargs: Any) -> None:
        self.lines = lines
        self.published = {"pattern": SEVERAL_LINES if lines else ONE_LINE}
        kwargs.setdefault("max_length", 5000 if lines else 200)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if not is_plain(data, lines=self.lines):
            self.fail("unseen")
        return data.strip()


class Country(Text):
    """A country by its two capital letters (ISO 3166-1)."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "unknown_country": _("Write the country as two capital letters (ISO 3166), such as IT."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2, **kwargs)
        self.published = {"pattern": "^[A-Z]{2}$"}

    def to_internal_value(self, data: Any) -> str:
        country = super().to_internal_value(data)
        if country not in dict(country_choices("en")):
            self.fail("unknown_country")
        return country


class Email(serializers.EmailField):
    """An e-mail address."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not is_plain(data, lines=False):
            self.fail("invalid")
        return data.strip()


class CalendarDate(serializers.DateField):
    """`YYYY-MM-DD`, from 1990 to 2199."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Write a date that exists as YYYY-MM-DD."),
        "out_of_range": _("Choose a date between 1990 and 2199."),
    }

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            self.fail("invalid")
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail("invalid")
        if not in_calendar(day):
            self.fail("out_of_range")
        return day


class Instant(serializers.DateTimeField):
    """An ISO 8601 instant with its offset, from 1990 to 2199. Given out in UTC."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Write an instant with its offset, such as 2026-11-24T10:00:00+01:00."),
        "out_of_range": _("Choose an instant between 1990 and 2199."),
    }

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str) or not _INSTANT.fullmatch(value):
            self.fail("invalid")
        try:
            instant = parse_datetime(value.upper())
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None:
            self.fail("invalid")
        if not in_calendar(instant):
            self.fail("out_of_range")
        return instant.astimezone(UTC)

    def to_representation(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Money(serializers.DecimalField):
    """An amount: a decimal string, with the digits of its currency where it is given out (`money_text`).

    A JSON number is read too, exactly as it is written.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=12, decimal_places=2, **kwargs)

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """Nothing is null but null: the framework would take an empty text for it."""
        return (False, data) if isinstance(data, str) else super().validate_empty_values(data)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, str | int | Decimal) or not _AMOUNT.fullmatch(str(data)):
            self.fail("invalid")
        return super().to_internal_value(data)

    def to_representation(self, value: Any) -> str:
        return value if isinstance(value, str) else format(value, "f")


def money_text(amount: Decimal | None, currency: str) -> str | None:
    """`amount` as a decimal string with the digits of the currency's minor unit: `"120.00"`, in yen `"120"`."""
    return None if amount is None else format(round_to_minor_unit(amount, currency), "f")


class Currency(serializers.ChoiceField):
    """A currency that the portal bills in."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=list(CURRENCIES), **kwargs)
