"""The CSV that finance opens in a spreadsheet."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from core.csv_files import Cell, csv_lines, harmless, written


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+44 20 7946 0000",
        "-2",
        "@SUM(A1)",
        " =1",
        "\N{NO-BREAK SPACE}=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        "﹦1",
        "\ufeff=1",
        "\u200b=1",
        "\x0b=1",
    ],
)
def test_text_that_could_start_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_nul_is_left_out_and_hides_no_formula() -> None:
    assert harmless("\0=1") == "'=1"
    assert harmless("Ac\0me") == "Acme"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Milan;=HYPERLINK(1)", "Milan;'=HYPERLINK(1)"),
        ('Milan; "=1', "Milan; \"'=1"),
        ("first line\n-second line", "first line\n'-second line"),
        ("a\t@b", "a\t'@b"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("\n=1", "'\n'=1"),
    ],
)
def test_a_sign_after_a_separator_of_another_country_is_no_formula_either(text: str, safe: str) -> None:
    assert harmless(text) == safe


@pytest.mark.parametrize("text", ["", "Acme S.p.A.", "C-00001", "a=b", "Rossi-Bianchi", "30 min", "'quoted'", "日本"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (-45, "-45"),
        (0, "0"),
        (Decimal("-12.50"), "-12.50"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.00"), "0.00"),
        (date(2026, 11, 3), "2026-11-03"),
        (None, ""),
    ],
)
def test_numbers_stay_numbers_and_dates_are_iso(cell: int | Decimal | date | None, text: str) -> None:
    assert written(cell) == text


def test_the_file_has_a_byte_order_mark_crlf_and_quotes_where_needed() -> None:
    file = "".join(csv_lines(["Customer", "Note"], [["Nordic, Oy", 'she said "yes"'], ["Acme", "two\nlines"]]))

    assert file.encode() == (b'\xef\xbb\xbfCustomer,Note\r\n"Nordic, Oy","she said ""yes"""\r\nAcme,"two\nlines"\r\n')


def test_what_is_written_is_read_back_cell_by_cell() -> None:
    rows: list[list[Cell]] = [["a,b", "c;d", 'e"f', "g\r\nh", -1, Decimal("2.50")]]

    file = "".join(csv_lines(["1", "2", "3", "4", "5", "6"], rows))

    read = list(csv.reader(io.StringIO(file, newline="")))
    assert read[1] == ["a,b", "c;d", 'e"f', "g\r\nh", "-1", "2.50"]


def test_an_empty_report_is_its_header() -> None:
    assert "".join(csv_lines(["Customer"], [])) == "\ufeffCustomer\r\n"
