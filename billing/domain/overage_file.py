"""The overage report as a file: the lines that the page shows, in the order in which it shows them (DOMAIN.md §6)."""

import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from billing.domain.files.workbook import Workbook
from billing.domain.overage import OverageLine, OverageReport
from core.csv_files import Cell
from core.money import round_to_minor_unit


def overage_file_name(report: OverageReport, format_: str = "csv") -> str:
    """`overage-2026-11-provisional.csv`: an open month says so in its name."""
    provisional = "-provisional" if report.provisional else ""
    return f"overage-{report.month:%Y-%m}{provisional}.{format_}"


def cell_chunks(report: OverageReport) -> Iterator[list[list[Cell]]]:
    """The cells of all lines, some hundred lines at a time, with words in the language that is active then.

    Minutes are whole numbers, amounts have a decimal point and no currency sign; the start is ISO 8601 with the
    offset of the contract's zone. An unpriced line has no amount.
    """
    for lines in report.lines.chunks():
        yield [_cells(line) for line in lines]


def overage_xlsx(report: OverageReport, *, made_at: datetime) -> IO[bytes]:
    """The same lines as a workbook of one sheet, a file to read and close; `made_at` is the moment that it shows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "overage.xlsx"
        book = Workbook(path, made_at=made_at)
        rows = chain.from_iterable(cell_chunks(report))
        book.add_sheet(_("Provisional") if report.provisional else _("Lines"), heads(), KINDS, rows)
        book.close()
        return path.open("rb")


def heads() -> list[str]:
    """The heads of the columns, in the active language."""
    return [
        _("Service date"),
        _("Customer"),
        _("Contract"),
        _("Package"),
        _("Type"),
        _("Session"),
        _("Time entry"),
        _("Delivered by"),
        _("Start"),
        _("Time zone"),
        _("Minutes delivered"),
        _("Included minutes"),
        _("Overage minutes"),
        _("Hourly rate"),
        _("Amount"),
        _("Currency"),
        pgettext("column", "Billing"),
        _("Note"),
    ]


KINDS: list[type] = [
    *(date, str, str, str, str, str, int, str, str, str),
    *(int, int, int, Decimal, Decimal, str, str, str),
]


def _cells(line: OverageLine) -> list[Cell]:
    entry = line.entry
    return [
        line.service_date,
        line.customer.name,
        line.contract.reference,
        line.contract.package_version.package.name,
        entry.get_session_type_display(),
        entry.session.reference if entry.session is not None else "",
        entry.pk,
        str(entry.staff),
        line.started_at.astimezone(ZoneInfo(line.contract.time_zone)).isoformat(timespec="minutes"),
        line.contract.time_zone,
        entry.minutes,
        entry.share.included_minutes,
        line.minutes,
        round_to_minor_unit(line.hourly_rate, line.currency) if line.hourly_rate is not None else None,
        line.amount,
        line.currency,
        line.billing.label,
        entry.note,
    ]
