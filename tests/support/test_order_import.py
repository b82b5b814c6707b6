"""Importing orders: all or nothing, every fault with row and column, safe to run again (DOMAIN.md §9)."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from support.domain.order_import.runs import discard, receive, write
from support.domain.refusals import ImportNotOpen
from support.models import Order, OrderImport, OrderLine
from tests.factories import NOW, acme, aino, giulia
from tests.home.pages import signed_in
from tests.sessions.booking_pages import text_of

pytestmark = pytest.mark.django_db

HEAD = "customer,order_number,placed,ring_model,colour,size,quantity,received,time_zone"
TWO = "Acme Wellness,SO-1,2026-02-01,Oura Ring 4,Silver,9,25,2026-02-20,"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        acme()
        yield


def brought(*rows: str, head: str = HEAD) -> OrderImport:
    """A file of these rows, brought by Giulia."""
    content = "\r\n".join([head, *rows]).encode()
    return receive(file_name="orders.csv", content=content, by=giulia(), now=NOW)


def faults(*rows: str, head: str = HEAD) -> list[tuple[int, str, str]]:
    """What is wrong with a file: row, column, code."""
    run = brought(*rows, head=head)
    assert run.state == OrderImport.State.FAULTY
    assert not Order.objects.exists()
    return [(fault["row"], fault["column"], fault["code"]) for fault in run.faults]


def test_rows_of_one_number_are_lines_of_one_order() -> None:
    run = brought(TWO, "acme  wellness,SO-1,2026-02-01,Oura Ring 4,Gold,8,5,,", TWO.replace("SO-1", "SO-2"))
    assert (run.state, run.summary["orders"], run.summary["rings"]) == ("ready", 2, 55)
    assert not Order.objects.exists()
    write(run, by=giulia(), now=NOW)
    first = Order.objects.get(number="SO-1")
    assert [(line.size, line.quantity, line.received_on) for line in first.lines.all()] == [
        ("9", 25, date(2026, 2, 20)),
        ("8", 5, None),
    ]
    assert first.time_zone == "Europe/Rome"


def test_the_same_file_again_changes_nothing_and_a_missing_receipt_is_recorded() -> None:
    without = TWO.replace("2026-02-20", "")
    write(brought(without), by=giulia(), now=NOW)
    assert brought(without).state == "done"
    run = brought(TWO)
    assert (run.state, run.summary["receipts"], run.summary["orders"]) == ("ready", 1, 0)
    write(run, by=giulia(), now=NOW)
    assert OrderLine.objects.get().received_on == date(2026, 2, 20)
    assert brought(TWO).state == "done"


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        ("2026-02-20T23:30:00+09:00", "Asia/Tokyo", 20),
        ("2026-02-20T23:30:00-05:00", "America/New_York", 20),
        ("2026-02-20T23:30:00-05:00", "Europe/Rome", 21),
    ],
)
def test_an_instant_of_receipt_is_a_day_of_the_orders_zone(instant: str, zone: str, day: int) -> None:
    write(brought(TWO.replace("2026-02-20,", f"{instant},{zone}")), by=giulia(), now=NOW)
    assert OrderLine.objects.get().received_on == date(2026, 2, day)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (TWO.replace("Acme Wellness", "Globex"), "customer", "customer"),
        (TWO.replace("2026-02-01", "31.02.2026"), "placed", "date"),
        (TWO.replace("2026-02-01", "2026-03-03"), "placed", "refused"),
        (TWO.replace("2026-02-20", "2026-01-20"), "received", "refused"),
        (TWO.replace("2026-02-20", "2026-02-20T10:00:00"), "received", "instant"),
        (TWO.replace(",25,", ",2.5,"), "quantity", "quantity"),
        (TWO.replace(",25,", ",,"), "quantity", "missing_value"),
        (f"{TWO}Rome", "time_zone", "time_zone"),
        (TWO.replace("Silver", "Sil\u202ever"), "colour", "characters"),
    ],
)
def test_a_fault_names_row_and_column_and_nothing_is_written(row: str, column: str, code: str) -> None:
    assert (3, column, code) in faults(TWO.replace("SO-1", "SO-9"), row)


def test_columns_that_are_missing_or_unknown_are_named() -> None:
    assert {code for _row, _column, code in faults("x", head="customer,shop")} >= {"missing_column", "unknown_column"}


def test_other_lines_than_what_is_here_are_refused() -> None:
    write(brought(TWO), by=giulia(), now=NOW)
    run = brought(TWO.replace(",25,", ",30,"))
    assert [(fault["row"], fault["code"]) for fault in run.faults] == [(2, "other_lines")]
    run = brought(TWO.replace("2026-02-20", "2026-02-21"))
    assert [(fault["row"], fault["code"]) for fault in run.faults] == [(2, "other_receipt")]


def test_what_became_wrong_since_the_preview_is_not_written() -> None:
    run = brought(TWO)
    write(brought(TWO.replace(",25,", ",30,")), by=giulia(), now=NOW)
    assert write(run, by=giulia(), now=NOW).state == "faulty"
    assert OrderLine.objects.get().quantity == 30


def test_a_file_is_written_or_discarded_once_and_then_forgotten() -> None:
    done, left = brought(TWO), brought(TWO)
    discard(left, now=NOW)
    write(done, by=giulia(), now=NOW)
    for run in (done, left):
        assert bytes(OrderImport.objects.get(pk=run.pk).content) == b""
        with pytest.raises(ImportNotOpen):
            write(run, by=giulia(), now=NOW)


def test_in_the_browser() -> None:
    client = signed_in(giulia())
    assert client.get("/orders/import/").status_code == 200
    file = SimpleUploadedFile("orders.csv", f"{HEAD}\r\n{TWO}\r\n".encode())
    response = client.post("/orders/import/", {"file": file})
    run = OrderImport.objects.get()
    assert response.headers["Location"] == f"/orders/import/{run.pk}/"
    assert "Nothing is written yet" in text_of(client.get(f"/orders/import/{run.pk}/"))
    assert signed_in(aino()).get(f"/orders/import/{run.pk}/").status_code == 404
    client.post(f"/orders/import/{run.pk}/start/")
    assert "The orders are imported" in text_of(client.get(f"/orders/import/{run.pk}/"))
    assert Order.objects.get().number == "SO-1"
    faulty = client.post("/orders/import/", {"file": SimpleUploadedFile("o.csv", HEAD.encode())})
    assert "1 fault: nothing is written" in text_of(client.get(faulty.headers["Location"]))
