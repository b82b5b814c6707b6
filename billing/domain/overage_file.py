"""The overage report as a file: the lines that the page shows, in the order in which it shows them (DOMAIN.md §6)."""

import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from billing.domain.files.workbook import Workbook
from billing.domain.overage import OverageLine, OverageReport
from core.csv_files import Cell, csv_lines
from core.money import round_to_minor_unit


def overage_file_name(report: OverageReport, format_: str = "csv") -> str:
    """`overage-2026-11-provisional.csv`: an open month says so in its name."""
    provisional = "-provisional" if report.provisional else ""
    return f"overage-{report.month:%Y-%m}{provisional}.{format_}"


def overage_csv(report: OverageReport) -> Iterator[str]:
    """The lines of `report` as CSV, line by line, with heads in the active language.

    Minutes are whole numbers, amounts have a decimal point and no currency sign; the start is ISO 8601 with the
    offset of the contract's zone. An unpriced line has no amount.
    """
    # The words are looked up here and now: a response is streamed after the reader's language was put away.
    words = {line.entry.pk: (line.entry.get_session_type_display(), line.billing.label) for line in report.lines}
    return csv_lines(_heads(), (_cells(line, *words[line.entry.pk]) for line in report.lines))


def overage_xlsx(report: OverageReport, *, made_at: datetime) -> bytes:
    """The same lines as a workbook of one sheet; `made_at` is the moment that it shows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "overage.xlsx"
        book = Workbook(path, made_at=made_at)
        rows = (_cells(line, line.entry.get_session_type_display(), line.billing.label) for line in report.lines)
        book.add_sheet(_("Provisional") if report.provisional else _("Lines"), _heads(), KINDS, rows)
        book.close()
        return path.read_bytes()


def _heads() -> list[str]:
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


def _cells(line: OverageLine, type_label: str, billing_label: str) -> list[Cell]:
    entry = line.entry
    return [
        line.service_date,
        line.customer.name,
        line.contract.reference,
        line.contract.package_version.package.name,
        type_label,
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
        billing_label,
        entry.note,
    ]
