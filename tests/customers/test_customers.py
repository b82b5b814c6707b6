"""Customers, their people, and the main contact on either side (DOMAIN.md §9, §12)."""

from collections.abc import Callable
from typing import Any

import pytest

from core.refusals import InvalidInput, NotAllowed
from customers.domain import customers
from customers.domain.customers import add_member, assign_contact, create_customer, invite_member
from customers.domain.queries import (
    admins_of,
    customers_visible_to,
    lead_of,
    members_of,
    primary_contact_of,
)
from customers.domain.roles import Right, rights_of
from customers.models import ContactAssignment, Customer, Role, User
from tests.factories import (
    NOW,
    acme,
    aino,
    giulia,
    globex,
    hanna,
    launch_kit,
    luca,
    marta,
    member_of,
    pekka,
    sofia,
    staff,
    tomas,
)

pytestmark = pytest.mark.django_db


def opened(**different: Any) -> Customer:
    account: dict[str, Any] = {
        "name": "Initech",
        "country": "de",
        "time_zone": "Europe/Berlin",
        "language": "en",
        "currency": "EUR",
        "lead": giulia(),
        "by": sofia(),
        "now": NOW,
    }
    return create_customer(**{**account, **different})


def test_a_customer_is_opened_with_its_lead() -> None:
    customer = opened(name=" Initech ")
    assert (customer.name, customer.country) == ("Initech", "DE")
    assert lead_of(customer) == giulia()
    assert primary_contact_of(customer) is None


@pytest.mark.parametrize("person", [giulia, pekka, luca])
def test_only_operations_open_accounts(person: Callable[[], User]) -> None:
    by, before = person(), Customer.objects.count()
    with pytest.raises(NotAllowed):
        opened(by=by)
    assert Customer.objects.count() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("country", "Germany"),
        ("country", ""),
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", "EST"),
        ("currency", "DEM"),
        ("language", "tlh"),
    ],
)
def test_what_cannot_be_opened_names_the_field_at_fault(field: str, value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        opened(**{field: value})
    assert (refused.value.field, Customer.objects.count()) == (field, 0)


class TestContacts:
    def test_a_handover_keeps_who_was_lead_before(self) -> None:
        customer = acme()
        assign_contact(customer=customer, kind="lead", person=aino(), by=sofia(), now=NOW)
        assert lead_of(customer) == aino()
        history = ContactAssignment.objects.filter(customer=customer, kind="lead").order_by("pk")
        assert [(each.person, each.until) for each in history] == [(giulia(), NOW), (aino(), None)]

    def test_naming_the_same_person_again_changes_nothing(self) -> None:
        assign_contact(customer=acme(), kind="lead", person=giulia(), by=sofia(), now=NOW)
        assert ContactAssignment.objects.filter(customer=acme()).count() == 1

    def test_the_lead_is_staff_and_the_primary_contact_a_current_member(self) -> None:
        former = member_of(acme(), "Former Colleague")
        acme().memberships.filter(user=former).update(until=NOW)
        for kind, person in (
            ("lead", marta()),
            ("primary_contact", giulia()),
            ("primary_contact", hanna()),
            ("primary_contact", former),
        ):
            with pytest.raises(InvalidInput):
                assign_contact(customer=acme(), kind=kind, person=person, by=sofia(), now=NOW)

    def test_the_first_admin_stands_in_until_a_primary_contact_is_designated(self) -> None:
        luca()
        first = marta()
        add_member(customer=acme(), person=hanna(), kind="admin", now=NOW)
        assert primary_contact_of(acme()) == first
        assign_contact(customer=acme(), kind="primary_contact", person=luca(), by=first, now=NOW)
        assert primary_contact_of(acme()) == luca()


class TestMembers:
    def test_a_new_address_becomes_a_person_who_cannot_sign_in_yet(self) -> None:
        person, is_new = invite_member(
            customer=acme(), email="New@Acme.example", name="Nina New", kind="member", now=NOW
        )
        assert is_new
        assert (person.email, person.has_usable_password(), person.time_zone) == (
            "new@acme.example",
            False,
            "Europe/Rome",
        )
        assert person in members_of(acme())
        assert person not in admins_of(acme())

    def test_a_known_person_joins_with_other_rights_once(self) -> None:
        known = luca()
        invited = invite_member(customer=acme(), email="LUCA@acme.example", name="", kind="admin", now=NOW)
        assert invited == (known, False)
        assert acme().memberships.get(user=known).kind == "admin"

    def test_staff_never_become_members(self) -> None:
        with pytest.raises(InvalidInput) as refused:
            invite_member(customer=acme(), email=giulia().email, name="Giulia", kind="admin", now=NOW)
        assert refused.value.field == "email"

    def test_somebody_who_was_invited_at_the_same_moment_is_one_person(self, monkeypatch: pytest.MonkeyPatch) -> None:
        invitation: dict[str, Any] = {"email": "new@person.example", "name": "New Person", "kind": "member", "now": NOW}
        first, _new = invite_member(customer=acme(), **invitation)
        monkeypatch.setattr(customers, "_person_behind", lambda email: None)  # looked before the other had written
        assert invite_member(customer=globex(), **invitation) == (first, False)
        with pytest.raises(InvalidInput):
            invite_member(customer=acme(), **{**invitation, "email": giulia().email})


class TestWhoSeesACustomer:
    @pytest.mark.parametrize(
        ("person", "sees"),
        [
            (marta, ["Acme Wellness"]),
            (luca, ["Acme Wellness"]),
            (giulia, ["Acme Wellness"]),
            (aino, ["Globex"]),
            (hanna, ["Globex"]),
            (tomas, []),
            (sofia, ["Acme Wellness", "Globex"]),
            (pekka, ["Acme Wellness", "Globex"]),
        ],
    )
    def test_by_role(self, person: Any, sees: list[str]) -> None:
        acme()
        globex()
        assert [customer.name for customer in customers_visible_to(person())] == sees

    def test_a_former_lead_and_a_former_member_see_it_no_more(self) -> None:
        customer, former_lead, former_member = acme(), giulia(), marta()
        member_of(customer, "Carla Neri", kind="admin")
        assign_contact(customer=customer, kind="lead", person=aino(), by=sofia(), now=NOW)
        customer.memberships.filter(user=former_member).update(until=NOW)
        assert not customers_visible_to(former_lead).exists()
        assert not customers_visible_to(former_member).exists()

    def test_the_delivery_team_sees_the_customer_of_its_contract(self) -> None:
        engineer = tomas()
        launch_kit(others=[engineer])
        assert list(customers_visible_to(engineer)) == [acme()]


class TestRights:
    def test_an_inactive_person_has_none(self) -> None:
        person = sofia()
        person.is_active = False
        assert rights_of(person) == frozenset()

    def test_roles_add_up_and_finance_neither_books_nor_logs(self) -> None:
        assert not {Right.BOOK, Right.LOG_TIME, Right.ADJUST} & rights_of(pekka())
        assert Right.CLOSE_MONTHS not in rights_of(sofia())
        both = staff("Vera Versatile", Role.OPERATIONS, Role.FINANCE, Role.AM)
        assert {Right.CLOSE_MONTHS, Right.ADJUST, Right.LOG_TIME} <= rights_of(both)

    def test_a_member_sees_no_contracts_and_an_admin_does(self) -> None:
        assert Right.SEE_CONTRACTS not in rights_of(luca())
        assert {Right.SEE_CONTRACTS, Right.BOOK} <= rights_of(marta())
        assert not {Right.SEE_STAFF_AREA, Right.SEE_RATES, Right.SEE_BILLING} & rights_of(marta())
