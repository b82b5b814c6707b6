"""Files as a CRM exports them, for the tests of the import: one good row, and what is different in others."""

from collections.abc import Sequence
from typing import Any

from customers.models import User
from home.domain.contract_import.columns import COLUMNS
from home.domain.contract_import.runs import import_now
from home.models import ImportRun
from tests.factories import NOW, giulia, sofia

GOOD_ROW = {
    "contract_reference": "D-1001",
    "customer": "Nordic Steel",
    "country": "FI",
    "time_zone": "Europe/Helsinki",
    "language": "en",
    "currency": "EUR",
    "package": "launch-kit",
    "start": "2026-03-01",
    "end": "2027-02-28",
    "lead": "giulia.conti@oura.example",
    "primary_contact_name": "Liisa Niemi",
    "primary_contact_email": "liisa@nordicsteel.example",
    "billing_name": "Nordic Steel Oy",
    "billing_address": "Satamakatu 1\n00160 Helsinki",
    "vat_id": "FI12345678",
}


def row(**different: str) -> dict[str, str]:
    """The good row, with some cells different; a column that is not in the good row is added."""
    return {**GOOD_ROW, **different}


def rows(count: int, of: str = "Customer") -> list[dict[str, str]]:
    """As many good rows, each of a customer of its own, whose names begin with `of`."""
    return [
        row(
            contract_reference=f"{of}-{number}",
            customer=f"{of} {number}",
            primary_contact_email=f"{of.replace(' ', '')}{number}@customer.example",
            vat_id=f"FI{number:08d}",
        )
        for number in range(1, count + 1)
    ]


def written(
    lines: Sequence[dict[str, str]], *, separator: str = ",", line_end: str = "\n", encoding: str = "utf-8"
) -> bytes:
    """The bytes of a file with these rows; the headings are those of the first one."""
    headings = list(dict.fromkeys(name for line in lines for name in line))
    cells = [headings, *([line.get(name, "") for name in headings] for line in lines)]
    return "".join(separator.join(map(_quoted, line)) + line_end for line in cells).encode(encoding)


def in_italian(line: dict[str, str]) -> dict[str, str]:
    """The same row under Italian headings."""
    names = {column.english: column.italian for column in COLUMNS}
    return {names[name]: cell for name, cell in line.items()}


def imported(content: bytes, *, by: User | None = None, **options: Any) -> ImportRun:
    """Import a file at once, as Sofia; Giulia, who leads its customers, is there."""
    giulia()
    return import_now(
        file_name="export.csv",
        content=content,
        by=by or sofia(),
        clock=lambda: NOW,
        progress=options.pop("progress", lambda _done, _total: None),
        **options,
    )


def codes(run: ImportRun) -> list[tuple[int, str, str]]:
    """Row, column and code of every fault of a run."""
    return [(fault["row"], fault["column"], fault["code"]) for fault in run.faults]


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'
