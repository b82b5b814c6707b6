"""Everything that can be wrong with a file: each fault with its row and column, and all of them at once."""

import json

import pytest
from django.conf import settings

from core.sheets.faults import Fault
from customers.models import Customer, Role
from home.models import ImportRun
from packages.models import Contract
from sessions.models import BillingPeriod
from tests.factories import NOW, aino, customer, marta, rate, sofia, staff
from tests.home.contract_files import codes, imported, row, rows, written

pytestmark = pytest.mark.django_db

CELLS = [
    ("contract_reference", "", "missing_value"),
    ("customer", "", "missing_value"),
    ("contract_reference", "x" * 101, "too_long"),
    ("customer", "N" * 201, "too_long"),
    ("vat_id", "9" * 31, "too_long"),
    ("customer", "Nordic\0Steel", "characters"),
    ("customer", "Nordic \u202eleetS", "characters"),
    ("customer", "Two\nlines", "characters"),
    ("country", "Atlantis", "refused_country"),
    ("country", "ZZ", "refused_country"),
    ("time_zone", "Europe/Roma", "refused_time_zone"),
    ("time_zone", "UTC+2", "refused_time_zone"),
    ("language", "fr", "refused_language"),
    ("currency", "XXX", "refused_currency"),
    ("currency", "euro", "too_long"),
    ("package", "gold", "unknown_package"),
    ("start", "soon", "date"),
    ("start", "2026-02-30", "date"),
    ("start", "03/04/2026", "ambiguous_date"),
    ("start", "1970-01-01", "refused_starts_on"),
    ("end", "2026-02-28", "refused_ends_on"),
    ("end", "2300-01-01", "refused_ends_on"),
    ("lead", "giulia", "email"),
    ("lead", "nobody@oura.example", "unknown_person"),
    ("lead", "marta@acme.example", "refused_lead"),
    ("dedicated", "nobody@oura.example", "unknown_person"),
    ("dedicated", "tomas@oura.example", "refused_dedicated"),
    ("primary_contact_email", "liisa@", "email"),
    ("primary_contact_email", "giulia.conti@oura.example", "refused_contact_email"),
    ("primary_contact_name", "", "missing_value"),
    ("billing_email", "accounts", "email"),
    ("hourly_rate", "1.250", "rate"),
    ("hourly_rate", "-1", "rate"),
    ("hourly_rate", "999999999", "refused_hourly_rate"),
]


@pytest.mark.parametrize(("column", "cell", "code"), CELLS)
def test_a_fault_names_its_row_its_column_and_what_is_wrong_and_nothing_is_written(
    column: str, cell: str, code: str
) -> None:
    marta()
    staff("Tomas", Role.CSE)
    customers = Customer.objects.count()

    run = imported(written([*rows(1), row(**{column: cell})]))

    found = codes(run)
    assert (3, column, code) in found
    # Who is no lead is not dedicated either: the one cell may be wrong in two ways, no other is.
    assert {(at, name) for at, name, _code in found} == {(3, column)}
    assert run.state == ImportRun.State.FAULTY
    assert (Customer.objects.count(), Contract.objects.count()) == (customers, 0)


def test_every_sentence_is_there_in_every_language_with_its_particulars() -> None:
    run = imported(written([row(package="gold", end="2020-01-01", vat_id="9" * 31, dedicated=aino().email)]))
    for fault in run.faults:
        assert set(fault["sentences"]) == {code for code, _name in settings.LANGUAGES}
        assert all(sentence and "%(" not in sentence for sentence in fault["sentences"].values())


def test_a_file_with_twelve_different_faults_reports_all_twelve() -> None:
    marta()
    lines = [
        row(contract_reference="D-1", country="Atlantis"),
        row(contract_reference="D-2", customer="Two", time_zone="Europe/Roma"),
        row(contract_reference="D-3", customer="Three", language="fr"),
        row(contract_reference="D-4", customer="Four", currency="XXX"),
        row(contract_reference="D-5", customer="Five", package="gold"),
        row(contract_reference="D-6", customer="Six", start="03/04/2026"),
        row(contract_reference="D-7", customer="Seven", end="2026-02-28"),
        row(contract_reference="D-8", customer="Eight", lead="nobody@oura.example"),
        row(contract_reference="D-9", customer="Nine", primary_contact_email="liisa@"),
        row(contract_reference="D-9", customer="Ten"),
        row(contract_reference="D-11", customer="Eleven \u202e"),
        row(contract_reference="D-12", customer="Twelve", vat_id="9" * 31),
    ]
    assert codes(imported(written(lines))) == [
        (2, "country", "refused_country"),
        (3, "time_zone", "refused_time_zone"),
        (4, "language", "refused_language"),
        (5, "currency", "refused_currency"),
        (6, "package", "unknown_package"),
        (7, "start", "ambiguous_date"),
        (8, "end", "refused_ends_on"),
        (9, "lead", "unknown_person"),
        (10, "primary_contact_email", "email"),
        (11, "contract_reference", "duplicate_row"),
        (12, "customer", "characters"),
        (13, "vat_id", "too_long"),
    ]


def test_one_row_may_have_many_faults() -> None:
    faulty = row(country="", package="gold", start="soon", lead="nobody", primary_contact_name="", hourly_rate="much")
    assert {name for _row, name, _code in codes(imported(written([faulty])))} == {
        "country",
        "package",
        "start",
        "lead",
        "primary_contact_name",
        "hourly_rate",
    }


class TestColumns:
    def test_missing_unknown_and_double_ones_are_named_and_the_rows_are_checked_all_the_same(self) -> None:
        line = row(package="gold")
        del line["currency"]
        content = written([{**line, "colour": "red"}]).replace(b'"vat_id"', b'"Country"')
        assert codes(imported(content)) == [
            (1, "Country", "column_twice"),
            (1, "colour", "unknown_column"),
            (1, "currency", "missing_column"),
            (2, "package", "unknown_package"),
        ]

    def test_a_row_with_too_many_cells_is_named(self) -> None:
        content = written([row()]).rstrip(b"\n") + b',"more"\n'
        assert codes(imported(content)) == [(2, "", "too_many_cells")]


class TestRowsThatDisagree:
    @pytest.mark.parametrize(
        ("column", "cell"),
        [
            ("country", "IT"),
            ("time_zone", "Europe/Rome"),
            ("currency", "USD"),
            ("language", "it"),
            ("primary_contact_email", "other@nordicsteel.example"),
            ("vat_id", "FI999"),
            ("lead", "aino.virtanen@oura.example"),
        ],
    )
    def test_rows_of_one_new_customer_say_the_same(self, column: str, cell: str) -> None:
        aino()
        run = imported(written([row(), row(contract_reference="D-2", **{column: cell})]))
        assert codes(run) == [(3, column, "rows_disagree")]
        assert "2" in run.faults[0]["sentences"]["en"]

    def test_an_empty_billing_cell_says_nothing(self) -> None:
        run = imported(written([row(), row(contract_reference="D-2", customer="NORDIC  steel", vat_id="")]))
        assert run.state == ImportRun.State.DONE
        assert Customer.objects.filter(name="Nordic Steel").count() == 1


class TestCustomersThatAreHere:
    @pytest.mark.parametrize(
        ("column", "cell"), [("country", "SE"), ("time_zone", "Europe/Stockholm"), ("currency", "SEK")]
    )
    def test_they_must_agree_on_what_contracts_copy(self, column: str, cell: str) -> None:
        customer("Nordic Steel", country="FI", zone="Europe/Helsinki")
        assert codes(imported(written([row(**{column: cell})]))) == [(2, column, "customer_differs")]

    def test_two_of_one_name_cannot_be_told_apart(self) -> None:
        customer("Nordic Steel", country="FI", zone="Europe/Helsinki")
        customer("nordic steel", country="FI", zone="Europe/Helsinki")
        assert codes(imported(written([row()]))) == [(2, "customer", "ambiguous_customer")]


class TestContractsThatAreHere:
    @pytest.mark.parametrize(
        ("column", "cell"),
        [
            ("package", "pro-lite"),
            ("start", "2026-03-02"),
            ("end", "2027-03-01"),
            ("customer", "Another"),
            ("hourly_rate", "99"),
        ],
    )
    def test_a_changed_row_is_a_fault(self, column: str, cell: str) -> None:
        imported(written([row()]))
        run = imported(written([row(**{column: cell})]))
        assert codes(run) == [(2, column, "contract_differs")]
        assert Contract.objects.get().reference in run.faults[0]["sentences"]["en"]

    def test_a_voided_one_does_not_come_back(self) -> None:
        imported(written([row()]))
        Contract.objects.update(voided_at=NOW, voided_by=sofia())
        assert codes(imported(written([row()]))) == [(2, "contract_reference", "voided")]


def test_a_rate_may_not_replace_what_was_in_force_in_a_closed_month() -> None:
    rate("EUR", "100")
    BillingPeriod.objects.create(month="2026-03-01", close_number=1, closed_at=NOW, closed_by=sofia())
    after = row(contract_reference="D-2", hourly_rate="90", start="2026-04-01")
    run = imported(written([row(hourly_rate="90"), after]))
    assert codes(run) == [(2, "hourly_rate", "refused_hourly_rate")]


def test_a_yen_has_no_fractions() -> None:
    run = imported(written([row(currency="JPY", hourly_rate="100,50")]))
    assert codes(run) == [(2, "hourly_rate", "refused_hourly_rate")]


def test_without_terms_nothing_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("home.domain.contract_import.known.any_terms", lambda: False)
    assert codes(imported(written([row()]))) == [(0, "", "no_terms")]


def test_a_value_is_shown_shortened_and_what_cannot_be_seen_is_marked() -> None:
    (fault,) = imported(written([row(customer="a\0b" + "c" * 300)])).faults
    assert fault["value"].startswith("a\N{REPLACEMENT CHARACTER}bccc")
    assert len(fault["value"]) < 70
    assert Fault.from_json(json.loads(json.dumps(fault))).sentence
