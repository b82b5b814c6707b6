"""Prices of DOMAIN.md §5: rounded once an entry, half up, to the minor unit; the rate is that of the service date."""

from datetime import date
from decimal import Decimal

import pytest

from core.money import cost_of
from customers.models import Customer
from packages.models import Contract
from sessions.domain.ledger import reverse_entry
from sessions.domain.pricing import PricedEntry, price
from sessions.domain.waivers import waive
from sessions.models import LedgerEntry
from tests.factories import NOW, at, customer, giulia, launch_kit, logged, rate, sofia


@pytest.mark.parametrize(
    ("minutes", "hourly_rate", "currency", "cost"),
    [
        (60, "150.00", "EUR", "150.00"),
        (45, "150.00", "EUR", "112.50"),
        (1, "0.30", "EUR", "0.01"),  # 0.005 goes up
        (1, "0.29", "EUR", "0.00"),
        (3, "0.50", "USD", "0.03"),  # 0.025 goes up: half to even would give 0.02
        (7, "99.99", "GBP", "11.67"),  # 11.6655
        (10, "12345", "JPY", "2058"),  # 2057.5: the yen has no minor unit
        (50, "12345", "JPY", "10288"),  # 10287.5
        (20, "100", "JPY", "33"),
        (15, "0.00", "EUR", "0.00"),
    ],
)
def test_minutes_times_rate_by_60_rounded_half_up_once(
    minutes: int, hourly_rate: str, currency: str, cost: str
) -> None:
    assert str(cost_of(minutes, Decimal(hourly_rate), currency)) == cost


@pytest.fixture
def contract(db: None) -> Contract:
    return launch_kit()


def in_japan() -> Customer:
    return customer("Sakura Health", country="JP", zone="Asia/Tokyo", currency="JPY")


def trained(contract: Contract, minutes: int, wall: str) -> LedgerEntry:
    """A supplementary training: all of it is overage."""
    return logged(contract, "supplementary-training", minutes, wall).entry


def priced(contract: Contract) -> list[PricedEntry]:
    """Every entry of the contract with its money, in the order in which it was typed."""
    entries = LedgerEntry.objects.time_entries().filter(contract=contract).order_by("pk")
    return price(entries.select_related("contract__package_version", "share", "waiver__decision"))


def amounts(contract: Contract) -> list[str]:
    return [f"{entry.billing} {entry.billable_minutes} {entry.amount}" for entry in priced(contract)]


def test_each_entry_is_rounded_for_itself(contract: Contract) -> None:
    rate("EUR", "100.01")
    for hour in (10, 11, 12):
        trained(contract, 20, f"2026-02-24 {hour}:00")
    assert amounts(contract) == ["overage 20 33.34"] * 3  # 100.02 together; an hour would be 100.01


def test_yen_have_no_minor_unit(db: None) -> None:
    rate("JPY", "12345")
    contract = launch_kit(in_japan())
    trained(contract, 10, "2026-02-24 10:00")
    assert amounts(contract) == ["overage 10 2058"]


def test_the_rate_is_that_of_the_service_date_in_the_contracts_zone(db: None) -> None:
    rate("JPY", "6000")
    rate("JPY", "9000", valid_from=date(2026, 3, 1))
    contract = launch_kit(in_japan())
    logged(contract, "supplementary-training", 60, at("2026-02-28 14:30", "UTC"))
    logged(contract, "supplementary-training", 60, at("2026-02-28 15:00", "UTC"))
    assert amounts(contract) == ["overage 60 6000", "overage 60 9000"]


def test_a_rate_holds_from_its_first_day_until_the_next_one(contract: Contract) -> None:
    rate("EUR", "120.00", valid_from=date(2026, 2, 10))
    rate("EUR", "150.00", valid_from=date(2026, 2, 20))
    rate("USD", "999.00", valid_from=date(2026, 2, 1))
    for day in (9, 10, 19, 20):
        trained(contract, 60, f"2026-02-{day:02} 10:00")
    assert amounts(contract) == ["unpriced 60 None", "overage 60 120.00", "overage 60 120.00", "overage 60 150.00"]


def test_a_negotiated_rate_goes_before_the_general_one_until_it_is_given_back(contract: Contract) -> None:
    rate("EUR", "150.00")
    rate("EUR", "90.00", valid_from=date(2026, 2, 10), contract=contract)
    rate("EUR", None, valid_from=date(2026, 2, 20), contract=contract)
    rate("EUR", "160.00", valid_from=date(2026, 2, 15))
    for day in (9, 10, 19, 20):
        trained(contract, 60, f"2026-02-{day:02} 10:00")
    assert amounts(contract) == ["overage 60 150.00", "overage 60 90.00", "overage 60 90.00", "overage 60 160.00"]
    other = launch_kit()
    trained(other, 60, "2026-02-12 10:00")
    assert amounts(other) == ["overage 60 150.00"]


def test_nothing_is_billed_for_what_is_included_waived_or_reversed(contract: Contract) -> None:
    rate("EUR", "150.00")
    logged(contract, "kickoff", 60, "2026-02-20 10:00")
    courtesy = trained(contract, 30, "2026-02-21 10:00")
    wrong = trained(contract, 45, "2026-02-22 10:00")
    waive(entry=courtesy, by=sofia(), reason="Our video link did not work", now=NOW)
    reverse_entry(entry=wrong, by=giulia(), reason="Another customer's", now=NOW)
    assert amounts(contract) == ["included 0 0.00", "courtesy 0 0.00", "reversed 0 0.00"]
    assert [entry.overage_minutes for entry in priced(contract)] == [0, 30, 0]


def test_a_proposed_waiver_is_still_billed(contract: Contract) -> None:
    rate("EUR", "150.00")
    waive(entry=trained(contract, 30, "2026-02-21 10:00"), by=giulia(), reason="Technical trouble", now=NOW)
    assert amounts(contract) == ["overage 30 75.00"]


def test_a_rate_of_nothing_is_a_rate(contract: Contract) -> None:
    rate("EUR", "0.00")
    trained(contract, 30, "2026-02-21 10:00")
    assert amounts(contract) == ["overage 30 0.00"]
