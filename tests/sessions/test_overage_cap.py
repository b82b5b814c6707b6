"""A customer's own cap on overage: what is counted, who goes above it, and through which doors it holds (§7)."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.models import AuditEvent
from core.refusals import InvalidInput, NotAllowed
from customers.models import Membership, User
from packages.domain.rates import RateBook
from packages.models import Contract
from sessions.domain.booking import quote_booking
from sessions.domain.changes import move_session
from sessions.domain.overage_cap_changes import CapWanted, cap_of, change_cap
from sessions.domain.refusals import AboveCap
from sessions.domain.waivers import waive
from sessions.models import ConsultingSession, OverageCap
from tests.factories import (
    NOW,
    acme,
    at,
    booked,
    giulia,
    hanna,
    launch_kit,
    logged,
    luca,
    marta,
    member_of,
    pro_lite,
    rate,
    sofia,
    with_terms_accepted,
)

pytestmark = pytest.mark.django_db


def nils() -> User:
    """Acme's second admin, who accepts what goes above the cap."""
    return member_of(acme(), "Nils Admin", kind="admin")


@pytest.fixture
def contract() -> Contract:
    """120 minutes, all of them used in February; 90.00 euro an hour, terms accepted."""
    rate("EUR", "90.00")
    contract = with_terms_accepted(pro_lite())
    logged(contract, "operations", 60, "2026-02-02 10:00")
    logged(contract, "operations", 60, "2026-02-03 10:00")
    return contract


def capped(**figure: Any) -> OverageCap | None:
    return change_cap(customer=acme(), wanted=CapWanted(approver=nils(), **figure), by=marta(), now=NOW)


def book(contract: Contract, minutes: int, wall: str, **details: Any) -> ConsultingSession:
    details.setdefault("by", marta())
    return booked(contract, "operations", minutes, wall, accept_overage=True, now=NOW, **details)


def test_up_to_the_cap_every_admin_books_and_above_it_the_approver_alone(contract: Contract) -> None:
    capped(minutes=60)
    book(contract, 60, "2026-03-10 10:00")
    with pytest.raises(AboveCap) as refused:
        book(contract, 15, "2026-03-11 10:00")
    assert str(refused.value) == (
        "With this, overage in March 2026 comes to 1:15; your cap is 1:00. Only Nils Admin can accept it."
    )
    assert refused.value.code == "overage_not_accepted"
    assert refused.value.facts["cap"] == {
        "month": "2026-03",
        "minutes": 60,
        "amount": None,
        "currency": "EUR",
        "would_be": "75",
        "approver": "nils@acme.example",
    }
    assert ConsultingSession.objects.count() == 1
    above = book(contract, 15, "2026-03-11 10:00", by=nils())
    assert above.overage_acceptances.get().accepted_by == nils()


def test_money_is_counted_to_the_cent(contract: Contract) -> None:
    capped(amount=Decimal("112.50"))
    book(contract, 60, "2026-03-10 10:00")
    book(contract, 15, "2026-03-11 10:00")
    with pytest.raises(AboveCap, match=re.escape("€135.00; your cap is €112.50")):
        book(contract, 15, "2026-03-12 10:00")


def test_each_month_counts_for_itself_by_the_contracts_zone(contract: Contract) -> None:
    capped(minutes=60)
    book(contract, 60, "2026-03-31 10:00")
    book(contract, 60, "2026-04-01 10:00")
    with pytest.raises(AboveCap, match="April 2026"):
        book(contract, 15, "2026-04-02 10:00")


def test_what_was_delivered_counts_and_what_was_waived_does_not(contract: Contract) -> None:
    capped(minutes=60)
    entry = logged(contract, "operations", 60, "2026-03-01 10:00", now=at("2026-03-01 12:00")).entry
    with pytest.raises(AboveCap):
        book(contract, 15, "2026-03-10 10:00")
    waive(entry=entry, by=sofia(), reason="Goodwill", now=NOW)
    book(contract, 15, "2026-03-10 10:00")


def test_all_contracts_of_the_customer_count_together(contract: Contract) -> None:
    capped(minutes=60)
    book(contract, 60, "2026-03-10 10:00")
    other = with_terms_accepted(launch_kit())
    with pytest.raises(AboveCap):
        booked(other, "supplementary-training", 15, "2026-03-11 10:00", accept_overage=True, by=marta(), now=NOW)


def test_minutes_that_cost_nothing_are_not_capped(contract: Contract) -> None:
    capped(minutes=0)
    booked(launch_kit(), "operations", 60, "2026-03-10 10:00", by=marta(), now=NOW)


def test_pushing_another_meeting_into_overage_is_measured_in_its_month(contract: Contract) -> None:
    """Included minutes go to what comes first: the booking in April loses them, so April rises."""
    kit = with_terms_accepted(launch_kit())
    for day in ("02", "03", "04"):
        logged(kit, "operations", 60, f"2026-02-{day} 15:00")
    booked(kit, "operations", 60, "2026-04-10 10:00", by=marta(), now=NOW)
    capped(minutes=30)
    with pytest.raises(AboveCap, match="April 2026 comes to 1:00"):
        booked(kit, "operations", 60, "2026-03-20 10:00", accept_overage=True, by=marta(), now=NOW)


def test_a_quote_is_not_refused(contract: Contract) -> None:
    capped(minutes=0)
    offer = quote_booking(
        contract=contract,
        session_type="operations",
        starts_at=at("2026-03-10 10:00"),
        duration_minutes=60,
        staff=giulia(),
        by=marta(),
        now=NOW,
    )
    assert offer.overage_minutes == 60


class TestMoving:
    def moved(self, session: ConsultingSession, wall: str, by: User) -> ConsultingSession:
        return move_session(
            session=session,
            starts_at=at(wall),
            duration_minutes=session.duration_minutes,
            staff=giulia(),
            accept_overage=True,
            by=by,
            now=NOW,
        )

    def test_within_its_month_a_session_moves_freely(self, contract: Contract) -> None:
        session = book(contract, 60, "2026-03-10 10:00")
        capped(minutes=30)
        self.moved(session, "2026-03-12 10:00", marta())

    @pytest.mark.parametrize("by", [marta, giulia])
    def test_into_a_fuller_month_only_the_approver_moves_it(self, contract: Contract, by: Any) -> None:
        session = book(contract, 60, "2026-03-10 10:00")
        book(contract, 60, "2026-04-01 10:00")
        capped(minutes=60)
        with pytest.raises(AboveCap, match="April 2026 comes to 2:00"):
            self.moved(session, "2026-04-02 10:00", by())
        self.moved(session, "2026-04-02 10:00", nils())


class TestSetting:
    def test_the_approver_alone_changes_it(self) -> None:
        capped(minutes=60)
        with pytest.raises(NotAllowed):
            change_cap(customer=acme(), wanted=None, by=marta(), now=NOW)
        change_cap(customer=acme(), wanted=None, by=nils(), now=NOW)
        assert cap_of(acme()) is None

    def test_once_the_approver_is_no_admin_any_more_every_admin_changes_it(self, contract: Contract) -> None:
        capped(minutes=0)
        Membership.objects.filter(user=nils()).update(kind="member")
        with pytest.raises(AboveCap):
            book(contract, 15, "2026-03-10 10:00", by=marta())
        change_cap(customer=acme(), wanted=CapWanted(approver=marta(), minutes=0), by=marta(), now=NOW)
        book(contract, 15, "2026-03-10 10:00", by=marta())

    @pytest.mark.parametrize("person", [luca, giulia, sofia, hanna])
    def test_nobody_else_sets_it(self, person: Any) -> None:
        with pytest.raises(NotAllowed):
            change_cap(customer=acme(), wanted=CapWanted(approver=marta(), minutes=0), by=person(), now=NOW)

    @pytest.mark.parametrize(
        ("wanted", "field"),
        [
            ({"minutes": 10_001}, "minutes"),
            ({"minutes": -1}, "minutes"),
            ({"amount": Decimal("-0.01")}, "amount"),
            ({"amount": Decimal("1.001")}, "amount"),
            ({}, "kind"),
            ({"minutes": 1, "amount": Decimal(1)}, "kind"),
        ],
    )
    def test_what_cannot_be_is_refused_by_its_field(self, wanted: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            change_cap(customer=acme(), wanted=CapWanted(approver=marta(), **wanted), by=marta(), now=NOW)
        assert refused.value.field == field

    def test_the_approver_is_an_admin_of_this_customer(self) -> None:
        for stranger in (luca(), hanna(), giulia()):
            with pytest.raises(InvalidInput, match="customer admins"):
                change_cap(customer=acme(), wanted=CapWanted(approver=stranger, minutes=0), by=marta(), now=NOW)

    def test_what_it_was_stays_and_saving_the_same_keeps_nothing(self) -> None:
        capped(minutes=60)
        change_cap(customer=acme(), wanted=CapWanted(approver=nils(), minutes=60), by=nils(), now=NOW)
        change_cap(customer=acme(), wanted=CapWanted(approver=nils(), amount=Decimal(50)), by=nils(), now=NOW)
        first, second = AuditEvent.objects.filter(verb="overage_cap.change").order_by("pk")
        assert (first.actor, first.details["before"]) == (marta(), {})
        assert (second.details["before"]["minutes"], second.details["after"]["amount"]) == (60, "50.00")


def test_another_currency_cannot_be_compared_so_the_approver_decides(contract: Contract) -> None:
    capped(amount=Decimal(1000))
    OverageCap.objects.update(currency="USD")
    with pytest.raises(AboveCap, match="another currency"):
        book(contract, 15, "2026-03-10 10:00")


def test_the_rates_of_a_contract_over_time() -> None:
    rate("EUR", "90.00", valid_from=date(2026, 2, 1))
    rate("EUR", "100.00", valid_from=date(2026, 5, 1))
    contract = pro_lite()
    rate("EUR", "80.00", valid_from=date(2026, 3, 1), contract=contract)
    rate("EUR", None, valid_from=date(2026, 6, 1), contract=contract)
    periods = [
        (period.first.isoformat(), period.last and period.last.isoformat(), period.line and period.line.hourly_rate)
        for period in RateBook.load([contract]).periods(contract)
    ]
    assert periods == [
        ("2026-01-31", "2026-01-31", None),
        ("2026-02-01", "2026-02-28", Decimal("90.00")),
        ("2026-03-01", "2026-05-31", Decimal("80.00")),
        ("2026-06-01", None, Decimal("100.00")),
    ]
