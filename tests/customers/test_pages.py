"""Opening accounts and managing people in the browser."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.domain.queries import lead_of, primary_contact_of
from customers.models import Customer, User
from notifications.models import Message
from tests.factories import acme, aino, giulia, hanna, luca, marta, member_of, pekka, sofia

QUERIES_OF_PEOPLE = 10

pytestmark = pytest.mark.django_db


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def new_customer(**changes: str) -> dict[str, str]:
    return {
        "name": "Initech",
        "country": "US",
        "time_zone": "America/New_York",
        "language": "en",
        "currency": "USD",
        "lead": str(giulia().pk),
        "admin_name": "Bill Lumbergh",
        "admin_email": "bill@initech.example",
        **changes,
    }


class TestNewCustomer:
    def create(self, person: User, **changes: str) -> Any:
        return signed_in(person).post(reverse("customers:create"), new_customer(**changes))

    def test_it_has_its_lead_and_its_first_admin_is_invited(self) -> None:
        answer = self.create(sofia())

        initech = Customer.objects.get(name="Initech")
        bill = User.objects.get(email="bill@initech.example")
        assert answer.url == reverse("customer-detail", args=[initech.pk])
        assert lead_of(initech) == giulia()
        assert [(row.user, row.kind) for row in initech.memberships.all()] == [(bill, "admin")]
        assert not bill.has_usable_password()
        assert [message.recipient for message in Message.objects.filter(kind="member_invited")] == [bill]

    def test_an_address_of_our_own_staff_is_refused_and_nothing_is_left_behind(self) -> None:
        answer = self.create(sofia(), admin_email=giulia().email)

        assert answer.status_code == 422
        assert "provider" in " ".join(answer.context["form"].errors["admin_email"])
        assert not Customer.objects.filter(name="Initech").exists()

    def test_what_was_typed_is_kept_when_something_is_wrong(self) -> None:
        answer = self.create(sofia(), time_zone="Mars/Olympus")

        assert answer.status_code == 422
        assert "bill@initech.example" in answer.content.decode()

    def test_operations_alone_opens_accounts(self) -> None:
        answers = {person: self.create(person).status_code for person in (giulia(), pekka(), marta(), luca())}

        assert answers == {giulia(): 403, pekka(): 403, marta(): 404, luca(): 404}
        assert not Customer.objects.filter(name="Initech").exists()


class TestPeople:
    def address(self) -> str:
        return reverse("customers:people", args=[acme().pk])

    def test_an_admin_invites_a_colleague(self) -> None:
        signed_in(marta()).post(self.address(), {"name": "Nora", "email": "nora@acme.example", "kind": "member"})

        nora = User.objects.get(email="nora@acme.example")
        assert nora.memberships.get(customer=acme()).kind == "member"
        assert Message.objects.filter(kind="member_invited", recipient=nora).count() == 1

    def test_each_sees_and_does_what_their_role_allows(self) -> None:
        marta(), luca()
        invitation = {"name": "Nora", "email": "nora@acme.example", "kind": "member"}

        looked = {who: signed_in(who).get(self.address()).status_code for who in (marta(), giulia(), sofia(), pekka())}
        refused = {who: signed_in(who).get(self.address()).status_code for who in (hanna(), luca(), aino())}
        invited = {
            who: signed_in(who).post(self.address(), invitation).status_code for who in (giulia(), pekka(), hanna())
        }

        assert set(looked.values()) == {200}
        assert set(refused.values()) == {404}
        assert invited == {giulia(): 403, pekka(): 403, hanna(): 404}
        assert not User.objects.filter(email="nora@acme.example").exists()

    def test_until_somebody_is_designated_the_first_admin_stands_in(self) -> None:
        marta()
        answer = signed_in(marta()).get(self.address())
        assert "Stands in as primary contact" in answer.content.decode()

        signed_in(marta()).post(reverse("customers:designate", args=[acme().pk, luca().pk]))

        assert primary_contact_of(acme()) == luca()

    def test_nobody_of_another_customer_can_be_designated(self) -> None:
        marta()

        answer = signed_in(marta()).post(reverse("customers:designate", args=[acme().pk, hanna().pk]))

        assert answer.status_code == 404
        assert primary_contact_of(acme()) == marta()

    @pytest.mark.parametrize("people", [1, 3])
    def test_it_asks_as_much_for_three_people_as_for_one(self, people: int, django_assert_num_queries: Any) -> None:
        marta()
        for number in range(people - 1):
            member_of(acme(), f"Person{number} Member")
        client = signed_in(marta())

        with django_assert_num_queries(QUERIES_OF_PEOPLE):
            client.get(self.address())
