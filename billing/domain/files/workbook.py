"""Tables as a workbook: real numbers and dates, a row at a time, the same bytes each time (DOMAIN.md §6)."""

import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from billing.domain.files.billed_lines import Cell, Progress, chunks, heads, printed
from billing.domain.files.subjects import Subject
from core.csv_files import harmless
from core.money import CURRENCIES

PRODUCER = "Oura Success"
HEAD = {"bold": True, "font_color": "#0a5a55", "bg_color": "#e2f2ef", "bottom": 1, "bottom_color": "#0a6a65"}
WIDTHS = {str: 20, int: 11, Decimal: 14, date: 12, datetime: 17}


class Workbook:
    """A workbook that is written sheet by sheet and row by row; what is written is no longer in memory."""

    def __init__(self, path: Path, *, made_at: datetime) -> None:
        # Its own temporary files go where the workbook goes, and away with it.
        self._folder = tempfile.TemporaryDirectory(dir=path.parent)
        self._book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
                "remove_timezone": True,
                "tmpdir": self._folder.name,
            },
        )
        # Without a date of its own it would carry the moment of its rendering, and never be the same again.
        moment = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        self._book.set_properties({"author": PRODUCER, "created": moment})
        self._head = self._book.add_format(HEAD)
        self._text = self._book.add_format({})
        self._quoted = self._book.add_format({"quote_prefix": True})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self._instant = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        self._whole = self._book.add_format({"num_format": "0"})
        self._money = {digits: self._book.add_format({"num_format": _money_format(digits)}) for digits in (0, 2)}

    def close(self) -> None:
        """Put the file together."""
        self._book.close()
        self._folder.cleanup()

    def add_sheet(
        self, name: str, columns: Sequence[str], kinds: Sequence[type], rows: Iterable[Sequence[Cell]]
    ) -> None:
        """A sheet with heads that stay in sight; returns how many rows it got. `kinds` are what columns mostly hold."""
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for place, (head, kind) in enumerate(zip(columns, kinds, strict=True)):
            sheet.set_column(place, place, max(WIDTHS[kind], len(head) + 3))
            sheet.write_string(0, place, head, self._head)
        count = 0
        for count, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                self._write(sheet, count, place, cell)
        if count:
            sheet.autofilter(0, 0, count, len(columns) - 1)

    def _write(self, sheet: Worksheet, row: int, place: int, cell: Cell) -> None:
        match cell:
            case None:
                return
            case str():
                # Text is text already; the mark keeps it so when somebody edits the cell.
                sheet.write_string(row, place, cell, self._text if harmless(cell) == cell else self._quoted)
            case Decimal():
                sheet.write_number(row, place, float(cell), self._format_of(cell))
            case datetime():
                sheet.write_datetime(row, place, cell, self._instant)
            case date():
                sheet.write_datetime(row, place, cell, self._day)
            case _:
                sheet.write_number(row, place, cell, self._whole)

    def _format_of(self, amount: Decimal) -> Format:
        """As many digits as the amount has: yen have none."""
        exponent = amount.as_tuple().exponent
        return self._money[0 if exponent == 0 else 2]


def write_xlsx(subject: Subject, path: Path, progress: Progress) -> None:
    """A close as a workbook with words in the active language: totals by currency, by customer, and every line."""
    book = Workbook(path, made_at=subject.closed_at)
    amounts = [_("Currency"), _("Minutes billed"), _("Amount")]
    kinds: list[type] = [str, int, Decimal]
    totals: list[Sequence[Cell]] = [
        (currency, minutes, _exact(amount, currency)) for currency, minutes, amount in subject.totals()
    ]
    book.add_sheet(_("Totals"), amounts, kinds, totals)
    particulars = [_("Statement"), _("Customer"), _("Billing name"), _("VAT id"), _("Purchase order")]
    book.add_sheet(
        _("Customers"),
        [*particulars, *amounts],
        [str] * len(particulars) + kinds,
        map(_statement, subject.statements()),
    )
    lines = (printed(line) for chunk in chunks(subject.lines(), progress) for line in chunk)
    book.add_sheet(_("Lines"), heads(), LINE_KINDS, lines)
    book.close()


LINE_KINDS: list[type] = [
    *(str, str, str, str),
    *(date, str, str, int, str),
    *(datetime, str),
    *(int, int, Decimal, Decimal, str),
    *(str, int, str),
]


def _statement(statement: Any) -> list[Cell]:
    particulars = statement.particulars
    return [
        statement.reference,
        statement.customer.name,
        particulars["billing_name"],
        particulars["vat_id"] or None,
        particulars["purchase_order"] or None,
        statement.currency,
        statement.minutes,
        _exact(statement.amount, statement.currency),
    ]


def _exact(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-CURRENCIES[currency]))


def _money_format(digits: int) -> str:
    return "#,##0" + ("." + "0" * digits if digits else "")
