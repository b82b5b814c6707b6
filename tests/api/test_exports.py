"""A month as a file by the API: provisional while it is open, then the same bytes for ever (API.md)."""

import hashlib
import json
from collections.abc import Callable, Generator
from io import BytesIO

import openpyxl
import pytest
import time_machine

from billing.domain.files import rendering
from customers.models import Customer, User
from tests.api.caller import Caller
from tests.billing.months import RENDERED_AT, closed, month_file, render_all, two_customers
from tests.factories import aino, giulia, hanna, launch_kit, logged, luca, marta, pekka, sofia

pytestmark = pytest.mark.django_db

Api = Callable[[User], Caller]
EXPORT = "/billing_periods/2026-02/export/"
FORMATS = ("csv", "xlsx", "json")


@pytest.fixture(autouse=True)
def _afterwards() -> Generator[None]:
    with time_machine.travel(RENDERED_AT, tick=False):
        yield


@pytest.mark.parametrize("format_", FORMATS)
def test_an_open_month_is_provisional_in_every_format(api: Api, format_: str) -> None:
    two_customers()
    answer = api(pekka()).get(EXPORT, format=format_)
    assert answer.status == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="overage-2026-02-provisional.{format_}"'
    if format_ == "json":
        assert answer.body["provisional"] is True
        assert answer.body["totals"][0] == {"currency": "EUR", "minutes": 75, "amount": "150.00"}
    elif format_ == "xlsx":
        sheet = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
        heads, *rows = sheet.iter_rows(values_only=True)
        assert {row[heads.index("Amount")] for row in rows} == {60, 90, 16667}


@pytest.mark.parametrize("format_", FORMATS)
def test_a_closed_month_is_its_stored_file(api: Api, format_: str) -> None:
    two_customers()
    closed()
    render_all()
    Customer.objects.update(name="Renamed since")
    answer = api(pekka()).get(EXPORT, format=format_)
    file = month_file(format_)
    assert (answer.status, hashlib.sha256(answer.content).hexdigest()) == (200, file.sha256)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="overage-2026-02.{format_}"'
    assert answer.headers["ETag"] == f'"{file.sha256}"'


def test_a_small_month_can_be_had_at_once_and_stays_as_it_was_had(api: Api) -> None:
    two_customers()
    closed()
    first = api(pekka()).get(EXPORT)
    assert first.status == 200
    Customer.objects.update(name="Renamed since")
    render_all()
    assert api(pekka()).get(EXPORT).content == first.content


def test_a_large_month_says_that_it_is_still_written(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    two_customers()
    closed()
    monkeypatch.setattr(rendering, "SMALL", 2)
    waiting = api(pekka()).get(EXPORT, format="xlsx")
    assert (waiting.status, waiting.body) == (202, {"rows_done": 0, "rows_total": 3})
    assert waiting.headers["Retry-After"] == "5"
    assert waiting.headers["Location"].endswith(f"{EXPORT}?format=xlsx")
    render_all()
    assert api(pekka()).get(EXPORT, format="xlsx").status == 200


def test_a_month_closed_along_has_a_file_without_lines(api: Api) -> None:
    two_customers()
    closed()
    january = "/billing_periods/2026-01/export/"
    assert api(pekka()).get(january).content.decode("utf-8-sig").count("\r\n") == 1
    assert json.loads(api(pekka()).get(january, format="json").content)["lines"] == []
    assert api(pekka()).get(january, format="xlsx").status == 200


def test_a_late_entry_is_not_in_the_file_of_its_month(api: Api) -> None:
    two_customers()
    closed()
    before = api(pekka()).get(EXPORT).content
    logged(launch_kit(), "supplementary-training", 30, "2026-02-20 10:00", now=RENDERED_AT)
    assert api(pekka()).get(EXPORT).content == before


def test_files_are_for_finance_alone(api: Api) -> None:
    two_customers()
    closed()
    for person in (marta(), luca(), giulia(), aino(), sofia(), hanna()):
        assert api(person).get(EXPORT, format="json").code == "not_found"
