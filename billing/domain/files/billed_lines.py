"""The lines of a close or a statement, read a chunk at a time: memory does not grow with their number."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.models import StatementLine
from core import faults
from core.money import round_to_minor_unit

AT_ONCE = 1000
Cell = str | int | Decimal | date | datetime | None
Progress = Callable[[int], None]
"""Told how many lines are written."""


class Column(NamedTuple):
    """A column of the lines: its name in JSON, and its head in CSV and XLSX (empty: not there)."""

    key: str
    head: str | Promise


COLUMNS = (
    Column("statement", _("Statement")),
    Column("customer", ""),
    Column("customer_name", _("Customer")),
    Column("contract", ""),
    Column("contract_reference", _("Contract")),
    Column("package", _("Package")),
    Column("service_date", _("Service date")),
    Column("session_type", ""),
    Column("session_type_name", _("Type")),
    Column("session", _("Session")),
    Column("time_entry", _("Time entry")),
    Column("staff", _("Delivered by")),
    Column("started_at", _("Start")),
    Column("time_zone", _("Time zone")),
    Column("minutes_delivered", _("Minutes delivered")),
    Column("minutes", _("Minutes billed")),
    Column("hourly_rate", _("Hourly rate")),
    Column("amount", _("Amount")),
    Column("currency", _("Currency")),
    Column("reason", ""),
    Column("reason_name", _("Reason")),
    Column("caused_by", pgettext_lazy("column", "Moved by")),
    Column("note", _("Note")),
)
PRINTED = tuple(column for column in COLUMNS if column.head)
"""The columns that people read: ids and codes are for programs."""


def chunks(lines: QuerySet[StatementLine], progress: Progress) -> Iterator[list[StatementLine]]:
    """The lines in the order of the pages, by service date and entry, a query a chunk.

    Each chunk begins after the last line of the one before: no cursor has to stay open while a file is written.
    """
    ordered = lines.select_related(
        "statement__customer",
        "statement__close",
        "contract__package_version__package",
        "entry__session",
        "entry__staff",
    ).order_by("service_date", "entry")
    after, done = Q(), 0
    while chunk := list(ordered.filter(after)[:AT_ONCE]):
        yield chunk
        last = chunk[-1]
        after = Q(service_date__gte=last.service_date) & ~Q(service_date=last.service_date, entry__lte=last.entry_id)
        done += len(chunk)
        progress(done)
        faults.reach("after_chunk")


def cells_of(line: StatementLine) -> dict[str, Cell]:
    """One line by the keys of `COLUMNS`, with words in the active language. The start is in the contract's zone."""
    statement, entry, contract = line.statement, line.entry, line.contract
    assert entry.started_at is not None
    return {
        "statement": statement.reference,
        "customer": statement.customer_id,
        "customer_name": statement.customer.name,
        "contract": line.contract_id,
        "contract_reference": contract.reference,
        "package": contract.package_version.package.name,
        "service_date": line.service_date,
        "session_type": entry.session_type,
        "session_type_name": entry.get_session_type_display(),
        "session": entry.session.reference if entry.session is not None else None,
        "time_entry": line.entry_id,
        "staff": str(entry.staff),
        "started_at": entry.started_at.astimezone(ZoneInfo(contract.time_zone)),
        "time_zone": contract.time_zone,
        "minutes_delivered": entry.minutes,
        "minutes": line.minutes,
        "hourly_rate": money_cell(line.hourly_rate, statement.currency),
        "amount": money_cell(line.amount, statement.currency),
        "currency": statement.currency,
        "reason": str(line.reason),
        "reason_name": line.get_reason_display(),
        "caused_by": line.caused_by_id,
        "note": entry.note,
    }


def printed(line: StatementLine) -> list[Cell]:
    """The cells of the columns that people read."""
    cells = cells_of(line)
    return [cells[column.key] for column in PRINTED]


def heads() -> Sequence[str]:
    """The heads of the columns that people read, in the active language."""
    return [str(column.head) for column in PRINTED]


def money_cell(amount: Decimal | None, currency: str) -> Any:
    """An amount with exactly the digits of its currency."""
    return None if amount is None else round_to_minor_unit(amount, currency)
