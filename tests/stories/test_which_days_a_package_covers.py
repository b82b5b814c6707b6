"""The windows of DOMAIN.md §2: dates in the contract's zone, first and last day inclusive."""

from datetime import date

import pytest

from packages.domain.windows import Window, window_between, window_of
from tests.factories import aino, at, customer, globex, launch_kit, logged, premium, pro_lite, shares_of


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "last"),
    [
        (date(2026, 1, 31), date(2027, 1, 30), date(2026, 4, 30)),  # the 90th day, not three months
        (date(2026, 1, 1), date(2026, 12, 31), date(2026, 3, 31)),
        (date(2028, 1, 1), date(2028, 12, 31), date(2028, 3, 30)),  # a leap year has one day more in February
        (date(2026, 11, 30), date(2027, 11, 29), date(2027, 2, 27)),
        (date(2026, 1, 31), date(2026, 4, 29), date(2026, 4, 29)),  # the contract ends before the 90 days
        (date(2026, 1, 31), date(2026, 4, 30), date(2026, 4, 30)),
        (date(2026, 1, 31), date(2026, 1, 31), date(2026, 1, 31)),
    ],
)
def test_a_launch_kit_covers_90_days_counting_the_first_or_less(starts_on: date, ends_on: date, last: date) -> None:
    window = window_between(starts_on, ends_on, 90)
    assert window == Window(starts_on, last)
    assert window.holds(starts_on)
    assert window.holds(last)
    assert not window.holds(date.fromordinal(last.toordinal() + 1))
    assert not window.holds(date.fromordinal(starts_on.toordinal() - 1))


@pytest.mark.django_db
def test_the_other_packages_cover_the_whole_term() -> None:
    for contract in (pro_lite(ends_on=date(2028, 2, 29)), premium(ends_on=date(2028, 2, 29))):
        assert window_of(contract) == Window(date(2026, 1, 31), date(2028, 2, 29))


@pytest.mark.django_db
def test_a_launch_kit_runs_on_after_its_window_and_every_session_is_overage() -> None:
    contract = launch_kit()
    logged(contract, "kickoff", 60, "2026-05-01 10:00")
    assert shares_of(contract) == ["0/60"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "last_minute", "first_minute_after"),
    [
        ("Asia/Tokyo", "2026-04-30 14:59", "2026-04-30 15:00"),
        ("America/New_York", "2026-05-01 03:59", "2026-05-01 04:00"),
        ("Pacific/Pago_Pago", "2026-05-01 10:59", "2026-05-01 11:00"),
        ("Pacific/Kiritimati", "2026-04-30 09:59", "2026-04-30 10:00"),
    ],
)
def test_day_90_ends_at_midnight_where_the_customer_is(zone: str, last_minute: str, first_minute_after: str) -> None:
    contract = launch_kit(customer(f"Somebody in {zone}", zone=zone))
    logged(contract, "operations", 30, at(last_minute, "UTC"))
    logged(contract, "operations", 30, at(first_minute_after, "UTC"))
    assert shares_of(contract) == ["30/0", "0/30"]


@pytest.mark.django_db
def test_a_customer_that_moves_keeps_the_days_of_the_contract_it_signed() -> None:
    contract = launch_kit(globex(), dedicated=aino())
    moved = globex()
    moved.time_zone, moved.currency = "Asia/Tokyo", "JPY"
    moved.save()
    assert (contract.time_zone, contract.currency) == ("Europe/Helsinki", "EUR")
    logged(contract, "kickoff", 60, at("2026-04-30 20:59", "UTC"))
    assert shares_of(contract) == ["60/0"]
    assert launch_kit(moved, dedicated=aino()).time_zone == "Asia/Tokyo"
