"""Finance's pages in the browser: the month's overage, its file, the rate card."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client

from customers.models import User
from packages.models import RateLine
from sessions.domain.waivers import waive
from sessions.models import BillingPeriod, LedgerEntry
from tests.factories import (
    NOW,
    acme,
    aino,
    booked,
    customer,
    giulia,
    globex,
    logged,
    luca,
    marta,
    pekka,
    pro_lite,
    rate,
    sofia,
    with_terms_accepted,
)
from tests.home.pages import page, queries, signed_in

pytestmark = pytest.mark.django_db

FEBRUARY = "/overage/2026-02/"
SUPPLEMENTARY = "supplementary-training"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """Wednesday, 18 March 2026."""
    with time_machine.travel(datetime(2026, 3, 18, 10, 0, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def meetings() -> list[LedgerEntry]:
    """Three meetings of two customers in two currencies."""
    rate("EUR", "120")
    rate("USD", "130")
    ours = pro_lite(acme())
    theirs = pro_lite(customer("Initech", country="US", currency="USD"))
    return [
        logged(ours, SUPPLEMENTARY, 30, "2026-02-03 10:00", note="Zwei Coaches").entry,
        logged(ours, SUPPLEMENTARY, 45, "2026-02-05 10:00").entry,
        logged(theirs, SUPPLEMENTARY, 60, "2026-02-04 10:00").entry,
    ]


def rows_of(person: User, address: str) -> list[list[str]]:
    """The file at `address`, its head included."""
    content = signed_in(person).get(address).getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))


class TestOverage:
    def test_totals_by_currency_and_customer_lead_down_to_the_meeting(self, meetings: list[LedgerEntry]) -> None:
        shown = page(pekka(), FEBRUARY)

        for amount in ("€150.00", "€60.00", "€90.00", "US$130.00"):
            assert amount in shown
        for entry in meetings:
            assert f'href="/time-entries/{entry.pk}/"' in shown
        assert f"?customer={acme().pk}&amp;currency=EUR" in shown
        assert "Provisional" in shown

    def test_the_meetings_session_is_one_click_away(self) -> None:
        rate("EUR", "120")
        contract = with_terms_accepted(pro_lite(acme()))
        session = booked(contract, SUPPLEMENTARY, 30, "2026-02-10 10:00", accept_overage=True)
        logged(contract, SUPPLEMENTARY, 30, session.starts_at, session=session)

        assert f'href="/sessions/{session.pk}/"' in page(pekka(), FEBRUARY)

    def test_the_present_month_is_the_readers(self) -> None:
        response = signed_in(pekka()).get("/overage/")
        assert response.headers["Location"] == "/overage/2026-03/"

    def test_a_closed_month_is_not_provisional(self) -> None:
        BillingPeriod.objects.create(month=date(2026, 2, 1), close_number=1, closed_at=NOW, closed_by=pekka())
        assert "Provisional" not in page(pekka(), FEBRUARY)

    def test_nothing_yet_is_not_nothing_matches(self, meetings: list[LedgerEntry]) -> None:
        assert "No overage in January 2026" in page(pekka(), "/overage/2026-01/")
        assert "Nothing matches" in page(pekka(), f"{FEBRUARY}?currency=JPY")

    def test_one_customer_can_be_picked(self, meetings: list[LedgerEntry]) -> None:
        shown = page(pekka(), f"{FEBRUARY}?customer={acme().pk}")
        assert "€150.00" in shown
        assert "US$130.00" not in shown

    @pytest.mark.parametrize("query", ["?customer=x", "?customer=99999999999999999999", "?customer=%00", "?sort=%00"])
    def test_strange_addresses_are_harmless(self, meetings: list[LedgerEntry], query: str) -> None:
        page(pekka(), f"{FEBRUARY}{query}&page=-3")

    @pytest.mark.parametrize("month", ["2026-13", "2026-00", "0000-01", "1999-12", "9999-12", "2026-2", "٢٠٢٦-02"])
    def test_what_is_no_month_does_not_exist(self, month: str) -> None:
        assert signed_in(pekka()).get(f"/overage/{month}/").status_code == 404

    def test_the_first_and_the_last_month_of_the_millennium_do(self) -> None:
        for month in ("2000-01", "2999-12"):
            page(pekka(), f"/overage/{month}/")

    def test_unpriced_overage_is_named_first(self, meetings: list[LedgerEntry]) -> None:
        albion = pro_lite(customer("Albion", country="GB", currency="GBP"))
        entry = logged(albion, SUPPLEMENTARY, 30, "2026-02-06 10:00").entry

        shown = page(pekka(), FEBRUARY)

        assert "1 time entry has no rate in force" in shown
        assert shown.index(f"/time-entries/{entry.pk}/") < shown.index("By customer")

    def test_a_courtesy_is_shown_outside_the_totals(self, meetings: list[LedgerEntry]) -> None:
        waive(entry=meetings[1], by=sofia(), reason="Our fault", now=NOW)
        shown = page(pekka(), FEBRUARY)
        assert "Courtesy" in shown
        assert "€150.00" not in shown

    def test_overage_that_may_yet_be_waived_is_marked(self, meetings: list[LedgerEntry]) -> None:
        assert "Waiver proposed" not in page(pekka(), FEBRUARY)
        waive(entry=meetings[1], by=giulia(), reason="Our fault", now=NOW)
        shown = page(pekka(), FEBRUARY)
        assert shown.count("Waiver proposed") == 1
        assert "€150.00" in shown
        waive(entry=meetings[1], by=sofia(), reason="Agreed", now=NOW)
        assert "Waiver proposed" not in page(pekka(), FEBRUARY)

    @pytest.mark.parametrize("person", [giulia, sofia, marta, luca])
    def test_it_is_finances_alone(self, person: Callable[[], User]) -> None:
        for address in (FEBRUARY, "/overage/2026-02.csv", "/overage/"):
            assert signed_in(person()).get(address).status_code == 404

    def test_strangers_sign_in(self) -> None:
        assert Client().get(FEBRUARY).status_code == 302

    def test_queries(self) -> None:
        rate("EUR", "120")
        logged(pro_lite(acme()), SUPPLEMENTARY, 30, "2026-02-03 10:00")
        few = queries(pekka(), FEBRUARY)

        logged(pro_lite(globex(), dedicated=aino()), SUPPLEMENTARY, 30, "2026-02-03 10:00")
        logged(pro_lite(customer("Initech")), SUPPLEMENTARY, 30, "2026-02-04 10:00")

        assert queries(pekka(), FEBRUARY) == few == 7


class TestFile:
    def test_holds_what_the_page_shows_in_its_order(self, meetings: list[LedgerEntry]) -> None:
        head, *rows = rows_of(pekka(), "/overage/2026-02.csv?sort=-date")

        found = [dict(zip(head, row, strict=True)) for row in rows]
        assert [row["Service date"] for row in found] == ["2026-02-05", "2026-02-04", "2026-02-03"]
        assert found[2] | {"Contract": "", "Time entry": ""} == {
            "Service date": "2026-02-03",
            "Customer": "Acme Wellness",
            "Contract": "",
            "Package": "Pro Lite Success",
            "Type": "Supplementary training",
            "Session": "",
            "Time entry": "",
            "Delivered by": "Giulia Conti",
            "Start": "2026-02-03T10:00+01:00",
            "Time zone": "Europe/Rome",
            "Minutes delivered": "30",
            "Included minutes": "0",
            "Overage minutes": "30",
            "Hourly rate": "120.00",
            "Amount": "60.00",
            "Currency": "EUR",
            "Billing": "Overage",
            "Note": "Zwei Coaches",
        }

    def test_is_filtered_like_the_page(self, meetings: list[LedgerEntry]) -> None:
        assert len(rows_of(pekka(), f"/overage/2026-02.csv?customer={acme().pk}")) == 3
        assert len(rows_of(pekka(), "/overage/2026-02.csv?currency=JPY")) == 1

    def test_says_provisional_in_its_name_until_the_month_is_closed(self) -> None:
        client = signed_in(pekka())
        open_month = client.get("/overage/2026-02.csv")
        BillingPeriod.objects.create(month=date(2026, 2, 1), close_number=1, closed_at=NOW, closed_by=pekka())
        closed_month = client.get("/overage/2026-02.csv")

        assert open_month.headers["Content-Disposition"] == 'attachment; filename="overage-2026-02-provisional.csv"'
        assert closed_month.headers["Content-Disposition"] == 'attachment; filename="overage-2026-02.csv"'
        assert open_month.headers["Content-Type"] == "text/csv; charset=utf-8"

    def test_is_bytes_of_utf_8_with_a_mark_and_crlf(self, meetings: list[LedgerEntry]) -> None:
        response = signed_in(pekka()).get("/overage/2026-02.csv")
        content = response.getvalue()
        assert response.streaming
        assert content.startswith(b"\xef\xbb\xbf")
        assert content.count(b"\r\n") == content.count(b"\n") == 4

    def test_a_note_that_looks_like_a_formula_is_disarmed(self) -> None:
        rate("EUR", "120")
        logged(pro_lite(acme()), SUPPLEMENTARY, 30, "2026-02-03 10:00", note='=HYPERLINK("https://evil.example")')
        _head, row = rows_of(pekka(), "/overage/2026-02.csv")
        assert row[-1].startswith("'=")

    def test_a_rate_has_the_digits_of_its_currency(self) -> None:
        rate("JPY", "15000")
        contract = pro_lite(customer("Kikuchi", country="JP", currency="JPY"))
        logged(contract, SUPPLEMENTARY, 30, "2026-02-03 10:00")
        head, row = rows_of(pekka(), "/overage/2026-02.csv")
        found = dict(zip(head, row, strict=True))
        assert (found["Hourly rate"], found["Amount"]) == ("15000", "7500")

    def test_an_unpriced_line_has_no_amount(self) -> None:
        logged(pro_lite(acme()), SUPPLEMENTARY, 30, "2026-02-03 10:00")
        head, row = rows_of(pekka(), "/overage/2026-02.csv")
        found = dict(zip(head, row, strict=True))
        assert (found["Hourly rate"], found["Amount"], found["Billing"]) == ("", "", "Unpriced")


class TestRates:
    def test_shows_what_is_in_force_what_comes_and_what_was(self) -> None:
        rate("EUR", "110")
        rate("EUR", "120", valid_from=date(2026, 1, 1))
        rate("EUR", "130", valid_from=date(2027, 1, 1))
        rate("EUR", "90", contract=pro_lite(acme()), valid_from=date(2026, 2, 1))

        shown = page(pekka(), "/rates/")

        assert shown.count("Replaced") == 1
        assert shown.count("Not yet in force") == 1
        assert "an hour, since 1 Jan 2026" in shown
        assert "Acme Wellness" in shown

    def test_an_empty_card_says_what_that_means(self) -> None:
        assert "No general rate yet" in page(pekka(), "/rates/")

    def test_operations_alone_may_add(self) -> None:
        assert "/rates/new/" in page(sofia(), "/rates/")
        assert "/rates/new/" not in page(pekka(), "/rates/")
        assert signed_in(pekka()).get("/rates/new/").status_code == 403
        assert signed_in(giulia()).get("/rates/new/").status_code == 404
        assert signed_in(marta()).get("/rates/").status_code == 404

    def test_a_rate_is_added(self) -> None:
        response = signed_in(sofia()).post(
            "/rates/new/", {"currency": "EUR", "hourly_rate": "125.50", "valid_from": "2026-04-01"}, follow=True
        )
        assert "€125.50 an hour is in force from 1 Apr 2026." in response.content.decode()

    def test_an_italian_types_a_comma(self) -> None:
        person = sofia()
        person.language = "it"
        person.save(update_fields=["language"])
        signed_in(person).post("/rates/new/", {"currency": "EUR", "hourly_rate": "125,50", "valid_from": "2026-04-01"})
        assert str(RateLine.objects.get().hourly_rate) == "125.50"

    def test_a_link_from_a_contract_fills_it_in(self) -> None:
        contract = pro_lite(customer("Initech", country="US", currency="USD"))
        shown = page(sofia(), f"/rates/new/?contract={contract.pk}")
        assert '<option value="USD" selected>' in shown
        assert f'<option value="{contract.pk}" selected>' in shown
        for strange in ("x", "9" * 30, "-1", "٣"):
            page(sofia(), f"/rates/new/?contract={strange}")

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"hourly_rate": ""}, "Enter the hourly rate."),
            ({"hourly_rate": "-1"}, "Enter an hourly rate of 0 or more."),
            ({"hourly_rate": "NaN"}, "Enter a number."),
            ({"hourly_rate": "1e400"}, "Enter an hourly rate of 0 or more."),
            ({"hourly_rate": "1.005"}, "at most 2 decimal places"),
            ({"currency": "JPY", "hourly_rate": "1.5"}, "at most 0 decimal places"),
            ({"valid_from": "2026-02-30"}, "Enter a valid date."),
            ({"valid_from": ""}, "This field is required."),
            ({"contract": "999999"}, "Select a valid choice."),
        ],
    )
    def test_what_is_wrong_stands_beside_the_field_and_nothing_typed_is_lost(
        self, typed: dict[str, str], said: str
    ) -> None:
        response = signed_in(sofia()).post(
            "/rates/new/", {"currency": "EUR", "hourly_rate": "125", "valid_from": "2026-04-01", **typed}
        )
        shown = response.content.decode()
        assert response.status_code == 422
        assert said in shown
        assert typed.get("valid_from", "2026-04-01") in shown
        assert not RateLine.objects.exists()

    def test_a_closed_month_refuses_beside_the_day(self) -> None:
        rate("EUR", "120")
        BillingPeriod.objects.create(month=date(2026, 2, 1), close_number=1, closed_at=NOW, closed_by=pekka())
        response = signed_in(sofia()).post(
            "/rates/new/", {"currency": "EUR", "hourly_rate": "125", "valid_from": "2026-02-10"}
        )
        assert response.status_code == 422
        assert "2026-02 is closed" in response.content.decode()

    def test_queries(self) -> None:
        rate("EUR", "120")
        rate("EUR", "90", contract=pro_lite(acme()))
        few = queries(pekka(), "/rates/")

        for name in ("Initech", "Hooli"):
            rate("EUR", "90", contract=pro_lite(customer(name)))
        rate("USD", "120")

        assert queries(pekka(), "/rates/") == few == 4
