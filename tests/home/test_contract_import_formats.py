"""What a file may look like: encodings, separators, line ends, dates and numbers (docs/contract-import.md)."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from core.sheets.values import Unreadable, read_date
from customers.models import BillingDetails, Customer, Role
from home.domain.contract_import.sample import sample_rows
from home.domain.contract_import.values import read_rate
from home.models import ImportRun
from packages.models import Contract, RateLine
from tests.factories import NOW, giulia, staff
from tests.home.contract_files import codes, imported, in_italian, row, rows, written

pytestmark = pytest.mark.django_db

ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16")
SEPARATORS = (",", ";", "\t")
LINE_ENDS = ("\n", "\r\n", "\r")
NAME = "Caffè Größe, «Zürich»; €"
ADDRESS = "Bahnhofstraße 1\n8001 Zürich"


@pytest.mark.parametrize(("encoding", "separator", "line_end"), list(product(ENCODINGS, SEPARATORS, LINE_ENDS)))
def test_a_file_reads_the_same_however_it_is_written(encoding: str, separator: str, line_end: str) -> None:
    lines = [row(customer=NAME, billing_address=ADDRESS), *rows(1)]

    run = imported(written(lines, encoding=encoding, separator=separator, line_end=line_end))

    assert (run.state, codes(run)) == (ImportRun.State.DONE, [])
    details = BillingDetails.objects.get(customer__name=NAME)
    assert details.billing_address.splitlines() == ADDRESS.splitlines()
    assert Contract.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b" \r\n \n", "empty_file"),
        (written([row()]).split(b"\n")[0], "no_rows"),
        (b"\x89PNG\r\n\x1a\n\x81\x8d", "encoding"),
        (written([row()]).decode().encode("utf-16")[:-1], "encoding"),
        (b"x" * (5 * 1024 * 1024 + 1), "too_large"),
        (written(rows(1) * 10_001), "too_many_rows"),
    ],
    ids=["nothing", "blank lines", "headings alone", "a picture", "half a character", "large", "many rows"],
)
def test_what_is_no_such_file_is_said_in_one_sentence(content: bytes, code: str) -> None:
    run = imported(content)
    assert (run.state, codes(run)) == (ImportRun.State.FAULTY, [(0, "", code)])
    assert run.faults[0]["sentences"]["en"]


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    several_lines, blank = row(billing_address="One\nTwo\nThree"), dict.fromkeys(row(), "")
    wrong = several_lines | row(contract_reference="D-2", package="gold", billing_address="")
    assert codes(imported(written([several_lines, blank, wrong]))) == [(4, "package", "unknown_package")]


def test_a_missing_quotation_mark_names_the_row_and_the_rows_before_are_checked() -> None:
    content = written([row(package="gold"), row(contract_reference="D-2")]).rstrip(b'"\n')
    assert codes(imported(content)) == [(2, "package", "unknown_package"), (3, "", "quotes")]


def test_headings_may_be_italian_in_any_case_and_with_spaces() -> None:
    line = {name.upper().replace("_", " "): cell for name, cell in in_italian(row()).items()}
    assert imported(written([line], separator=";")).state == ImportRun.State.DONE


def test_countries_languages_and_packages_may_be_written_by_name() -> None:
    run = imported(written([row(country="Finlandia", language="Italian", package="Launch Kit")]))
    assert run.state == ImportRun.State.DONE
    customer = Customer.objects.get(name="Nordic Steel")
    assert (customer.country, customer.language) == ("FI", "it")


def test_a_formula_is_text() -> None:
    formula = '=HYPERLINK("http://evil.example";"Nordic")'
    assert imported(written([row(customer=formula)])).state == ImportRun.State.DONE
    assert Customer.objects.filter(name=formula).exists()


def test_a_column_without_a_heading_may_stand_empty_but_not_hold_something() -> None:
    assert imported(written([{**row(), "": ""}])).state == ImportRun.State.DONE
    assert codes(imported(written([{**row(contract_reference="D-2"), "": "x"}]))) == [(1, "", "unknown_column")]


class TestDates:
    @pytest.mark.parametrize(
        ("text", "italian"),
        [
            ("2026-01-31", False),
            ("31.01.2026", False),
            ("31/01/2026", False),
            ("31-1-2026", False),
            ("31/1/2026", True),
        ],
    )
    def test_year_first_or_day_first(self, text: str, *, italian: bool) -> None:
        assert read_date(text, italian=italian) == date(2026, 1, 31)

    def test_in_an_italian_column_the_day_is_always_first(self) -> None:
        assert read_date("03/04/2026", italian=True) == date(2026, 4, 3)

    def test_elsewhere_what_can_be_two_days_is_refused_and_what_cannot_is_not(self) -> None:
        with pytest.raises(Unreadable, match="ambiguous_date"):
            read_date("03/04/2026", italian=False)
        assert read_date("04/04/2026", italian=False) == date(2026, 4, 4)

    @pytest.mark.parametrize("text", ["2026-02-30", "31/13/2026", "01/31/2026", "2026", "31.01.26", "31.01/2026", "x"])
    def test_what_is_no_day_is_refused(self, text: str) -> None:
        with pytest.raises(Unreadable, match="date"):
            read_date(text, italian=True)


class TestRates:
    @pytest.mark.parametrize(
        ("text", "amount"), [("120", "120"), ("120.5", "120.5"), ("120,50", "120.50"), ("0", "0"), ("0,05", "0.05")]
    )
    def test_a_decimal_point_or_a_decimal_comma(self, text: str, amount: str) -> None:
        assert read_rate(text) == Decimal(amount)

    @pytest.mark.parametrize("text", ["1.250", "1,250", "1.250,00", "1 250", "€120", "-5", "NaN", "1e3", "120.", "٣"])
    def test_anything_that_could_be_a_thousands_separator_or_no_number_is_refused(self, text: str) -> None:
        with pytest.raises(Unreadable):
            read_rate(text)

    def test_the_rate_is_negotiated_from_the_first_day(self) -> None:
        assert imported(written([row(hourly_rate="120,50")], separator=";")).state == ImportRun.State.DONE
        line = RateLine.objects.get()
        assert (line.hourly_rate, line.valid_from, line.contract) == (
            Decimal("120.50"),
            date(2026, 3, 1),
            Contract.objects.get(),
        )


@pytest.mark.parametrize("italian", [True, False])
def test_the_sample_file_is_one_that_can_be_imported_once_its_staff_are_real(*, italian: bool) -> None:
    giulia()
    staff("Success Manager", Role.CSM)
    lines = list(sample_rows(italian=italian, today=NOW.date()))
    text = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)
    text = text.replace("lead@example.com", giulia().email)
    text = text.replace("success.manager@example.com", "success.manager@oura.example")

    run = imported(text.encode())

    assert (run.state, codes(run)) == (ImportRun.State.DONE, [])
    assert Contract.objects.count() == 2
