"""`POST /billing_periods/{month}/close/` and what a closed month shows (DOMAIN.md §6, API.md)."""

from collections.abc import Callable, Generator

import pytest
import time_machine
from django.utils import timezone

from billing.models import Close
from packages.models import Contract
from sessions.domain.ledger import reverse_entry
from tests.api.caller import Caller
from tests.factories import at, giulia, launch_kit, logged, marta, pekka, rate, sofia

pytestmark = pytest.mark.django_db

Api = Callable[..., Caller]
FEBRUARY = "/billing_periods/2026-02"


@pytest.fixture
def today() -> Generator[None]:
    """It is 10 April 2026: February and March are over."""
    with time_machine.travel(at("2026-04-10 10:00"), tick=False):
        yield


@pytest.fixture
def contract() -> Contract:
    rate("EUR", "120.00")
    return launch_kit()


def test_finance_closes_a_month_and_sees_what_it_billed(api: Api, contract: Contract) -> None:
    entry = logged(contract, "supplementary-training", 45, "2026-02-10 10:00").entry

    closed = api(pekka()).post(f"{FEBRUARY}/close/")

    assert closed.status == 200, closed.body
    assert (closed.body["month"], closed.body["status"], closed.body["closed_by"]) == (
        "2026-02",
        "closed",
        pekka().email,
    )
    assert closed.body["totals"] == [{"currency": "EUR", "minutes": 45, "amount": "90.00"}]
    assert api(pekka()).get(f"{FEBRUARY}/lines/").results == [
        {
            "statement": "OH-000001",
            "customer": contract.customer_id,
            "contract": contract.pk,
            "time_entry": entry.pk,
            "service_date": "2026-02-10",
            "minutes": 45,
            "amount": "90.00",
            "currency": "EUR",
            "hourly_rate": "120.00",
            "reason": "delivered",
            "caused_by": None,
        }
    ]


def test_a_closed_month_is_answered_as_it_is(api: Api, contract: Contract) -> None:
    logged(contract, "supplementary-training", 45, "2026-02-10 10:00")
    first = api(pekka()).post(f"{FEBRUARY}/close/")
    second = api(pekka()).post(f"{FEBRUARY}/close/")
    assert (second.status, second.body) == (200, first.body)
    assert Close.objects.count() == 1


def test_a_month_that_was_closed_along_bills_nothing(api: Api, contract: Contract) -> None:
    logged(contract, "supplementary-training", 45, "2026-03-10 10:00")
    api(pekka()).post("/billing_periods/2026-03/close/")
    february = api(pekka()).get(f"{FEBRUARY}/")
    assert (february.body["status"], february.body["totals"]) == ("closed", [])
    assert api(pekka()).get(f"{FEBRUARY}/lines/").results == []


def test_the_preview_names_what_the_next_close_would_correct(api: Api, contract: Contract) -> None:
    entry = logged(contract, "supplementary-training", 45, "2026-02-10 10:00").entry
    logged(contract, "supplementary-training", 30, "2026-03-10 10:00")
    api(pekka()).post(f"{FEBRUARY}/close/")
    reverse_entry(entry=entry, by=giulia(), reason="Wrong", now=timezone.now())

    march = api(pekka())

    lines = march.get("/billing_periods/2026-03/lines/").results
    assert [(line["minutes"], line["amount"], line["reason"], line["statement"]) for line in lines] == [
        (-45, "-90.00", "reversed", None),
        (30, "60.00", "delivered", None),
    ]
    assert march.get("/billing_periods/2026-03/").body["totals"] == [
        {"currency": "EUR", "minutes": -15, "amount": "-30.00"}
    ]
    billed = march.post("/billing_periods/2026-03/close/").body
    assert billed["totals"] == [{"currency": "EUR", "minutes": -15, "amount": "-30.00"}]


def test_what_stands_in_the_way_is_said(api: Api, contract: Contract) -> None:
    logged(contract, "supplementary-training", 45, "2026-02-10 10:00")
    early = api(pekka()).post("/billing_periods/2026-03/close/")
    assert (early.status, early.code, early.body["months"]) == (409, "earlier_month_open", ["2026-02"])
    this_month = f"{timezone.now():%Y-%m}"
    assert api(pekka()).post(f"/billing_periods/{this_month}/close/").code == "period_not_over"


def test_unpriced_overage_is_listed(api: Api) -> None:
    entry = logged(launch_kit(), "supplementary-training", 45, "2026-02-10 10:00").entry
    answer = api(pekka()).post(f"{FEBRUARY}/close/")
    assert (answer.status, answer.code, answer.body["entries"]) == (409, "unpriced_entries", [entry.pk])


def test_closing_is_for_finance_alone(api: Api, contract: Contract) -> None:
    for person in (marta(), giulia(), sofia()):
        assert api(person).post(f"{FEBRUARY}/close/").code == "not_found"
    assert not Close.objects.exists()


def test_months_far_away_are_not_there(api: Api) -> None:
    for month in ("0001-01", "9999-12"):
        assert api(pekka()).post(f"/billing_periods/{month}/close/").code == "not_found"


def test_the_months_before_the_first_close_count_as_closed(api: Api, contract: Contract) -> None:
    logged(contract, "supplementary-training", 45, "2026-02-10 10:00")
    api(pekka()).post(f"{FEBRUARY}/close/")
    assert api(pekka()).get("/billing_periods/2019-05/").body["status"] == "closed"
