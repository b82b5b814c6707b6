"""Which contract is proposed, and what each type would draw, before a time is chosen (DOMAIN.md §2, §3)."""

from datetime import date, timedelta

import pytest

import tests.factories as f
from packages.models import Contract
from sessions.domain.numbers import numbers_of_many
from sessions.domain.outlook import Outlook, outlook_of_types
from sessions.domain.proposals import contracts_bookable_by, proposed_contract

pytestmark = pytest.mark.django_db


def proposed(*contracts: Contract) -> Contract | None:
    return proposed_contract(contracts, numbers_of_many(contracts, now=f.NOW), now=f.NOW)


def test_the_contract_whose_window_ends_first_is_proposed() -> None:
    year = f.pro_lite()
    ninety_days = f.launch_kit()
    assert proposed(year, ninety_days) == ninety_days


def test_a_contract_without_free_minutes_comes_after_one_with() -> None:
    year, ninety_days = f.pro_lite(), f.launch_kit()
    for day in ("02-09", "02-10", "02-11", "02-12"):
        f.logged(ninety_days, "operations", 60, f"2026-{day} 10:00")
    assert proposed(year, ninety_days) == year


def test_booked_minutes_are_not_free() -> None:
    year, ninety_days = f.pro_lite(), f.launch_kit()
    for day in ("09", "10", "11", "12"):
        f.booked(ninety_days, "operations", 60, f"2026-03-{day} 10:00", now=f.NOW)
    assert proposed(year, ninety_days) == year


def test_one_that_has_not_begun_is_proposed_only_where_none_runs() -> None:
    coming = f.launch_kit(starts_on=date(2026, 4, 1))
    assert proposed(coming) == coming
    assert proposed(coming, running := f.pro_lite()) == running


def test_one_that_is_over_is_never_proposed() -> None:
    assert proposed(f.launch_kit(starts_on=date(2025, 1, 1), ends_on=date(2026, 3, 1))) is None


def test_people_book_where_the_rule_lets_them() -> None:
    acme, globex = f.launch_kit(others=[f.tomas()]), f.premium(f.globex(), dedicated=f.aino())
    f.hanna()
    bookable = {
        person.name: set(contracts_bookable_by(person, now=f.NOW))
        for person in (f.marta(), f.hanna(), f.giulia(), f.tomas(), f.sofia(), f.luca(), f.pekka())
    }
    assert bookable == {
        "Marta Ferri": {acme},
        "Hanna Korhonen": {globex},
        "Giulia Conti": {acme},
        "Tomas Weber": {acme},
        "Sofia Lindgren": {acme, globex},
        "Luca Bruni": set(),
        "Pekka Laine": set(),
    }


def test_outlook_of_a_fresh_contract() -> None:
    assert outlook_of_types(f.launch_kit(), now=f.NOW) == {
        "kickoff": Outlook.INCLUDED,
        "operations": Outlook.INCLUDED,
        "software-training": Outlook.INCLUDED,
        "supplementary-training": Outlook.NEVER_INCLUDED,
    }


def test_a_booked_software_training_takes_the_one_that_is_included() -> None:
    contract = f.launch_kit()
    f.booked(contract, "software-training", 60, "2026-03-09 10:00", now=f.NOW)
    assert outlook_of_types(contract, now=f.NOW)["software-training"] is Outlook.USED_ONCE


def test_nothing_free_and_lapsed_are_told_apart() -> None:
    contract = f.launch_kit()
    for day in ("02-09", "02-10", "02-11", "02-12"):
        f.logged(contract, "operations", 60, f"2026-{day} 10:00")
    assert outlook_of_types(contract, now=f.NOW)["kickoff"] is Outlook.NOTHING_FREE
    after_the_window = f.NOW + timedelta(days=60)
    assert outlook_of_types(contract, now=after_the_window)["kickoff"] is Outlook.LAPSED
