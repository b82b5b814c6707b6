"""Two general rates for one hole of a closed month: the second replaces nothing that was in force (DOMAIN.md §5)."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

from core.dates import add_months
from packages.models import RateLine
from sessions.models import BillingPeriod
from tests.factories import LONG_AGO, pekka, sofia
from tests.plugin.processes import WebServer
from tests.races.rush import Call, counted, goes_wrong, rush, token_of

NEWEST = date(2025, 12, 1)
CLOSED_MONTHS = 24


def closed_months_without_a_rate() -> Iterator[date]:
    """Closed months, the newest first: a line that was added to one leaves the earlier ones without any rate."""
    months = [add_months(NEWEST, -back) for back in range(CLOSED_MONTHS)]
    BillingPeriod.objects.bulk_create(
        BillingPeriod(month=month, close_number=number, closed_at=LONG_AGO, closed_by=pekka())
        for number, month in enumerate(reversed(months), start=1)
    )
    return iter(months)


def two_fill(url: str, month: date) -> Counter[tuple[int, str]]:
    """Two people put a rate into the hole, one from the 1st and one from the 10th, in the same moment."""
    token = token_of(sofia())
    calls = [
        Call(token, "/rates/", {"currency": "EUR", "hourly_rate": "120.00", "valid_from": f"{month:%Y-%m}-{day}"})
        for day in ("01", "10")
    ]
    return counted(rush(url, calls))


def replaced_a_rate(month: date) -> bool:
    """Whether the line from the 1st was there, in force on closed days, when that from the 10th took its place."""
    lines = RateLine.objects.filter(valid_from__gte=month, valid_from__lt=add_months(month, 1)).order_by("pk")
    return [line.valid_from.day for line in lines] == [1, 10]


def test_a_rate_that_was_in_force_on_a_closed_day_stays(portal_server: str) -> None:
    months = closed_months_without_a_rate()
    for _round in range(5):
        month = next(months)
        assert two_fill(portal_server, month) in (
            Counter({(201, ""): 2}),
            Counter({(201, ""): 1, (409, "period_closed"): 1}),
        )
        assert not replaced_a_rate(month)


def test_the_control_without_the_lock_replaces_it(portal_server_factory: Callable[..., WebServer]) -> None:
    url = portal_server_factory({"FAULT_POINTS": "skip_lock,after_check=pause:0.2"}).url
    months = closed_months_without_a_rate()

    def replaces_a_rate() -> bool:
        month = next(months)
        two_fill(url, month)
        return replaced_a_rate(month)

    assert goes_wrong(replaces_a_rate)
