"""Run as a program: report, preview and files of an open month, as a person of finance is given them.

Prints the number of lines of the files, what the report says, and the most memory that this process took, in KiB.
"""

import json
import sys
from datetime import date

import django

from tests.billing.render_elsewhere import peak


def main(email: str, month: str) -> None:
    """Read report and preview of the month that begins on `month`, a page of each, and write the three files."""
    django.setup()
    from django.utils import timezone

    from billing.api.exports import provisional_json
    from billing.domain.overage import month_overage
    from billing.domain.overage_file import cell_chunks, heads, overage_xlsx
    from billing.domain.preview import previews
    from core.csv_files import csv_lines
    from customers.models import User

    report = month_overage(date.fromisoformat(month), user=User.objects.get(email=email))
    (total,) = report.totals()
    page = report.ordered("-amount").lines[100:150]
    rows = (row for chunk in cell_chunks(report) for row in chunk)
    written = sum(1 for _line in csv_lines(heads(), rows)) - 1
    with overage_xlsx(report, made_at=timezone.now()) as workbook:
        assert workbook.read(2) == b"PK"
    first = date.fromisoformat(month)
    assert len(previews(until=first).lines_of(first)[100:150]) == len(page)
    pieces = sum(piece.count('"time_entry"') for piece in provisional_json(first))
    said = {
        "page": len(page),
        "pieces": pieces,
        "lines": len(report.lines),
        "written": written,
        "amount": str(total.amount),
    }
    sys.stdout.write(json.dumps({**said, "peak": peak()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
