"""Adding to the rate card (DOMAIN.md §5)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from billing.domain.rates import add_rate_line
from core.refusals import InvalidInput, NotAllowed
from customers.models import User
from packages.domain.rates import RateBook, rate_in_force
from packages.models import RateLine
from sessions.domain.refusals import PeriodClosed
from sessions.models import BillingPeriod, LedgerEntry
from tests.factories import NOW, acme, customer, giulia, logged, marta, pekka, pro_lite, rate, sofia

pytestmark = pytest.mark.django_db


def closed(*months: str) -> None:
    """Close months such as `2026-01`, one close each."""
    for number, month in enumerate(months, start=1):
        BillingPeriod.objects.create(
            month=date.fromisoformat(f"{month}-01"), close_number=number, closed_at=NOW, closed_by=pekka()
        )


def test_a_line_is_kept_with_who_added_it_and_the_close_that_will_know_it() -> None:
    closed("2026-01", "2026-02")

    line = rate("EUR", "125.50", valid_from=date(2026, 3, 1))

    assert (line.hourly_rate, line.created_by, line.created_at) == (Decimal("125.50"), sofia(), NOW)
    assert line.known_in_close == 3


@pytest.mark.parametrize("person", [giulia, pekka, marta])
def test_only_operations_set_rates(person: Callable[[], User]) -> None:
    with pytest.raises(NotAllowed):
        add_rate_line(currency="EUR", hourly_rate=Decimal(100), valid_from=date(2026, 1, 1), by=person(), now=NOW)
    assert not RateLine.objects.exists()


@pytest.mark.parametrize(
    ("currency", "amount", "field"),
    [
        ("EUR", "-0.01", "hourly_rate"),
        ("EUR", "100.005", "hourly_rate"),
        ("JPY", "15000.5", "hourly_rate"),
        ("EUR", "NaN", "hourly_rate"),
        ("EUR", "Infinity", "hourly_rate"),
        ("EUR", "1E+400", "hourly_rate"),
        ("EUR", "100000000", "hourly_rate"),
        ("EUR", None, "hourly_rate"),
        ("XXX", "1", "currency"),
    ],
)
def test_amounts_that_cannot_be_billed_are_refused(currency: str, amount: str | None, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        rate(currency, amount)
    assert refusal.value.field == field


@pytest.mark.parametrize(("currency", "amount"), [("EUR", "0"), ("JPY", "15000"), ("EUR", "99999999.99")])
def test_amounts_at_the_edge_are_kept(currency: str, amount: str) -> None:
    assert rate(currency, amount).hourly_rate == Decimal(amount)


def test_a_day_has_one_line() -> None:
    rate("EUR", "100")
    with pytest.raises(InvalidInput) as refusal:
        rate("EUR", "110")
    assert refusal.value.field == "valid_from"
    rate("USD", "110")
    rate("EUR", "90", contract=pro_lite())


def test_a_day_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(InvalidInput) as refusal:
        rate("EUR", "90", valid_from=date(9999, 12, 31))
    assert refusal.value.field == "valid_from"


def test_a_negotiated_rate_is_in_the_contracts_currency() -> None:
    with pytest.raises(InvalidInput) as refusal:
        rate("USD", "90", contract=pro_lite())
    assert refusal.value.field == "currency"


def test_a_negotiated_line_without_a_rate_gives_the_contract_back_to_the_general_one() -> None:
    contract = pro_lite()
    rate("EUR", "120")
    rate("EUR", "90", contract=contract, valid_from=date(2026, 2, 1))
    rate("EUR", None, contract=contract, valid_from=date(2026, 4, 1))

    book = RateBook.load([contract])

    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 3, 31), date(2026, 4, 1)]
    assert [book.rate_on(contract, day) for day in days] == [120, 90, 90, 120]


def test_the_database_finds_the_rate_that_the_book_finds() -> None:
    ours, other = pro_lite(), pro_lite(customer("Initech", country="US", currency="USD"))
    for number, contract in enumerate((ours, other)):
        for day in ("03", "05", "09", "10", "19", "20", "24", "25"):
            logged(contract, "supplementary-training", 15, f"2026-02-{day} 1{number}:00")
    rate("EUR", "120", valid_from=date(2026, 2, 5))
    rate("EUR", "90", contract=ours, valid_from=date(2026, 2, 10))
    rate("EUR", None, contract=ours, valid_from=date(2026, 2, 20))
    rate("EUR", "130", valid_from=date(2026, 2, 25))
    book = RateBook.load([ours, other])

    entries = LedgerEntry.objects.time_entries().annotate(rate=rate_in_force("contract", day="service_date"))
    rows = entries.values_list("contract", "contract__currency", "service_date", "rate")
    found = {(contract, currency, day): found for contract, currency, day, found in rows if day is not None}

    of_ours = [found[ours.pk, "EUR", date(2026, 2, day)] for day in (3, 5, 10, 19, 20, 25)]
    assert of_ours == [None, 120, 90, 90, 120, 130]
    assert found == {
        (contract, currency, day): book.rate_for(currency, contract, day) for contract, currency, day in found
    }


class TestClosedMonths:
    """A line may start in a closed month only where it replaces nothing that was in force on a closed day."""

    def test_a_rate_that_was_in_force_is_not_replaced(self) -> None:
        rate("EUR", "120")
        closed("2026-01", "2026-02")
        for day in (date(2026, 1, 1), date(2026, 2, 28)):
            with pytest.raises(PeriodClosed):
                rate("EUR", "130", valid_from=day)

    def test_the_first_open_day_is_free(self) -> None:
        rate("EUR", "120")
        closed("2026-01", "2026-02")
        rate("EUR", "130", valid_from=date(2026, 3, 1))

    def test_a_hole_is_filled(self) -> None:
        closed("2026-01", "2026-02")
        rate("EUR", "120", valid_from=date(2026, 1, 15))

    def test_a_hole_before_the_first_line_is_filled_up_to_it(self) -> None:
        rate("EUR", "120", valid_from=date(2026, 2, 10))
        closed("2026-01", "2026-02")
        rate("EUR", "110", valid_from=date(2026, 1, 1))

    def test_the_rates_of_other_currencies_are_nothing_to_replace(self) -> None:
        rate("USD", "120")
        closed("2026-01")
        rate("EUR", "130", valid_from=date(2026, 1, 1))

    def test_a_negotiated_rate_does_not_replace_the_general_one_of_a_closed_day(self) -> None:
        rate("EUR", "120")
        closed("2026-01")
        with pytest.raises(PeriodClosed):
            rate("EUR", "90", contract=pro_lite(), valid_from=date(2026, 1, 20))

    def test_a_negotiated_rate_that_reaches_a_general_one_inside_a_closed_month_is_refused(self) -> None:
        rate("EUR", "120", valid_from=date(2026, 1, 20))
        closed("2026-01")
        with pytest.raises(PeriodClosed):
            rate("EUR", "90", contract=pro_lite(), valid_from=date(2026, 1, 10))

    def test_a_line_from_before_the_closes_may_not_reach_into_them(self) -> None:
        rate("EUR", "120", valid_from=date(2024, 1, 1))
        closed("2026-01")
        with pytest.raises(PeriodClosed):
            rate("EUR", "130", valid_from=date(2025, 12, 1))

    def test_the_months_before_the_first_close_are_closed_with_it(self) -> None:
        rate("EUR", "120", valid_from=date(2024, 1, 1))
        rate("EUR", "125", valid_from=date(2026, 1, 1))
        closed("2026-01")
        with pytest.raises(PeriodClosed):
            rate("EUR", "130", valid_from=date(2025, 12, 1))

    def test_going_back_to_the_general_rate_where_nothing_was_negotiated_changes_nothing(self) -> None:
        rate("EUR", "120")
        closed("2026-01")
        rate("EUR", None, contract=pro_lite(), valid_from=date(2026, 1, 10))

    def test_going_back_to_the_general_rate_on_a_closed_day_is_refused(self) -> None:
        contract = pro_lite()
        rate("EUR", "120")
        rate("EUR", "90", contract=contract)
        closed("2026-01")
        with pytest.raises(PeriodClosed):
            rate("EUR", None, contract=contract, valid_from=date(2026, 1, 10))

    def test_the_negotiated_rate_of_one_contract_is_nothing_to_another(self) -> None:
        rate("EUR", "90", contract=pro_lite())
        closed("2026-01")
        rate("EUR", "80", contract=pro_lite(acme(), starts_on=date(2025, 12, 1)), valid_from=date(2026, 1, 10))
