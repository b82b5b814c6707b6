"""`/rates/` and `/billing_periods/`: what operations set and finance reads (DOMAIN.md §5, §6)."""

import csv
from collections.abc import Callable
from datetime import date
from io import StringIO
from typing import Any

import pytest

from packages.models import Contract, RateLine
from sessions.domain.waivers import waive
from sessions.models import BillingPeriod
from tests.api.caller import Caller
from tests.factories import (
    NOW,
    aino,
    customer,
    giulia,
    globex,
    hanna,
    launch_kit,
    logged,
    luca,
    marta,
    pekka,
    rate,
    sofia,
)

pytestmark = pytest.mark.django_db

Api = Callable[..., Caller]
LINE = {"currency": "EUR", "hourly_rate": "150.00", "valid_from": "2026-03-01"}


def test_operations_put_a_rate_into_force(api: Api) -> None:
    answer = api(sofia()).post("/rates/", LINE)
    assert answer.status == 201, answer.body
    assert answer.body == {
        **LINE,
        "id": RateLine.objects.get().pk,
        "contract": None,
        "created_at": "2026-03-02T08:00:00Z",
        "created_by": sofia().email,
    }
    assert api(pekka()).get("/rates/").results == [answer.body]


def test_a_negotiated_rate_and_the_way_back_to_the_general_one(api: Api) -> None:
    contract = launch_kit()
    caller = api(sofia())
    negotiated = caller.post("/rates/", LINE | {"contract": contract.pk, "hourly_rate": "90"})
    assert (negotiated.status, negotiated.body["hourly_rate"]) == (201, "90.00")
    back = caller.post("/rates/", LINE | {"contract": contract.pk, "hourly_rate": None, "valid_from": "2026-06-01"})
    assert (back.status, back.body["hourly_rate"]) == (201, None)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"hourly_rate": "-1"}, "/hourly_rate"),
        ({"hourly_rate": "NaN"}, "/hourly_rate"),
        ({"hourly_rate": "1e3"}, "/hourly_rate"),
        ({"hourly_rate": "1,50"}, "/hourly_rate"),
        ({"hourly_rate": "0.001"}, "/hourly_rate"),
        ({"hourly_rate": "999999999999"}, "/hourly_rate"),
        ({"hourly_rate": True}, "/hourly_rate"),
        ({"hourly_rate": None}, "/hourly_rate"),
        ({"currency": "JPY", "hourly_rate": "100.50"}, "/hourly_rate"),
        ({"currency": "eur"}, "/currency"),
        ({"valid_from": "2026-02-29"}, "/valid_from"),
        ({"valid_from": "9999-01-01"}, "/valid_from"),
        ({"contract": 999_999}, "/contract"),
    ],
)
def test_a_malformed_rate_is_refused_with_a_pointer(api: Api, change: dict[str, Any], pointer: str) -> None:
    assert list(api(sofia()).post("/rates/", LINE | change).pointers) == [pointer]
    assert not RateLine.objects.exists()


def test_two_lines_of_one_day_are_refused(api: Api) -> None:
    assert api(sofia()).post("/rates/", LINE).status == 201
    assert api(sofia()).post("/rates/", LINE | {"hourly_rate": "160.00"}).pointers == {"/valid_from": "invalid"}


def test_a_closed_month_keeps_its_rate(api: Api) -> None:
    rate("EUR", "100.00")
    close(date(2026, 1, 1))
    answer = api(sofia()).post("/rates/", LINE | {"valid_from": "2026-01-15"})
    assert (answer.status, answer.code) == (409, "period_closed")


def test_who_sees_rates_and_who_sets_them(api: Api) -> None:
    for person in (marta(), giulia(), luca()):
        assert api(person).get("/rates/").code == "not_found"
        assert api(person).post("/rates/", LINE).code == "not_found"
    assert api(pekka()).post("/rates/", LINE).code == "not_allowed"
    assert not RateLine.objects.exists()


def close(month: date) -> BillingPeriod:
    return BillingPeriod.objects.create(month=month, close_number=1, closed_at=NOW, closed_by=pekka())


@pytest.fixture
def billed() -> Contract:
    """February: Acme owes for 30 minutes and is forgiven 20, Sakura owes for 60; in January nobody owes."""
    rate("EUR", "120.00")
    rate("JPY", "15000")
    contract = launch_kit()
    logged(contract, "supplementary-training", 30, "2026-02-11 10:00", note="=cmd()")
    gift = logged(contract, "supplementary-training", 20, "2026-02-12 10:00").entry
    waive(entry=gift, by=sofia(), reason="Goodwill", now=NOW)
    sakura = customer("Sakura", country="JP", zone="Asia/Tokyo", currency="JPY")
    logged(launch_kit(sakura), "supplementary-training", 60, "2026-02-13 17:00")
    logged(launch_kit(sakura, starts_on=date(2026, 1, 1)), "kickoff", 60, "2026-01-20 17:00")
    return contract


def test_the_months_and_their_totals_by_currency(api: Api, billed: Contract) -> None:
    close(date(2026, 1, 1))
    assert api(pekka()).get("/billing_periods/").results == [
        {"month": "2026-03", "status": "open", "closed_at": None, "closed_by": None, "totals": []},
        {
            "month": "2026-02",
            "status": "open",
            "closed_at": None,
            "closed_by": None,
            "totals": [
                {"currency": "EUR", "minutes": 30, "amount": "60.00"},
                {"currency": "JPY", "minutes": 60, "amount": "15000"},
            ],
        },
        {
            "month": "2026-01",
            "status": "closed",
            "closed_at": "2026-03-02T08:00:00Z",
            "closed_by": pekka().email,
            "totals": [],
        },
    ]
    february = api(pekka()).get("/billing_periods/2026-02/").body
    assert (february["month"], february["totals"][0]["amount"]) == ("2026-02", "60.00")


def test_a_month_in_which_nothing_happened_is_open_and_empty(api: Api) -> None:
    assert api(pekka()).get("/billing_periods/2031-07/").body == {
        "month": "2031-07",
        "status": "open",
        "closed_at": None,
        "closed_by": None,
        "totals": [],
    }


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "0000-01", "9999-12", "2026-1", "202602", "x"])
def test_what_is_no_month_is_not_there(api: Api, month: str) -> None:
    for rest in ("", "lines/", "export/"):
        assert api(pekka()).get(f"/billing_periods/{month}/{rest}").code == "not_found"


def test_the_preview_of_an_open_month_is_line_by_line(api: Api, billed: Contract) -> None:
    first, second = api(pekka()).get("/billing_periods/2026-02/lines/").results
    assert first == {
        "statement": None,
        "customer": billed.customer_id,
        "contract": billed.pk,
        "time_entry": billed.ledger.filter(minutes=30).get().pk,
        "service_date": "2026-02-11",
        "minutes": 30,
        "amount": "60.00",
        "currency": "EUR",
        "hourly_rate": "120.00",
        "reason": "delivered",
        "caused_by": None,
    }
    assert (second["amount"], second["currency"]) == ("15000", "JPY")


def test_unpriced_overage_stands_in_the_preview_without_an_amount(api: Api) -> None:
    logged(launch_kit(), "supplementary-training", 30, "2026-02-11 10:00")
    (line,) = api(pekka()).get("/billing_periods/2026-02/lines/").results
    assert (line["minutes"], line["amount"], line["hourly_rate"]) == (30, None, None)


def test_the_file_says_provisional_while_the_month_is_open(api: Api, billed: Contract) -> None:
    answer = api(pekka()).get("/billing_periods/2026-02/export/", format="csv")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="overage-2026-02-provisional.csv"'
    text = answer.content.decode("utf-8-sig")
    row = next(csv.DictReader(StringIO(text)))
    assert (row["Customer"], row["Amount"]) == ("Acme Wellness", "60.00")
    assert "'=cmd()" in text


def test_a_format_that_does_not_exist_is_refused(api: Api) -> None:
    answer = api(pekka()).get("/billing_periods/2026-02/export/", format="exe")
    assert answer.pointers == {"/format": "invalid_choice"}


def test_billing_is_for_finance_alone(api: Api, billed: Contract) -> None:
    globex()
    for person in (marta(), luca(), giulia(), aino(), sofia(), hanna()):
        for path in ("", "2026-02/", "2026-02/lines/", "2026-02/export/"):
            assert api(person).get(f"/billing_periods/{path}").code == "not_found"
