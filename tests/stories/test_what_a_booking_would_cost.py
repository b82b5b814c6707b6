"""Quotes and what they displace (DOMAIN.md §7): nothing is booked at a price that nobody saw."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from packages.models import Contract
from sessions.domain.booking import quote_booking
from sessions.domain.numbers import numbers_of
from sessions.domain.outlook import outlook_of_types
from sessions.domain.quotes import Quote, quote
from sessions.domain.refusals import SlotTaken
from sessions.models import ConsultingSession, OverageAcceptance
from tests.factories import NOW, at, booked, giulia, globex, hanna, logged, marta, pro_lite, rate, with_terms_accepted

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract() -> Contract:
    """120 included minutes for a year, overage at 150.00 euro an hour, terms accepted."""
    rate("EUR", "150.00")
    return with_terms_accepted(pro_lite())


def quoted(contract: Contract, session_type: str, minutes: int, wall: str | datetime) -> Quote:
    starts_at = at(wall, contract.time_zone) if isinstance(wall, str) else wall
    return quote(contract=contract, session_type=session_type, starts_at=starts_at, duration_minutes=minutes)


def displaced(offer: Quote) -> list[tuple[ConsultingSession, int, Decimal | None]]:
    return [(each.session, each.overage_minutes, each.amount) for each in offer.displaced]


def test_a_session_within_the_package_costs_nothing(contract: Contract) -> None:
    offer = quoted(contract, "kickoff", 60, "2026-03-16 10:00")
    assert (offer.included_minutes, offer.overage_minutes, offer.total_amount, offer.costs) == (
        60,
        0,
        Decimal(0),
        False,
    )
    assert (offer.free_before, offer.free_after) == (120, 60)


def test_the_minutes_that_are_left_are_drawn_before_money(contract: Contract) -> None:
    booked(contract, "kickoff", 60, "2026-03-16 10:00")
    booked(contract, "operations", 45, "2026-03-17 10:00")
    offer = quoted(contract, "operations", 60, "2026-03-18 10:00")
    assert (offer.included_minutes, offer.overage_minutes) == (15, 45)
    assert (offer.hourly_rate, offer.amount) == (Decimal("150.00"), Decimal("112.50"))
    assert (offer.displaced, offer.free_after) == ([], 0)


def test_an_earlier_session_pushes_a_later_one_into_overage(contract: Contract) -> None:
    booked(contract, "kickoff", 60, "2026-03-20 10:00")
    later = booked(contract, "operations", 60, "2026-03-25 10:00")
    offer = quoted(contract, "operations", 45, "2026-03-16 10:00")
    assert (offer.included_minutes, offer.overage_minutes, offer.amount) == (45, 0, Decimal(0))
    assert displaced(offer) == [(later, 45, Decimal("112.50"))]
    assert (offer.total_overage_minutes, offer.total_amount, offer.costs) == (45, Decimal("112.50"), True)


def test_an_earlier_software_training_takes_the_place_of_the_one_that_is_included(contract: Contract) -> None:
    later = booked(contract, "software-training", 60, "2026-03-25 10:00")
    offer = quoted(contract, "software-training", 30, "2026-03-16 10:00")
    assert offer.included_minutes == 30
    assert displaced(offer) == [(later, 60, Decimal("150.00"))]
    assert offer.free_after == 90


def test_a_supplementary_training_leaves_the_free_minutes_alone(contract: Contract) -> None:
    offer = quoted(contract, "supplementary-training", 30, "2026-03-16 10:00")
    assert (offer.included_minutes, offer.overage_minutes, offer.amount) == (0, 30, Decimal("75.00"))
    assert (offer.free_before, offer.free_after) == (120, 120)


def test_at_equal_starts_the_new_session_comes_last(contract: Contract) -> None:
    first = booked(contract, "kickoff", 60, "2026-03-16 10:00")
    booked(contract, "operations", 30, "2026-03-15 10:00", by=giulia())
    offer = quoted(contract, "operations", 60, first.starts_at)
    assert (offer.included_minutes, offer.overage_minutes) == (30, 30)
    assert offer.displaced == []


def test_a_move_is_quoted_without_the_old_place(contract: Contract) -> None:
    booked(contract, "kickoff", 60, "2026-03-20 10:00")
    moved = booked(contract, "operations", 60, "2026-03-25 10:00")
    offer = quote(
        contract=contract,
        session_type="operations",
        starts_at=at("2026-03-16 10:00"),
        duration_minutes=60,
        without=moved,
    )
    assert (offer.included_minutes, offer.overage_minutes, offer.displaced) == (60, 0, [])


def test_a_quote_binds_nobody_and_books_nothing(contract: Contract) -> None:
    details: dict[str, Any] = {
        "session_type": "kickoff",
        "duration_minutes": 60,
        "staff": giulia(),
        "by": marta(),
        "now": NOW,
    }
    offer = quote_booking(contract=contract, starts_at=at("2026-03-16 10:00"), **details)
    assert offer.included_minutes == 60
    assert not ConsultingSession.objects.exists()
    booked(contract, "kickoff", 60, "2026-03-16 10:00")
    with pytest.raises(SlotTaken):
        quote_booking(contract=contract, starts_at=at("2026-03-16 10:30"), **details)


def test_what_was_accepted_is_kept_with_its_figures(contract: Contract) -> None:
    later = booked(contract, "kickoff", 60, "2026-03-25 10:00")
    booked(contract, "operations", 60, "2026-03-26 10:00")
    costly = booked(
        contract, "supplementary-training", 30, "2026-03-16 10:00", accept_overage=True, now=at("2026-03-10 09:00")
    )
    kept = OverageAcceptance.objects.get(session=costly)
    assert (kept.accepted_by, kept.accepted_at) == (marta(), at("2026-03-10 09:00"))
    assert (kept.overage_minutes, kept.displaced_minutes) == (30, 0)
    assert (kept.amount, kept.currency, kept.hourly_rate) == (Decimal("75.00"), "EUR", Decimal("150.00"))
    assert kept.terms == contract.terms
    pushing = booked(contract, "operations", 45, "2026-03-17 10:00", accept_overage=True)
    kept = OverageAcceptance.objects.get(session=pushing)
    assert (kept.overage_minutes, kept.displaced_minutes, kept.amount) == (0, 45, Decimal("112.50"))
    assert not OverageAcceptance.objects.filter(session=later).exists()


def test_the_numbers_of_a_contract_tell_used_booked_and_free_apart(contract: Contract) -> None:
    logged(contract, "kickoff", 50, "2026-02-24 10:00")
    booked(contract, "operations", 60, "2026-03-16 10:00")
    booked(contract, "supplementary-training", 30, "2026-03-17 10:00", accept_overage=True)
    numbers = numbers_of(contract, now=NOW)
    assert (numbers.granted, numbers.adjusted, numbers.used, numbers.left) == (120, 0, 50, 70)
    assert (numbers.booked, numbers.booked_included, numbers.free) == (90, 60, 10)
    assert (numbers.overage, numbers.lapsed) == (0, False)
    assert numbers_of(contract, now=at("2027-01-31 00:00")).lapsed
    assert not numbers_of(contract, now=at("2027-01-30 23:59")).lapsed


def test_a_past_session_that_nobody_logged_still_holds_its_minutes(contract: Contract) -> None:
    booked(contract, "kickoff", 60, "2026-03-16 10:00")
    assert numbers_of(contract, now=at("2026-04-16 10:00")).booked_included == 60


def test_a_session_open_before_logged_time_leaves_less_than_nothing_free(contract: Contract) -> None:
    """Left is 0, and the open session still counts on an hour: logging it turns an hour of the others into overage."""
    booked(contract, "kickoff", 60, "2026-02-20 10:00")
    logged(contract, "operations", 60, "2026-02-24 10:00")
    logged(contract, "operations", 60, "2026-02-25 10:00")
    numbers = numbers_of(contract, now=NOW)
    assert (numbers.used, numbers.left, numbers.booked_included, numbers.free) == (120, 0, 60, -60)
    offer = quoted(contract, "operations", 60, "2026-03-16 10:00")
    assert (offer.overage_minutes, offer.free_before, offer.free_after) == (60, -60, -60)
    assert not outlook_of_types(contract, now=NOW)["kickoff"].is_included


@pytest.mark.parametrize("minutes", [15, 60])
def test_what_is_free_after_a_quote_is_what_is_free_once_it_is_booked(contract: Contract, minutes: int) -> None:
    booked(contract, "kickoff", 30, "2026-02-20 10:00")
    logged(contract, "operations", 45, "2026-02-24 10:00")
    offer = quoted(contract, "operations", minutes, "2026-03-16 10:00")
    assert offer.free_before == numbers_of(contract, now=NOW).free
    booked(contract, "operations", minutes, "2026-03-16 10:00", accept_overage=True)
    assert offer.free_after == numbers_of(contract, now=NOW).free


def test_a_quote_after_the_window_is_all_overage() -> None:
    hanna()
    rate("EUR", "150.00")
    contract = with_terms_accepted(pro_lite(globex(), ends_on=(NOW + timedelta(days=30)).date()))
    assert quoted(contract, "kickoff", 60, "2026-03-31 10:00").included_minutes == 60
    assert quoted(contract, "kickoff", 60, "2026-04-02 10:00").overage_minutes == 60
