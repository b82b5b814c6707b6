"""Closed months with files, for the tests of files."""

from datetime import UTC, date, datetime, timedelta

from billing.domain.closing import close_month, over_at
from billing.domain.files.queries import stored_bytes
from billing.domain.files.rendering import render_next
from billing.models import BillingFile, Close, Statement
from packages.models import Contract
from tests.factories import LONG_AGO, NOW, customer, launch_kit, logged, pekka, rate

FEBRUARY = date(2026, 2, 1)
CLOSED_AT = datetime(2026, 3, 3, 9, tzinfo=UTC)
RENDERED_AT = datetime(2026, 3, 3, 9, 1, tzinfo=UTC)


def overage(contract: Contract, minutes: int, wall: str, note: str = "") -> None:
    """A supplementary training: all of it is overage."""
    logged(contract, "supplementary-training", minutes, wall, note=note)


def two_customers() -> list[Contract]:
    """Acme in euro and Sakura in yen, each with overage in February."""
    rate("EUR", "120.00", now=LONG_AGO)
    rate("JPY", "20000", now=LONG_AGO)
    acme = launch_kit()
    sakura = launch_kit(customer("Sakura", country="JP", zone="Asia/Tokyo", currency="JPY"))
    overage(acme, 45, "2026-02-10 10:00", note="Groups and coaches")
    overage(acme, 30, "2026-02-11 10:00")
    overage(sakura, 50, "2026-02-12 10:00")
    return [acme, sakura]


def closed(month: date = FEBRUARY) -> Close:
    """The month closed by finance; its files are owed."""
    return close_month(month=month, by=pekka(), now=max(CLOSED_AT, over_at(month) + timedelta(days=1)))


def statement_of_january(contract: Contract) -> Statement:
    """The statement of a first month with overage on `contract`, whose term begins on its last day."""
    overage(contract, 45, "2026-01-31 15:00")
    return Statement.objects.get(close=close_month(month=date(2026, 1, 1), by=pekka(), now=NOW))


def render_all(now: datetime = RENDERED_AT) -> int:
    """Every file that is owed, rendered as a worker does it; how many turns that took."""
    turns = 0
    while render_next(clock=lambda: now):
        turns += 1
    return turns


def month_file(format_: str, language: str = "en", month: date = FEBRUARY) -> BillingFile:
    """A file of a whole month."""
    files = BillingFile.objects.select_related("close", "statement")
    return files.get(close__month=month, statement=None, format=format_, language__in=["", language])


def statement_file(statement: Statement, format_: str) -> BillingFile:
    """A file of a statement."""
    return BillingFile.objects.select_related("close", "statement").get(statement=statement, format=format_)


def bytes_of(format_: str, language: str = "en") -> bytes:
    """What was stored of February."""
    return stored_bytes(month_file(format_, language))
