"""The first screen of every role answers "what now?" in a small, fixed number of queries."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from customers.domain.customers import add_member
from customers.models import Customer, Role, User
from home.domain.customer_home import customer_homes
from packages.models import Contract
from sessions.domain.attendees import Guest
from sessions.domain.waivers import waive
from sessions.models import LedgerEntry
from tests.factories import (
    booked,
    customer,
    giulia,
    launch_kit,
    logged,
    luca,
    marta,
    pekka,
    rate,
    sofia,
    staff,
    with_terms_accepted,
)
from tests.home.pages import page, queries

pytestmark = pytest.mark.django_db

MOST_QUERIES = 22


@pytest.fixture(autouse=True)
def now() -> Iterator[datetime]:
    """A Wednesday, 11:00 in Rome. The pages ask the clock, so it stands still."""
    moment = datetime(2026, 3, 18, 10, 0, tzinfo=UTC)
    with time_machine.travel(moment, tick=False):
        yield moment


TODAY = date(2026, 3, 18)


def running_launch_kit(now: datetime, **terms: Any) -> Contract:
    """A Launch Kit that started ten days ago, its terms accepted."""
    terms.setdefault("starts_on", TODAY - timedelta(days=10))
    return with_terms_accepted(launch_kit(now=now - timedelta(days=12), **terms), now=now - timedelta(days=11))


def session_in(contract: Contract, hours: float, now: datetime, **details: Any) -> None:
    """Half an hour that starts in so many hours; staff booked it, so that any hour of the day will do."""
    start = now + timedelta(hours=hours)
    booked(contract, "operations", 30, start, by=giulia(), now=min(now, start) - timedelta(hours=1), **details)


def overage_on(contract: Contract, now: datetime, hours_ago: int = 20) -> LedgerEntry:
    """Half an hour that no package includes."""
    return logged(contract, "supplementary-training", 30, now - timedelta(hours=hours_ago), now=now).entry


class TestCustomerAdmin:
    def test_sees_balance_next_session_and_lead(self, now: datetime) -> None:
        contract = running_launch_kit(now)
        logged(contract, "kickoff", 60, now - timedelta(days=3), now=now)
        session_in(contract, 5, now)

        shown = page(marta(), "/")

        assert "2:30</span>" in shown  # free: 4:00 less 1:00 used less 0:30 booked
        assert "Next session" in shown
        assert "Giulia Conti" in shown
        assert f"/contracts/{contract.pk}/book/" in shown

    def test_without_a_contract_says_what_will_be_here(self) -> None:
        assert "No contract is running" in page(marta(), "/")

    def test_a_contract_to_come_is_announced(self, now: datetime) -> None:
        launch_kit(starts_on=TODAY + timedelta(days=5), now=now)
        assert "Not started" in page(marta(), "/")

    def test_nothing_of_another_customer(self, now: datetime) -> None:
        stranger = customer("Initech")
        running_launch_kit(now, buyer=stranger)
        running_launch_kit(now)
        assert "Initech" not in page(marta(), "/")

    def test_queries(self, now: datetime) -> None:
        contract = running_launch_kit(now)
        logged(contract, "kickoff", 60, now - timedelta(days=3), now=now)
        session_in(contract, 5, now)
        few = queries(marta(), "/")

        for number in range(2):
            more = running_launch_kit(now)
            logged(more, "kickoff", 60, now - timedelta(days=4 + number), now=now)
            session_in(more, 10 + number * 2, now)

        assert queries(marta(), "/") == few <= MOST_QUERIES

    def test_a_busy_customer_does_not_hide_what_another_was_delivered(self, now: datetime) -> None:
        self.administer(initech := customer("Initech"), now)
        busy, quiet = running_launch_kit(now), running_launch_kit(now, buyer=initech)
        earlier = logged(quiet, "kickoff", 30, now - timedelta(days=9), now=now).entry
        for days_ago in range(1, 8):
            logged(busy, "operations", 15, now - timedelta(days=days_ago), now=now)

        homes = {home.customer: home for home in customer_homes(marta(), now=now)}

        assert homes[initech].delivered == [earlier]
        assert len(homes[busy.customer].delivered) == 3

    def test_an_admin_of_several_customers_sees_each(self, now: datetime) -> None:
        self.administer(customer("Initech"), now)
        few = queries(marta(), "/")

        self.administer(customer("Hooli"), now)
        shown = page(marta(), "/")

        assert "Initech" in shown
        assert "Hooli" in shown
        assert queries(marta(), "/") == few <= MOST_QUERIES

    def administer(self, buyer: Customer, now: datetime) -> None:
        """Make Marta an admin of `buyer` too, with a contract that runs."""
        add_member(customer=buyer, person=marta(), kind="admin", now=now)
        running_launch_kit(now, buyer=buyer)


class TestMember:
    def test_sees_the_sessions_they_attend_alone(self, now: datetime) -> None:
        contract = running_launch_kit(now)
        session_in(contract, 5, now)
        assert "No session is coming up" in page(luca(), "/")

        session_in(contract, 8, now, attendees=[Guest("Luca Bruni", luca().email)])

        shown = page(luca(), "/")
        assert shown.count("Operations meeting") == 1
        assert "Included minutes" not in shown

    def test_queries(self, now: datetime) -> None:
        contract = running_launch_kit(now)
        attendees = [Guest("Luca Bruni", luca().email)]
        session_in(contract, 5, now, attendees=attendees)
        few = queries(luca(), "/")

        session_in(contract, 8, now, attendees=attendees)
        session_in(contract, 11, now, attendees=attendees)

        assert queries(luca(), "/") == few <= MOST_QUERIES


class TestDelivery:
    def test_sees_today_what_is_not_logged_and_who_runs_out(self, now: datetime) -> None:
        contract = running_launch_kit(now)
        session_in(contract, -30, now)
        session_in(contract, 26, now)
        for days in (2, 3, 4):
            logged(contract, "kickoff", 60, now - timedelta(days=days), now=now)

        shown = page(giulia(), "/")

        assert "Log time" in shown
        assert "No minutes free" in shown  # 4:00 less 3:00 used less two bookings of 0:30

    def test_all_is_well(self, now: datetime) -> None:
        running_launch_kit(now)
        shown = page(giulia(), "/")
        assert "No meeting today" in shown
        assert "Everything is logged" in shown
        assert "All is well" in shown

    def test_a_colleagues_meetings_are_not_mine(self, now: datetime) -> None:
        colleague = staff("Ada Neri", Role.AM)
        session_in(running_launch_kit(now, others=[colleague]), 1, now, staff=colleague)
        assert "No meeting today" in page(giulia(), "/")
        assert "No meeting today" not in page(colleague, "/")

    def test_queries(self, now: datetime) -> None:
        self.busy(running_launch_kit(now), now, 0)
        few = queries(giulia(), "/")

        for number, name in enumerate(("Initech", "Hooli"), start=1):
            self.busy(running_launch_kit(now, buyer=customer(name)), now, number)

        assert queries(giulia(), "/") == few <= MOST_QUERIES

    def busy(self, contract: Contract, now: datetime, number: int) -> None:
        """A session over, one today, one tomorrow, and hardly a minute free."""
        for hours in (-30, 2, 26):
            session_in(contract, hours + number, now)
        for days in (2, 3):
            logged(contract, "kickoff", 60, now - timedelta(days=days, hours=number), now=now)


class TestFinance:
    def test_sees_this_months_overage_by_currency_and_what_is_unpriced(self, now: datetime) -> None:
        rate("EUR", "120")
        overage_on(running_launch_kit(now), now)
        overage_on(running_launch_kit(now, buyer=customer("Initech", country="US", currency="USD")), now, 21)

        shown = page(pekka(), "/")

        assert "€60.00" in shown
        assert "1 time entry has no rate in force" in shown
        assert "Initech" in shown

    def test_a_month_without_overage_says_so(self) -> None:
        assert "No overage yet" in page(pekka(), "/")

    def test_queries(self, now: datetime) -> None:
        rate("EUR", "120")
        overage_on(running_launch_kit(now), now)
        few = queries(pekka(), "/")

        for number, name in enumerate(("Initech", "Hooli"), start=1):
            overage_on(running_launch_kit(now, buyer=customer(name)), now, 20 + number)

        assert queries(pekka(), "/") == few <= MOST_QUERIES


class TestOperations:
    def test_sees_contracts_waivers_and_staff(self, now: datetime) -> None:
        rate("EUR", "120")
        entry = overage_on(running_launch_kit(now, ends_on=TODAY + timedelta(days=20)), now)
        waive(entry=entry, by=giulia(), reason="A fault of ours", now=now)

        shown = page(sofia(), "/")

        assert "Contract ends" in shown
        assert "A fault of ours" in shown
        assert "Giulia Conti" in shown

    def test_a_customer_without_a_lead_is_named(self) -> None:
        orphan = customer("Orphan & Sons")
        orphan.contacts.update(until=orphan.created_at)
        assert "Customers without a lead" in page(sofia(), "/")

    def test_queries(self, now: datetime) -> None:
        rate("EUR", "120")
        self.busy(running_launch_kit(now), now, 0)
        few = queries(sofia(), "/")

        for number, name in enumerate(("Initech", "Hooli"), start=1):
            staff(f"Colleague {number}", Role.CSE)
            self.busy(running_launch_kit(now, buyer=customer(name)), now, number)

        assert queries(sofia(), "/") == few <= MOST_QUERIES

    def busy(self, contract: Contract, now: datetime, number: int) -> None:
        """A waiver to decide, a session to come, and hardly a minute free."""
        waive(entry=overage_on(contract, now, 20 + number), by=giulia(), reason="A fault of ours", now=now)
        session_in(contract, 2 + number, now)
        for days in (2, 3, 4):
            logged(contract, "kickoff", 60, now - timedelta(days=days, hours=number), now=now)


@pytest.mark.parametrize(
    ("zone", "greeting"),
    [("Europe/Rome", "Good morning, Marta"), ("Asia/Tokyo", "Good evening, Marta"), ("Asia/Dubai", "Good afternoon")],
)
def test_everybody_is_greeted_by_their_own_clock(zone: str, greeting: str) -> None:
    person = marta()
    person.time_zone = zone
    person.save(update_fields=["time_zone"])
    assert greeting in page(person, "/")


def test_a_person_of_two_kinds_sees_both_parts() -> None:
    shown = page(staff("Nina Both", Role.FINANCE, Role.OPERATIONS), "/")
    assert "so far" in shown
    assert "Waivers to decide" in shown


def test_who_belongs_nowhere_is_told_whom_to_ask() -> None:
    person = User.objects.create_user("nobody@example.com", name="No Body")
    assert "You do not belong to a customer yet" in page(person, "/")


def test_strangers_sign_in_first() -> None:
    response = Client().get("/")
    assert response.status_code == 302
    assert "/accounts/login/" in response.headers["Location"]
