"""The history of customers and contracts in plain words: who did what, when and why; nothing internal (UX #14)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils.html import strip_tags

from core.models import AuditEvent
from customers.domain.customers import add_member, assign_contact
from customers.models import ContactAssignment, Membership, User
from home.domain.history import Scope, Topic, happenings, sources, topics_of
from home.domain.new_customer import open_account
from home.views.telling import SENTENCES
from notifications.domain.accounts import invite
from packages.models import Contract
from sessions.domain.ledger import adjust, reverse_entry
from sessions.domain.waivers import refuse_waiver, waive
from tests.factories import (
    acme,
    aino,
    booked,
    giulia,
    globex,
    hanna,
    launch_kit,
    logged,
    luca,
    marta,
    pekka,
    rate,
    sofia,
    with_terms_accepted,
)
from tests.home.pages import page, queries, signed_in

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 18)


@pytest.fixture(autouse=True)
def now() -> Iterator[datetime]:
    moment = datetime(2026, 3, 18, 10, 0, tzinfo=UTC)
    with time_machine.travel(moment, tick=False):
        yield moment


def words(person: User, address: str) -> str:
    return " ".join(strip_tags(page(person, address)).split())


def of_customer(person: User, query: str = "") -> str:
    return words(person, f"/customers/{acme().pk}/history/{query}")


@pytest.fixture
def contract(now: datetime) -> Contract:
    rate("EUR", "120")
    return with_terms_accepted(launch_kit(starts_on=TODAY - timedelta(days=10)), now=now)


class TestSentences:
    def test_who_opened_the_account_and_invited_whom(self, now: datetime) -> None:
        opened = open_account(
            name="Initech",
            country="IT",
            time_zone="Europe/Rome",
            language="en",
            currency="EUR",
            lead=giulia(),
            admin_name="Ada Bosco",
            admin_email="ada@initech.example",
            by=sofia(),
            now=now,
        )
        ada = User.objects.get(email="ada@initech.example")
        later = now + timedelta(minutes=5)
        bo = invite(
            customer=opened, email="bo@initech.example", name="Bo Berg", kind=Membership.Kind.MEMBER, by=ada, now=later
        )
        add_member(customer=opened, person=bo, kind=Membership.Kind.ADMIN, by=ada, now=later)
        assign_contact(customer=opened, kind=ContactAssignment.Kind.PRIMARY_CONTACT, person=bo, by=ada, now=later)

        told = words(sofia(), f"/customers/{opened.pk}/history/")

        for expected in (
            "The account was opened. Wed, 18 Mar 2026, 11:00 (Rome) · Sofia Lindgren",
            "Giulia Conti became the lead. Wed, 18 Mar 2026, 11:00 (Rome) · Sofia Lindgren",
            "Ada Bosco was invited. Wed, 18 Mar 2026, 11:00 (Rome) · Sofia Lindgren",
            "Bo Berg was invited. Wed, 18 Mar 2026, 11:05 (Rome) · Ada Bosco",
            "Bo Berg became a customer admin. Wed, 18 Mar 2026, 11:05 (Rome) · Ada Bosco",
            "Bo Berg became the primary contact. Wed, 18 Mar 2026, 11:05 (Rome) · Ada Bosco",
        ):
            assert expected in told
        assert told.index("Bo Berg was invited") < told.index("Ada Bosco was invited")

    def test_what_happened_on_a_contract(self, contract: Contract, now: datetime) -> None:
        session = booked(contract, "operations", 30, now + timedelta(days=2), by=marta(), now=now)
        entry = logged(contract, "kickoff", 60, now - timedelta(days=3), now=now).entry
        reverse_entry(entry=entry, by=giulia(), reason="Typed twice.", now=now)
        adjust(contract=contract, minutes=30, reason="With our thanks.", by=sofia(), now=now)
        rate("EUR", "90", contract=contract, valid_from=TODAY, now=now)

        told = words(marta(), f"/contracts/{contract.pk}/history/")

        for expected in (
            f"Launch Kit was signed: {contract.reference}, from 8 Mar 2026 to 7 Mar 2027.",
            f"4:00 were granted on {contract.reference}.",
            f"The terms of {contract.reference} were accepted, version",
            f"Operations meeting {session.reference}: Booked for Fri, 20 Mar 2026, 11:00 (Rome) with Giulia Conti.",
            "1:00 were logged: Kick-off meeting",
            "1:00 were reversed: Kick-off meeting",
            "“Typed twice.”",
            f"0:30 were added to {contract.reference}. “With our thanks.”",
            f"€90.00 an hour was agreed for {contract.reference}, from 18 Mar 2026.",
        ):
            assert expected in told
        assert "The account was opened" not in told

    def test_a_topic_narrows_it_and_nonsense_does_not(self, contract: Contract, now: datetime) -> None:
        logged(contract, "kickoff", 60, now - timedelta(days=3), now=now)
        assert "were logged" in of_customer(marta(), "?topic=hours")
        assert "was signed" not in of_customer(marta(), "?topic=hours")
        assert "was signed" in of_customer(marta(), "?topic=contracts")
        assert of_customer(marta(), "?topic=%00&page=x") == of_customer(marta())
        assert "Nothing matches" in of_customer(marta(), "?topic=sessions")
        scope = Scope(contract.customer, contract, for_staff=True)
        assert Topic.PEOPLE not in topics_of(scope)

    def test_it_has_pages(self, contract: Contract, now: datetime) -> None:
        for number in range(30):
            adjust(contract=contract, minutes=1, reason=f"Minute {number:02}", by=sofia(), now=now)
        first, second = (of_customer(marta(), f"?topic=hours&page={number}") for number in (1, 2))
        assert ("Minute 29" in first, "Minute 29" in second) == (True, False)
        assert ("Minute 00" in first, "Minute 00" in second) == (False, True)
        assert "26–31 of 31" in second


class TestWhatCustomersAreNotTold:
    def test_a_waiver_until_it_is_confirmed(self, contract: Contract, now: datetime) -> None:
        kept = logged(contract, "supplementary-training", 30, now - timedelta(days=3), now=now).entry
        waive(entry=kept, by=giulia(), reason="Bad line", now=now)
        assert "Bad line" in of_customer(giulia())
        assert "Bad line" not in of_customer(marta())

        refuse_waiver(entry=kept, by=sofia(), reason="It was fine", now=now)
        assert "It was fine" in of_customer(pekka())
        assert "It was fine" not in of_customer(marta())

        given = logged(contract, "supplementary-training", 15, now - timedelta(days=2), now=now).entry
        waive(entry=given, by=sofia(), reason="With our apologies", now=now)
        assert "is a courtesy: its overage is not billed. “With our apologies”" in of_customer(marta())

    def test_internal_notes_and_acts_that_are_not_theirs(self, contract: Contract, now: datetime) -> None:
        logged(contract, "kickoff", 60, now - timedelta(days=3), now=now, internal_note="Difficult")
        AuditEvent.objects.create(
            at=now, actor=sofia(), verb="customer.whispered", object_type="customer", object_id=acme().pk, reason="Hush"
        )
        for reader in (marta(), giulia()):
            assert "Difficult" not in of_customer(reader)
            assert "Hush" not in of_customer(reader)


class TestAccess:
    def test_nobody_reads_of_another_customer(self, contract: Contract) -> None:
        globex()
        add_member(customer=globex(), person=marta(), kind=Membership.Kind.MEMBER, now=contract.signed_at)
        for address in (f"/customers/{acme().pk}/history/", f"/contracts/{contract.pk}/history/"):
            for stranger in (hanna(), aino(), luca()):
                assert signed_in(stranger).get(address).status_code == 404, (address, stranger)
            for reader in (marta(), giulia(), sofia(), pekka()):
                assert signed_in(reader).get(address).status_code == 200
                assert "Globex" not in strip_tags(page(reader, address).partition("<main")[2])
        # Who administers one customer is a plain member of the other: its history is not theirs.
        assert signed_in(marta()).get(f"/customers/{globex().pk}/history/").status_code == 404

    def test_one_contracts_history_holds_nothing_of_another(self, contract: Contract) -> None:
        other = launch_kit(starts_on=TODAY)
        told = words(marta(), f"/contracts/{contract.pk}/history/")
        assert contract.reference in told
        assert other.reference not in told

    def test_it_is_linked_where_it_belongs(self, contract: Contract, now: datetime) -> None:
        session = booked(contract, "operations", 30, now + timedelta(days=2), by=marta(), now=now)
        assert f"/customers/{acme().pk}/history/" in page(marta(), f"/customers/{acme().pk}/")
        assert f"/contracts/{contract.pk}/history/" in page(marta(), f"/contracts/{contract.pk}/")
        assert f"/contracts/{contract.pk}/history/" in page(marta(), f"/sessions/{session.pk}/")
        assert "/history/" not in page(luca(), f"/customers/{acme().pk}/")


def test_every_source_of_a_history_is_told(contract: Contract, now: datetime) -> None:
    """What a scope yields has its sentence: a source that nobody tells would be an error on the page."""
    assert {source.name for source in sources(Scope(contract.customer, None, for_staff=True))} == set(SENTENCES)
    assert happenings(Scope(contract.customer, None, for_staff=True)).count() > 0


def test_queries(contract: Contract, now: datetime) -> None:
    def happen(number: int) -> None:
        entry = logged(contract, "kickoff", 15, now - timedelta(days=3, hours=number), now=now).entry
        reverse_entry(entry=entry, by=giulia(), reason="Typed twice.", now=now)
        booked(contract, "operations", 15, now + timedelta(days=2, hours=number), by=marta(), now=now)

    address = f"/customers/{acme().pk}/history/"
    happen(0)
    one = queries(marta(), address)
    happen(1)
    happen(2)
    assert queries(marta(), address) == one == 16
