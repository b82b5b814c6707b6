"""How months stand in addresses: importing this makes `<month:…>` known."""

from datetime import date

from django.urls import register_converter

FIRST_MONTH = date(2000, 1, 1)
"""The earliest month that has an address."""


class MonthConverter:
    """A calendar month as `2026-11`, handed to the view as its first day. Other millennia are no addresses."""

    regex = "2[0-9]{3}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date) -> str:
        return value.isoformat()[:7]


register_converter(MonthConverter, "month")
