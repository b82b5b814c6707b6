"""Signing contracts: what is copied, what is refused, and who sees what was signed (DOMAIN.md §2, §12)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from core.refusals import InvalidInput, NotAllowed
from customers.domain.customers import assign_contact
from customers.models import Role, User
from packages.domain.catalogue import newest_version
from packages.domain.contracts import (
    contracts_visible_to,
    dedicated_of,
    delivery_team_of,
    may_book_for,
    may_log_on,
)
from packages.models import Contract, TermsText, TermsVersion
from sessions.domain.signing import sign_contract
from sessions.models import LedgerEntry
from tests.factories import (
    LONG_AGO,
    NOW,
    acme,
    aino,
    booked,
    customer,
    giulia,
    globex,
    hanna,
    launch_kit,
    luca,
    marta,
    member_of,
    pekka,
    premium,
    pro_lite,
    sofia,
    staff,
    tomas,
)

pytestmark = pytest.mark.django_db


def test_signing_copies_from_the_customer_and_grants_the_minutes() -> None:
    contract = launch_kit()
    assert (contract.time_zone, contract.currency) == ("Europe/Rome", "EUR")
    assert (contract.selling_entity, contract.signed_by, contract.signed_at) == ("oura-health-oy", sofia(), NOW)
    grant = LedgerEntry.objects.get(contract=contract)
    assert (grant.kind, grant.minutes, grant.created_by, grant.known_in_close) == ("grant", 240, sofia(), 1)


@pytest.mark.parametrize(("country", "entity"), [("US", "ouraring-inc"), ("CA", "oura-health-oy")])
def test_the_usa_buy_from_ouraring_and_others_from_oura_health(country: str, entity: str) -> None:
    assert launch_kit(customer(f"Buyer in {country}", country=country)).selling_entity == entity


def test_the_terms_are_those_in_force_on_the_day_of_the_signature() -> None:
    newer = TermsVersion.objects.create(version="2", in_force_from=date(2026, 3, 1))
    TermsText.objects.create(terms=newer, language="en", title="Terms", body="New", sha256="0" * 64)
    assert launch_kit(starts_on=date(2026, 1, 31), now=NOW).terms == newer
    assert launch_kit(starts_on=date(2026, 6, 1), now=LONG_AGO).terms.version == "1"


def attempt(**different: Any) -> Contract:
    """Sign Acme up for a Launch Kit, but for what is `different`."""
    terms: dict[str, Any] = {
        "customer": acme(),
        "package_version": newest_version("launch-kit"),
        "starts_on": date(2026, 1, 31),
        "ends_on": date(2027, 1, 30),
        "dedicated": giulia(),
        "by": sofia(),
        "now": NOW,
    }
    return sign_contract(**{**terms, **different})


def test_a_contract_of_one_day_is_a_contract() -> None:
    assert attempt(ends_on=date(2026, 1, 31)).pk


@pytest.mark.parametrize("person", [giulia, pekka, marta])
def test_only_operations_sign(person: Callable[[], User]) -> None:
    with pytest.raises(NotAllowed):
        attempt(by=person())
    assert not Contract.objects.exists()


@pytest.mark.parametrize(
    ("field", "different"),
    [
        ("ends_on", lambda: {"ends_on": date(2026, 1, 30)}),
        ("starts_on", lambda: {"starts_on": date(9999, 12, 1), "ends_on": date(9999, 12, 31)}),
        ("ends_on", lambda: {"ends_on": date(9999, 12, 31)}),
        ("dedicated", lambda: {"dedicated": staff("Carla Csm", Role.CSM)}),
        ("dedicated", lambda: {"dedicated": marta()}),
        ("others", lambda: {"others": [pekka()]}),
        ("renews", lambda: {"renews": launch_kit(globex())}),
    ],
)
def test_what_cannot_be_signed_names_the_field_at_fault(field: str, different: Callable[[], dict[str, Any]]) -> None:
    asked = different()
    before = Contract.objects.count()
    with pytest.raises(InvalidInput) as refused:
        attempt(**asked)
    assert (refused.value.field, Contract.objects.count()) == (field, before)


def test_a_contract_is_renewed_once() -> None:
    first = launch_kit()
    assert attempt(renews=first).renews == first
    with pytest.raises(InvalidInput, match="renewed before") as refused:
        attempt(renews=first)
    assert refused.value.field == "renews"


def test_pro_lite_needs_a_csm_and_a_launch_kit_an_am() -> None:
    manager = staff("Carla Csm", Role.CSM)
    assert dedicated_of(pro_lite(dedicated=manager)) == manager
    with pytest.raises(InvalidInput, match="Carla Csm"):
        launch_kit(dedicated=manager)


def test_the_dedicated_person_comes_first_in_the_team_and_only_once() -> None:
    contract = premium(others=[tomas(), giulia()])
    assert delivery_team_of(contract) == [giulia(), tomas()]
    User.objects.filter(pk=tomas().pk).update(is_active=False)
    assert delivery_team_of(contract) == [giulia()]


def test_nobody_is_booked_who_could_not_log_it_afterwards() -> None:
    contract = launch_kit(others=[tomas()])  # a Launch Kit is delivered by account managers
    assert not may_log_on(tomas(), contract)
    assert delivery_team_of(contract) == [giulia()]
    with pytest.raises(InvalidInput, match="does not deliver"):
        booked(contract, "operations", 30, "2026-03-09 10:00", staff=tomas())


class TestWhoSeesAContract:
    @pytest.fixture
    def contract(self) -> Contract:
        hanna()
        return premium(others=[tomas()])

    @pytest.mark.parametrize(
        ("person", "sees", "books", "logs"),
        [
            (marta, True, True, False),
            (luca, False, False, False),
            (giulia, True, True, True),
            (tomas, True, True, True),
            (aino, False, False, False),
            (sofia, True, True, False),
            (pekka, True, False, False),
            (hanna, False, False, False),
        ],
    )
    def test_by_role(self, contract: Contract, person: Callable[[], User], sees: bool, books: bool, logs: bool) -> None:
        user = person()
        assert contracts_visible_to(user).filter(pk=contract.pk).exists() is sees
        assert may_book_for(user, contract) is books
        assert may_log_on(user, contract) is logs

    def test_the_lead_sees_and_logs_without_being_on_the_team_but_does_not_book(self, contract: Contract) -> None:
        lead = aino()
        assign_contact(customer=acme(), kind="lead", person=lead, by=sofia(), now=NOW)
        assert contracts_visible_to(lead).filter(pk=contract.pk).exists()
        assert may_log_on(lead, contract)
        assert not may_book_for(lead, contract)

    def test_who_has_left_sees_nothing_any_more(self, contract: Contract) -> None:
        gone = marta()
        member_of(acme(), "Carla Neri", kind="admin")
        acme().memberships.filter(user=gone).update(until=NOW)
        assert not contracts_visible_to(gone).exists()

    def test_an_admin_of_two_customers_sees_both(self, contract: Contract) -> None:
        other = launch_kit(globex())
        globex().memberships.create(user=marta(), kind="admin", since=NOW)
        assert set(contracts_visible_to(User.objects.get(email="marta@acme.example"))) == {contract, other}


def test_a_member_of_one_and_admin_of_another_customer_sees_the_others_alone() -> None:
    acme_contract, globex_contract = launch_kit(), launch_kit(globex())
    globex().memberships.create(user=luca(), kind="admin", since=NOW)
    person = User.objects.get(pk=luca().pk)
    assert set(contracts_visible_to(person)) == {globex_contract}
    assert not may_book_for(person, acme_contract)
