"""The six worked examples of DOMAIN.md §4: Europe/Rome, Launch Kit from 31 January 2026, so day 90 is 30 April."""

from datetime import date

import pytest

from packages.domain.windows import window_of
from packages.models import Contract
from sessions.domain.ledger import reverse_entry
from sessions.models import LedgerEntry
from tests.factories import NOW, at, giulia, launch_kit, logged, shares_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract() -> Contract:
    """240 included minutes, good from 31 January to 30 April 2026."""
    return launch_kit(starts_on=date(2026, 1, 31))


@pytest.fixture
def five_meetings(contract: Contract) -> list[LedgerEntry]:
    """Example 1: 255 minutes on five days, typed in the order in which they were delivered."""
    return [
        logged(contract, "kickoff", 60, "2026-02-03 10:00").entry,
        logged(contract, "operations", 60, "2026-02-10 10:00").entry,
        logged(contract, "software-training", 60, "2026-02-17 10:00").entry,
        logged(contract, "operations", 45, "2026-03-02 10:00").entry,
        logged(contract, "operations", 30, "2026-03-09 10:00").entry,
    ]


def test_the_window_ends_with_day_90(contract: Contract) -> None:
    assert window_of(contract).last == date(2026, 4, 30)


def test_example_1_the_last_meeting_is_half_covered(contract: Contract, five_meetings: list[LedgerEntry]) -> None:
    assert shares_of(contract) == ["60/0", "60/0", "60/0", "45/0", "15/15"]


def test_example_2_a_meeting_typed_late_goes_before_later_ones(
    contract: Contract, five_meetings: list[LedgerEntry]
) -> None:
    logged(contract, "operations", 30, "2026-02-05 10:00")
    assert shares_of(contract) == ["60/0", "60/0", "60/0", "30/15", "0/30", "30/0"]


def test_example_3_a_reversal_gives_its_minutes_to_later_meetings(
    contract: Contract, five_meetings: list[LedgerEntry]
) -> None:
    reverse_entry(entry=five_meetings[1], by=giulia(), reason="Typed on the wrong contract", now=NOW)
    assert shares_of(contract) == ["60/0", "reversed", "60/0", "45/0", "30/0"]


def test_example_4_a_second_software_training_is_overage(contract: Contract) -> None:
    logged(contract, "software-training", 60, "2026-02-03 10:00")
    logged(contract, "software-training", 40, "2026-02-10 10:00")
    assert shares_of(contract) == ["60/0", "0/40"]


def test_example_5_the_window_ends_at_midnight_in_rome(contract: Contract) -> None:
    logged(contract, "kickoff", 60, at("2026-04-30 21:30", "UTC"))
    logged(contract, "operations", 60, at("2026-04-30 22:00", "UTC"))
    assert shares_of(contract) == ["60/0", "0/60"]


def test_example_6_supplementary_training_is_always_overage(contract: Contract) -> None:
    logged(contract, "supplementary-training", 30, "2026-02-03 10:00")
    assert shares_of(contract) == ["0/30"]
