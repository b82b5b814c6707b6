"""`/statements/`: what was billed, and the mark "invoiced as …" by finance's books (DOMAIN.md §6)."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from billing.models import Statement, StatementInvoice
from tests.api.caller import Caller
from tests.billing.months import closed, two_customers
from tests.factories import giulia, marta, pekka, sofia

pytestmark = pytest.mark.django_db

Api = Callable[..., Caller]
MARK = {"reference": "2026/104", "invoiced_on": "2026-03-03"}


@pytest.fixture
def statement() -> Statement:
    two_customers()
    return closed().statements.get(currency="EUR")


def test_finance_reads_what_was_billed_and_marks_it(api: Api, statement: Statement) -> None:
    caller = api(pekka())
    expected = {
        "id": statement.pk,
        "reference": "OH-000001",
        "month": "2026-02",
        "customer": statement.customer_id,
        "currency": "EUR",
        "minutes": 75,
        "amount": "150.00",
        "sha256": statement.sha256,
        "invoiced_as": None,
        "invoiced_on": None,
    }
    assert expected in caller.get("/statements/").results

    answer = caller.post(f"/statements/{statement.pk}/invoice/", MARK)

    marked = expected | {"invoiced_as": "2026/104", "invoiced_on": "2026-03-03"}
    assert (answer.status, answer.body) == (200, marked)
    assert marked in caller.get("/statements/").results
    mark = StatementInvoice.objects.get()
    assert (mark.marked_by, mark.marked_at.isoformat()) == (pekka(), "2026-03-02T08:00:00+00:00")


def test_the_same_mark_again_is_one_and_a_correction_keeps_the_first(api: Api, statement: Statement) -> None:
    caller, path = api(pekka()), f"/statements/{statement.pk}/invoice/"
    for reference in ("2026/104", "2026/104", "2026/105"):
        assert caller.post(path, MARK | {"reference": reference}).body["invoiced_as"] == reference
    assert [mark.reference for mark in statement.invoices.order_by("pk")] == ["2026/104", "2026/105"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"reference": " "}, "/reference"),
        ({"reference": "x" * 61}, "/reference"),
        ({"reference": None}, "/reference"),
        ({"invoiced_on": "2026-03-02"}, "/invoiced_on"),
        ({"invoiced_on": "2200-01-01"}, "/invoiced_on"),
        ({"invoiced_on": "3 March"}, "/invoiced_on"),
    ],
)
def test_what_cannot_be_is_invalid(api: Api, statement: Statement, change: dict[str, Any], pointer: str) -> None:
    answer = api(pekka()).post(f"/statements/{statement.pk}/invoice/", MARK | change)
    assert (answer.status, answer.code) == (400, "invalid")
    assert [error["pointer"] for error in answer.body["errors"]] == [pointer]
    assert not StatementInvoice.objects.exists()


@pytest.mark.parametrize("person", [marta, giulia, sofia])
def test_nobody_else_marks(api: Api, statement: Statement, person: Callable[[], Any]) -> None:
    answer = api(person()).post(f"/statements/{statement.pk}/invoice/", MARK)
    assert answer.status in {403, 404}
    assert not StatementInvoice.objects.exists()


def test_a_token_for_reading_does_not_mark(api: Api, statement: Statement) -> None:
    answer = api(pekka(), scopes=["read"]).post(f"/statements/{statement.pk}/invoice/", MARK)
    assert (answer.status, answer.code) == (403, "read_only_token")
    assert not StatementInvoice.objects.exists()


def test_the_list_asks_as_often_for_two_as_for_one(
    api: Api, statement: Statement, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    caller = api(pekka())
    assert caller.get("/packages/").status == 200  # when the token was used is noted once a minute
    for size in (1, 2):
        with django_assert_num_queries(3):
            assert len(caller.get(f"/statements/?page_size={size}").results) == size
