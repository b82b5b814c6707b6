"""Which contracts want attention, why, and in which order."""

from datetime import UTC, date, datetime, timedelta

import pytest

from home.domain.attention import Concern, pressing, proposed_for_booking, watched
from home.domain.customer_home import customer_homes
from packages.models import Contract
from sessions.domain.ledger import adjust
from sessions.domain.numbers import numbers_of_many
from sessions.domain.proposals import proposed_contract
from tests.factories import at, booked, customer, giulia, launch_kit, logged, marta, pro_lite, sofia

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 18)
NOW = datetime(2026, 3, 18, 10, 0, tzinfo=UTC)


def concerns(contract: Contract, *, now: datetime = NOW) -> tuple[Concern, ...]:
    (only,) = watched([contract], now=now)
    return only.concerns


def used(contract: Contract, *minutes: int) -> None:
    for number, each in enumerate(minutes):
        logged(contract, "operations", each, NOW - timedelta(days=2, hours=2 * number), now=NOW)


def test_a_contract_in_mid_term_is_calm() -> None:
    contract = pro_lite(starts_on=TODAY - timedelta(days=100), ends_on=TODAY + timedelta(days=60))
    used(contract, 60, 35)
    assert not concerns(contract)


def test_four_fifths_drawn_bookings_counted() -> None:
    contract = pro_lite(starts_on=TODAY - timedelta(days=10))
    used(contract, 60, 21)
    assert not concerns(contract)
    booked(contract, "operations", 15, NOW + timedelta(days=1), by=giulia(), now=NOW)
    assert concerns(contract) == (Concern.NEARLY_DRAWN,)


def test_all_drawn_and_an_adjustment_calms_again() -> None:
    contract = pro_lite(starts_on=TODAY - timedelta(days=10))
    used(contract, 60, 60)
    assert concerns(contract) == (Concern.NOTHING_FREE,)
    adjust(contract=contract, minutes=60, reason="Goodwill", by=sofia(), now=NOW)
    assert not concerns(contract)


@pytest.mark.parametrize(("started_days_ago", "expected"), [(59, ()), (60, (Concern.WINDOW_ENDS,)), (90, ())])
def test_unused_launch_kit_minutes_press_for_the_last_thirty_days(
    started_days_ago: int, expected: tuple[Concern, ...]
) -> None:
    contract = launch_kit(starts_on=TODAY - timedelta(days=started_days_ago))
    assert concerns(contract) == expected


@pytest.mark.parametrize(("days_left", "expected"), [(61, False), (60, True), (1, True)])
def test_a_contract_that_ends_within_sixty_days(days_left: int, expected: bool) -> None:
    contract = pro_lite(starts_on=date(2025, 9, 1), ends_on=TODAY + timedelta(days=days_left - 1))
    assert (Concern.CONTRACT_ENDS in concerns(contract)) is expected


def test_the_last_day_is_the_one_of_the_contracts_zone() -> None:
    tokyo = customer("Kirin", country="JP", zone="Asia/Tokyo", currency="JPY")
    contract = launch_kit(tokyo, starts_on=TODAY - timedelta(days=89))
    last_minute = at("2026-03-18 23:59", "Asia/Tokyo")
    assert concerns(contract, now=last_minute) == (Concern.WINDOW_ENDS,)
    assert concerns(contract, now=last_minute + timedelta(minutes=1)) == ()


def test_the_database_finds_what_the_rules_find() -> None:
    calm = pro_lite(customer("Calm"), starts_on=TODAY - timedelta(days=10))
    drawn = pro_lite(customer("Drawn"), starts_on=TODAY - timedelta(days=10))
    used(drawn, 60, 36)
    ending = pro_lite(customer("Ending"), starts_on=date(2025, 9, 1), ends_on=TODAY + timedelta(days=9))
    window = launch_kit(customer("Window"), starts_on=TODAY - timedelta(days=85))
    lapsed = launch_kit(customer("Lapsed"), starts_on=TODAY - timedelta(days=100))
    over = pro_lite(customer("Over"), starts_on=date(2025, 1, 1), ends_on=TODAY - timedelta(days=1))
    to_come = launch_kit(customer("To come"), starts_on=TODAY + timedelta(days=1))
    everything = [calm, drawn, ending, window, lapsed, over, to_come]

    found = pressing(Contract.objects.select_related("package_version"), now=NOW)

    assert [each.contract for each in found] == [window, ending, drawn]
    running = [contract for contract in everything if contract not in (over, to_come)]
    assert {each.contract for each in found} == {each.contract for each in watched(running, now=NOW) if each.concerns}


def test_to_book_the_contract_with_free_minutes_whose_window_ends_first_is_proposed() -> None:
    late = pro_lite(starts_on=TODAY - timedelta(days=20))
    soon = launch_kit(starts_on=TODAY - timedelta(days=20))
    sooner_but_drawn = pro_lite(starts_on=TODAY - timedelta(days=20), ends_on=TODAY + timedelta(days=9))
    used(sooner_but_drawn, 60, 60)
    lapsed = launch_kit(starts_on=TODAY - timedelta(days=100))

    def proposed(*contracts: Contract) -> Contract | None:
        return proposed_for_booking(watched(contracts, now=NOW), now=NOW)

    assert proposed(late, soon, sooner_but_drawn, lapsed) == soon
    assert proposed(sooner_but_drawn) == sooner_but_drawn
    assert proposed() is None


def test_home_and_booking_propose_the_same_contract() -> None:
    ends_first = pro_lite(starts_on=TODAY - timedelta(days=20), ends_on=TODAY + timedelta(days=30))
    used(ends_first, 60, 60)
    lapsed = launch_kit(starts_on=TODAY - timedelta(days=100))
    contracts = [ends_first, lapsed]
    proposed = proposed_contract(contracts, numbers_of_many(contracts, now=NOW), now=NOW)
    assert proposed == ends_first
    assert proposed_for_booking(watched(contracts, now=NOW), now=NOW) == proposed
    assert [home.book_on for home in customer_homes(marta(), now=NOW)] == [proposed]
