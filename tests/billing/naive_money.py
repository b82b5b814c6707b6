"""A second, naive model of what an entry should cost, in whole minor units and without a look at the first.

Minutes come from the naive model of the shares; money is computed with integers alone.
"""

from datetime import date
from decimal import Decimal

from core.dates import local_day
from packages.domain.windows import window_of
from packages.models import Contract, RateLine
from sessions.domain.allocation import Drawing
from sessions.models import LedgerEntry, WaiverDecision
from tests.sessions.naive_model import naive_shares

MINOR_UNITS = {"EUR": 100, "USD": 100, "JPY": 1}


def should_cost(contract: Contract, *, until: date) -> dict[int, tuple[int, int]]:
    """Overage minutes and money in minor units to bill in all for each entry dated before `until`, by its id."""
    rows = list(LedgerEntry.objects.filter(contract=contract))
    gone = {row.reverses_id for row in rows}
    waived = set(WaiverDecision.objects.filter(confirmed=True).values_list("waiver__entry", flat=True))
    standing = [row for row in rows if row.pk not in gone and row.kind != "reversal"]
    drawings = [
        Drawing(
            row.pk,
            row.started_at,
            local_day(row.started_at, contract.time_zone),
            row.session_type,
            row.minutes,
            0,
            row.pk,
        )
        for row in standing
        if row.started_at and row.session_type
    ]
    granted = sum(row.minutes for row in standing if row.kind in ("grant", "adjustment"))
    shares = naive_shares(granted, window_of(contract), drawings)
    costs = {}
    for row in rows:
        if row.started_at is None:
            continue
        day = local_day(row.started_at, contract.time_zone)
        if day < until:
            overage = 0 if row.pk in gone or row.pk in waived else shares[row.pk][1]
            costs[row.pk] = (overage, cost(overage, contract, day))
    return costs


def cost(minutes: int, contract: Contract, day: date) -> int:
    """Minor units for `minutes`, half a unit up."""
    if minutes == 0:
        return 0
    hourly = int(rate_on(contract, day) * MINOR_UNITS[contract.currency])
    return (minutes * hourly * 2 + 60) // 120


def rate_on(contract: Contract, day: date) -> Decimal:
    """The hourly rate of that day: walks all lines, oldest first."""
    own: Decimal | None = None
    general: Decimal | None = None
    for line in RateLine.objects.filter(currency=contract.currency, valid_from__lte=day).order_by("valid_from"):
        if line.contract_id == contract.pk:
            own = line.hourly_rate
        elif line.contract_id is None:
            general = line.hourly_rate
    found = general if own is None else own
    assert found is not None, "the lives of the test start with a rate"
    return found
