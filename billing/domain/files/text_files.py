"""A close or a statement as CSV for people and as JSON for programs, line by line (DOMAIN.md §6)."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from billing.domain.files.billed_lines import COLUMNS, Cell, Progress, cells_of, chunks, heads, money_cell, printed
from billing.domain.files.subjects import Subject
from core.csv_files import csv_lines

PROGRAMS_READ = tuple(
    column.key for column in COLUMNS if column.key not in ("contract_reference", "session_type_name", "reason_name")
)
"""JSON carries codes and ids in place of the words for them."""


def write_csv(subject: Subject, file: IO[bytes], progress: Progress) -> None:
    """UTF-8 with BOM, RFC 4180, heads in the active language; the start is ISO 8601 with its offset."""
    rows = (
        [cell.isoformat(timespec="minutes") if isinstance(cell, datetime) else cell for cell in printed(line)]
        for chunk in chunks(subject.lines(), progress)
        for line in chunk
    )
    for text in csv_lines(heads(), rows):
        file.write(text.encode())


def write_json(subject: Subject, file: IO[bytes], progress: Progress) -> None:
    """One object: what it is, totals by currency, statements, lines. Money is text, as in the API."""
    head = {"month": f"{subject.month:%Y-%m}", "close": subject.close_number, "close_sha256": subject.close_sha256}
    totals = [
        {"currency": currency, "minutes": minutes, "amount": str(money_cell(amount, currency))}
        for currency, minutes, amount in subject.totals()
    ]
    file.write(_opened({**head, "totals": totals}))
    file.write(b',\n"statements": ')
    _write_list(file, (_statement(row) for row in subject.statements()))
    file.write(b',\n"lines": ')
    _write_list(
        file,
        (
            {key: _plain(cells[key]) for key in PROGRAMS_READ}
            for chunk in chunks(subject.lines(), progress)
            for cells in map(cells_of, chunk)
        ),
    )
    file.write(b"}\n")


def _statement(statement: Any) -> dict[str, Any]:
    return {
        "statement": statement.reference,
        "selling_entity": statement.selling_entity,
        "customer": statement.customer_id,
        "customer_name": statement.customer.name,
        **statement.particulars,
        "currency": statement.currency,
        "minutes": statement.minutes,
        "amount": str(money_cell(statement.amount, statement.currency)),
        "sha256": statement.sha256,
    }


def _opened(head: dict[str, Any]) -> bytes:
    """The object without its closing brace."""
    return _dumped(head)[:-1]


def _write_list(file: IO[bytes], items: Iterator[dict[str, Any]]) -> None:
    file.write(b"[")
    for number, item in enumerate(items):
        file.write(b",\n" if number else b"\n")
        file.write(_dumped(item))
    file.write(b"]")


def _dumped(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _plain(cell: Cell) -> str | int | None:
    match cell:
        case Decimal():
            return f"{cell:f}"
        case datetime():
            return cell.isoformat(timespec="seconds")
        case date():
            return cell.isoformat()
        case _:
            return cell
