"""The first steps of a new customer: ticked off by the facts, gone when they are done (UX #22)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from customers.domain.customers import assign_contact
from customers.models import ContactAssignment
from home.domain.customer_home import GettingStarted, customer_homes
from packages.models import Contract
from tests.factories import acme, booked, launch_kit, luca, marta, with_terms_accepted
from tests.home.pages import page

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 18)


@pytest.fixture(autouse=True)
def now() -> Iterator[datetime]:
    moment = datetime(2026, 3, 18, 10, 0, tzinfo=UTC)
    with time_machine.travel(moment, tick=False):
        yield moment


@pytest.fixture
def contract() -> Contract:
    return launch_kit(starts_on=TODAY - timedelta(days=10))


def steps(now: datetime) -> GettingStarted | None:
    (home,) = customer_homes(marta(), now=now)
    return home.getting_started


def test_each_step_ticks_itself_off(contract: Contract, now: datetime) -> None:
    def state() -> tuple[bool, ...] | None:
        started = steps(now)
        return started.steps if started else None

    assert state() == (False, False, False, False)
    assert "0 of 4 done" in page(marta(), "/")
    luca()
    assert state() == (True, False, False, False)
    kind = ContactAssignment.Kind.PRIMARY_CONTACT
    assign_contact(customer=acme(), kind=kind, person=luca(), by=marta(), now=now)
    assert state() == (True, True, False, False)
    assert "2 of 4 done" in page(marta(), "/")
    with_terms_accepted(contract, now=now)
    assert state() == (True, True, True, False)
    booked(contract, "operations", 30, now + timedelta(days=2), by=marta(), now=now)
    assert state() is None
    assert "Getting started" not in page(marta(), "/")


def test_every_open_step_leads_where_it_is_done(contract: Contract) -> None:
    shown = page(marta(), "/")
    for address in (
        f"/customers/{acme().pk}/people/",
        f"/contracts/{contract.pk}/terms/",
        f"/contracts/{contract.pk}/book/?session_type=kickoff",
    ):
        assert f'href="{address}"' in shown


def test_before_a_contract_is_signed_its_steps_wait(now: datetime) -> None:
    marta()
    shown = page(marta(), "/")
    assert "0 of 2 done" in shown
    assert shown.count("As soon as a contract is signed.") == 2
    luca()
    kind = ContactAssignment.Kind.PRIMARY_CONTACT
    assign_contact(customer=acme(), kind=kind, person=luca(), by=marta(), now=now)
    assert steps(now) is None


def test_a_new_contract_asks_for_its_own_terms_and_session(contract: Contract, now: datetime) -> None:
    with_terms_accepted(contract, now=now)
    booked(contract, "operations", 30, now + timedelta(days=2), by=marta(), now=now)
    renewed = launch_kit(starts_on=TODAY + timedelta(days=1))
    started = steps(now)
    assert started is not None
    assert (started.contract, started.terms_accepted, started.session_booked) == (renewed, False, False)
