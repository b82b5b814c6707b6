"""How months stand in addresses."""

from datetime import date


class MonthConverter:
    """A calendar month as `2026-11`, handed to the view as its first day. Other millennia are no addresses."""

    regex = "2[0-9]{3}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date) -> str:
        return value.isoformat()[:7]
