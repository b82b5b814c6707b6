"""The files of a closed month: what is owed, rendered, stored and what is in them (DOMAIN.md §6)."""

import csv
import hashlib
import json
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from billing.domain.closing import close_month
from billing.domain.files import rendering
from billing.domain.files.queries import progress_of, stored_bytes
from billing.domain.totals import totals_of_closes
from billing.models import BillingFile, Close, Statement
from core.private_files import private_files
from customers.models import BillingDetails, Customer
from tests.billing.months import (
    CLOSED_AT,
    FEBRUARY,
    RENDERED_AT,
    bytes_of,
    closed,
    month_file,
    overage,
    render_all,
    statement_file,
    two_customers,
)
from tests.factories import acme, launch_kit, pekka, rate

pytestmark = pytest.mark.django_db


@pytest.fixture
def close() -> Close:
    two_customers()
    return closed()


def sheet_of(content: bytes, name: str) -> list[list[Any]]:
    """The cells of a sheet as the other library reads them, heads and all."""
    return [list(row) for row in openpyxl.load_workbook(BytesIO(content))[name].iter_rows(values_only=True)]


def language_of(reader: PdfReader) -> str:
    return str(reader.root_object["/Lang"])


def rows_of_csv(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_close_owes_its_files_and_a_worker_renders_each_once(close: Close) -> None:
    assert BillingFile.objects.filter(statement=None).count() == 5
    assert BillingFile.objects.exclude(statement=None).count() == 2 * Statement.objects.count() == 4
    assert progress_of(close).rendered == 0

    assert render_all() == 9

    for file in BillingFile.objects.select_related("close", "statement"):
        content = stored_bytes(file)
        assert (file.rendered_at, file.size) == (RENDERED_AT, len(content))
        assert file.sha256 == hashlib.sha256(content).hexdigest()
    progress = progress_of(close)
    assert (progress.rows_done, progress.is_under_way) == (progress.rows_total, False)
    assert render_all() == 0


def test_a_close_that_is_undone_owes_nothing() -> None:
    two_customers()
    with transaction.atomic():
        closed()
        transaction.set_rollback(True)
    assert not BillingFile.objects.exists()


def test_a_rendered_file_is_never_rewritten(close: Close) -> None:
    render_all()
    for change in (BillingFile.objects.update, lambda **_fields: BillingFile.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(sha256="0" * 64)


def test_a_second_rendering_keeps_the_first_and_its_bytes_are_the_same(close: Close) -> None:
    render_all()
    for file in BillingFile.objects.select_related("close", "statement__customer"):
        before = stored_bytes(file)
        rendering.render(file, clock=lambda: RENDERED_AT + timedelta(days=1))
        assert (file.rendered_at, stored_bytes(file)) == (RENDERED_AT, before)


def test_what_changes_its_name_later_keeps_its_bytes(close: Close) -> None:
    render_all()
    before = [stored_bytes(file) for file in BillingFile.objects.order_by("pk")]
    Customer.objects.update(name="Renamed", language="it")
    rate("EUR", "999.00", valid_from=date(2026, 3, 1))
    assert [stored_bytes(file) for file in BillingFile.objects.order_by("pk")] == before


def test_the_csv_has_the_lines_with_numbers_as_numbers(close: Close) -> None:
    render_all()
    first, second, third = rows_of_csv(bytes_of("csv"))
    assert (first["Customer"], first["Minutes billed"], first["Amount"], first["Currency"]) == (
        "Acme Wellness",
        "45",
        "90.00",
        "EUR",
    )
    assert (first["Start"], first["Note"]) == ("2026-02-10T10:00+01:00", "Groups and coaches")
    assert second["Service date"] == "2026-02-11"
    assert (third["Amount"], third["Start"]) == ("16667", "2026-02-12T10:00+09:00")


def test_the_files_of_the_month_are_there_in_each_language(close: Close) -> None:
    render_all()
    italian = rows_of_csv(bytes_of("csv", "it"))
    assert len(italian) == 3
    assert "Customer" not in italian[0]


def test_the_json_adds_up_and_is_for_programs(close: Close) -> None:
    render_all()
    found = json.loads(bytes_of("json"))
    assert (found["month"], found["close"], found["close_sha256"]) == ("2026-02", 1, close.sha256)
    assert found["totals"] == [
        {"currency": "EUR", "minutes": 75, "amount": "150.00"},
        {"currency": "JPY", "minutes": 50, "amount": "16667"},
    ]
    assert [each["statement"] for each in found["statements"]] == ["OH-000001", "OH-000002"]
    euro = [Decimal(line["amount"]) for line in found["lines"] if line["currency"] == "EUR"]
    assert sum(euro) == Decimal("150.00")
    assert found["lines"][0]["reason"] == "delivered"


def test_a_workbook_read_by_another_library_adds_up_to_the_page(close: Close) -> None:
    render_all()
    content = bytes_of("xlsx")
    assert openpyxl.load_workbook(BytesIO(content)).sheetnames == ["Totals", "Customers", "Lines"]
    page = totals_of_closes([FEBRUARY])[FEBRUARY]

    heads, *lines = sheet_of(content, "Lines")
    rows = [dict(zip(heads, line, strict=True)) for line in lines]
    for currency, total in page.items():
        own = [row for row in rows if row["Currency"] == currency]
        assert sum(Decimal(str(row["Amount"])) for row in own) == total.amount
        assert sum(row["Minutes billed"] for row in own) == total.minutes
    assert rows[0]["Service date"].isoformat() == "2026-02-10T00:00:00"
    assert rows[0]["Start"].isoformat() == "2026-02-10T10:00:00"
    assert isinstance(rows[0]["Amount"], int | float)

    _heads, *totals = sheet_of(content, "Totals")
    assert [(currency, minutes, Decimal(str(amount))) for currency, minutes, amount in totals] == [
        (currency, total.minutes, total.amount) for currency, total in page.items()
    ]
    _heads, *customers = sheet_of(content, "Customers")
    assert [(row[1], row[5], row[7]) for row in customers] == [("Acme Wellness", "EUR", 150), ("Sakura", "JPY", 16667)]


def test_a_close_between_two_seconds_has_all_its_files() -> None:
    two_customers()
    close_month(month=FEBRUARY, by=pekka(), now=CLOSED_AT + timedelta(microseconds=123_456))
    render_all()
    assert BillingFile.objects.exists()
    assert not BillingFile.objects.filter(rendered_at=None).exists()


def test_a_pdf_says_what_the_statement_bills_and_is_accessible() -> None:
    BillingDetails.objects.create(
        customer=acme(),
        billing_name="Acme S.p.A. #set text(red)",
        billing_address="Via Roma 1\n20121 Milano",
        vat_id="IT01234567890",
        purchase_order="PO-7781",
    )
    two_customers()
    closed()
    render_all()
    statement = Statement.objects.get(customer=acme())
    reader = PdfReader(BytesIO(stored_bytes(statement_file(statement, "pdf"))))
    text = "\n".join(page.extract_text() for page in reader.pages)
    for expected in (
        "Statement OH-000001",
        "February 2026",
        "Acme S.p.A. #set text(red)",
        "20121 Milano",
        "IT01234567890",
        "PO-7781",
        "0:45",
        "€120.00",
        "€90.00",
        "€150.00",
        "without VAT",
        "Business Products and Services Agreement",
        "https://ouraring.com/business/terms-and-conditions",
        "The English text of the service terms prevails",
        statement.sha256[:20],
    ):
        assert expected in text, expected
    assert language_of(reader) == "en"
    assert "/StructTreeRoot" in reader.root_object
    assert reader.xmp_metadata is not None
    assert "pdfuaid" in reader.xmp_metadata.stream.get_data().decode()


def test_a_statement_speaks_its_customers_language_whatever_letters_its_name_has() -> None:
    two_customers()
    Customer.objects.filter(name="Sakura").update(name="株式会社サクラ Ωμέγα", language="it")
    closed()
    render_all()
    reader = PdfReader(BytesIO(stored_bytes(statement_file(Statement.objects.get(currency="JPY"), "pdf"))))
    assert language_of(reader) == "it"
    assert "febbraio 2026" in reader.pages[0].extract_text()


def test_the_csv_of_a_statement_has_its_own_lines_alone(close: Close) -> None:
    render_all()
    rows = rows_of_csv(stored_bytes(statement_file(Statement.objects.get(customer=acme()), "csv")))
    assert [row["Customer"] for row in rows] == ["Acme Wellness"] * 2


PAYLOADS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u00a0=1+1",
    "\u3000=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "﹦1+1",
    "﹢1",
    "﹣1",
    "﹫SUM(1)",
    "'=1+1",
    '";=1+1',
    "a;=1+1",
    "a\n=1+1",
    '=HYPERLINK("http://evil.example","x")',
]


def test_no_formula_gets_through(close: Close) -> None:
    contract = launch_kit()
    for day, payload in enumerate(PAYLOADS, start=1):
        overage(contract, 10, f"2026-03-{day:02d} 08:00", note=payload)
    assert len(PAYLOADS) == 24
    march = closed(date(2026, 3, 1))
    render_all(march.closed_at)

    notes = [row["Note"] for row in rows_of_csv(stored_bytes(month_file("csv", month=march.month)))]
    for note, payload in zip(notes, PAYLOADS, strict=True):
        assert note.replace("'", "") == payload.replace("'", "")
        assert note[0] not in "=+-@＝＋－＠﹦﹢﹣﹫"
        assert not note[0].isspace()
        assert "\n=" not in note
        assert ";=" not in note
    book = openpyxl.load_workbook(BytesIO(stored_bytes(month_file("xlsx", month=march.month))))
    heads, *lines = book["Lines"].iter_rows()
    place = [head.value for head in heads].index("Note")
    cells = [line[place] for line in lines]
    assert {cell.data_type for cell in cells} == {"s"}
    # A carriage return is spelt `_x000D_` in XML, and this reader leaves it so.
    assert [str(cell.value).replace("_x000D_", "\r") for cell in cells] == PAYLOADS


def test_a_failure_is_noted_and_the_file_tried_again_later(close: Close, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise ValueError("no paper")

    monkeypatch.setattr(rendering, "write_pdf", broken)
    assert render_all() == 9, "the others are rendered all the same"
    failed = statement_file(Statement.objects.get(customer=acme()), "pdf")
    assert (failed.error, failed.is_rendered, failed.attempts) == ("ValueError: no paper", False, 1)
    assert progress_of(close).failing == 2
    monkeypatch.undo()
    assert render_all() == 0, "not at once"
    assert render_all(failed.next_attempt_at) == 2
    failed.refresh_from_db()
    assert (failed.is_rendered, failed.error) == (True, "")


def test_a_month_without_lines_has_files_with_heads_alone() -> None:
    closed()
    render_all()
    assert rows_of_csv(bytes_of("csv")) == []
    assert json.loads(bytes_of("json"))["lines"] == []
    assert openpyxl.load_workbook(BytesIO(bytes_of("xlsx")))["Lines"].max_row == 1


def test_what_is_stored_is_private(close: Close) -> None:
    render_all()
    path = Path(private_files().path(month_file("csv").stored_as))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("what", ["altered", "gone"])
def test_the_check_names_a_stored_file_that_is_no_longer_what_it_was(
    close: Close, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    render_all()
    call_command("check_billing")
    file = month_file("json")
    path = Path(private_files().path(file.stored_as))
    before = path.read_bytes()
    try:
        if what == "gone":
            path.unlink()
        else:
            path.write_bytes(before.replace(b"EUR", b"USD", 1))
        with pytest.raises(SystemExit) as ended:
            call_command("check_billing")
    finally:
        path.write_bytes(before)
    assert ended.value.code == 1
    told = capsys.readouterr().err
    assert file.stored_as in told
    assert "1 differences" in told
    assert ("no file" in told) == (what == "gone")
