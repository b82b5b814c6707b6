"""From the text of a row to its values, cell by cell: what a row says by itself, whatever the portal knows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.sheets.columns import Column, RawRows
from core.sheets.faults import Fault
from core.sheets.values import Unreadable, read_date
from core.text import is_plain
from home.domain.contract_import.columns import COLUMNS
from home.domain.contract_import.values import (
    country_code,
    language_code,
    read_email,
    read_rate,
)

EMAILS = ("lead", "dedicated", "contact_email", "billing_email")
Reader = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """A row's values by the names of their columns: those that are there and can be read.

    `cells` are as written, for messages.
    """

    row: int
    cells: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The value of a column of text; empty where there is none that can be read."""
        return str(self.values.get(name, ""))

    def day(self, name: str) -> date | None:
        """The value of a column of dates."""
        found: date | None = self.values.get(name)
        return found

    @property
    def hourly_rate(self) -> Decimal | None:
        """The negotiated rate, if the row has one."""
        found: Decimal | None = self.values.get("hourly_rate")
        return found


def parse(raw: RawRows) -> tuple[list[ParsedRow], list[Fault]]:
    """All rows' values, and a fault for each cell that is missing, too long, unreadable or not plain text."""
    readers = _readers(raw)
    columns = [column for column in COLUMNS if column.name in raw.headings]
    rows, faults = [], []
    for each in raw.rows:
        row = ParsedRow(each.row, each.cells)
        for column in columns:
            text = each.cells.get(column.name, "")
            fault = _fault_of(column, text) or _read_into(row, column, text, readers)
            if fault is not None:
                code, sentence, particulars = fault
                heading = raw.heading(column.name)
                faults.append(Fault.of(code, sentence, row=each.row, column=heading, value=text, **particulars))
        rows.append(row)
    return rows, faults


FaultInCell = tuple[str, Any, dict[str, Any]]


def _fault_of(column: Column, text: str) -> FaultInCell | None:
    if not text:
        return ("missing_value", _("This must be filled in."), {}) if column.required else None
    if not (text.isascii() and text.isprintable()) and not is_plain(text, lines=column.lines):
        return (
            "characters",
            _("This holds characters that cannot be seen, or that turn the text round. Type it anew."),
            {},
        )
    if len(text) > column.longest:
        return "too_long", _("This is too long: %(most)s characters at most."), {"most": column.longest}
    return None


def _read_into(row: ParsedRow, column: Column, text: str, readers: dict[str, Reader]) -> FaultInCell | None:
    if text:
        try:
            row.values[column.name] = readers.get(column.name, str)(text)
        except Unreadable as unreadable:
            return unreadable.code, unreadable.sentence, {}
    return None


def _readers(raw: RawRows) -> dict[str, Reader]:
    """How each column is read that is not just text."""
    return {
        "country": country_code,
        "language": language_code,
        "currency": str.upper,
        "package": str.casefold,
        "hourly_rate": read_rate,
        **dict.fromkeys(EMAILS, read_email),
        **dict(_date_readers(raw)),
    }


def _date_readers(raw: RawRows) -> Iterator[tuple[str, Reader]]:
    for name in ("starts_on", "ends_on"):
        if name in raw.headings:
            yield name, _date_reader(italian=raw.is_italian(name))


def _date_reader(*, italian: bool) -> Reader:
    return lambda text: read_date(text, italian=italian)


def emails_of(rows: list[ParsedRow]) -> Iterator[str]:
    """Every address of a person in these rows."""
    for row in rows:
        for name in ("lead", "dedicated", "contact_email"):
            if name in row.values:
                yield row.text(name)
