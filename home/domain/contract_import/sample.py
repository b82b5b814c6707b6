"""A small file to start from."""

from collections.abc import Iterator
from datetime import date, timedelta

from core.dates import add_months
from home.domain.contract_import.columns import COLUMNS

_FIRST = {
    "reference": "DEAL-1001",
    "name": "Aurora Wellness",
    "country": "IT",
    "time_zone": "Europe/Rome",
    "language": "it",
    "currency": "EUR",
    "package": "launch-kit",
    "lead": "lead@example.com",
    "contact_name": "Paola Greco",
    "contact_email": "paola.greco@aurora.example",
    "billing_name": "Aurora Wellness S.p.A.",
    "billing_address": "Via Verdi 1\n20121 Milano",
    "vat_id": "IT01234567890",
    "billing_email": "billing@aurora.example",
}
_SECOND = {
    **_FIRST,
    "reference": "DEAL-1002",
    "package": "pro-lite",
    "dedicated": "success.manager@example.com",
    "purchase_order": "PO-7781",
    "hourly_rate": "120.50",
}


def sample_rows(*, italian: bool, today: date) -> Iterator[list[str]]:
    """Headings, then two contracts of one customer that start next month; the staff's addresses are to be replaced."""
    yield [column.italian if italian else column.english for column in COLUMNS]
    starts_on = add_months(today.replace(day=1), 1)
    ends_on = add_months(starts_on, 12) - timedelta(days=1)
    days = {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}
    for each in (_FIRST, _SECOND):
        row = each | days
        yield [row.get(column.name, "") for column in COLUMNS]
