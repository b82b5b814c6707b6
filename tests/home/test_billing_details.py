"""Whom a customer's statements are made out to: seen by who pays and who bills, changed by operations."""

from collections.abc import Callable

import pytest

from core.models import AuditEvent
from customers.domain.billing_details import CHANGED
from customers.models import BillingDetails, User
from tests.factories import acme, giulia, hanna, luca, marta, pekka, sofia
from tests.home.pages import page, signed_in

pytestmark = pytest.mark.django_db

DETAILS = {
    "billing_name": "Acme Wellness S.p.A.",
    "billing_address": "Via Roma 1\r\n20121 Milano",
    "vat_id": "IT01234567890",
    "purchase_order": "PO-7",
    "billing_email": "ap@acme.example",
}


def address() -> str:
    return f"/customers/{acme().pk}/billing-details/"


def saved(by: User, **different: str) -> int:
    return signed_in(by).post(address(), {**DETAILS, **different}).status_code


def test_operations_change_them_and_what_changed_is_kept() -> None:
    assert saved(sofia()) == 302
    assert saved(sofia(), vat_id="IT999", purchase_order="") == 302

    details = BillingDetails.objects.get()
    assert (details.customer, details.vat_id, details.purchase_order) == (acme(), "IT999", "")
    assert details.billing_address == "Via Roma 1\n20121 Milano"
    first, second = AuditEvent.objects.filter(verb=CHANGED, object_id=acme().pk).order_by("pk")
    assert (first.actor, first.object_type, set(first.details)) == (sofia(), "customer", set(DETAILS))
    assert second.details == {"vat_id": ["IT01234567890", "IT999"], "purchase_order": ["PO-7", ""]}


def test_saving_what_is_there_keeps_nothing() -> None:
    saved(sofia())
    saved(sofia())
    assert AuditEvent.objects.filter(verb=CHANGED).count() == 1


@pytest.mark.parametrize("person", [marta, sofia, pekka])
def test_the_customers_admins_operations_and_finance_see_them(person: Callable[[], User]) -> None:
    saved(sofia())
    shown = page(person(), f"/customers/{acme().pk}/")
    assert "IT01234567890" in shown
    assert (address() in shown) is (person is sofia)


@pytest.mark.parametrize("person", [giulia, luca])
def test_members_and_who_delivers_do_not(person: Callable[[], User]) -> None:
    saved(sofia())
    assert "IT01234567890" not in page(person(), f"/customers/{acme().pk}/")


@pytest.mark.parametrize(("person", "status"), [(marta, 403), (giulia, 403), (pekka, 403), (luca, 404), (hanna, 404)])
def test_nobody_else_changes_them(person: Callable[[], User], status: int) -> None:
    acme()
    assert saved(person()) == status
    assert not BillingDetails.objects.exists()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("billing_email", "accounts"),
        ("vat_id", "9" * 31),
        ("billing_name", "Acme \u202e"),
        ("billing_name", "Ac\0me"),
        ("billing_address", "x" * 501),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_what_was_typed_stays(name: str, text: str) -> None:
    response = signed_in(sofia()).post(address(), {**DETAILS, name: text})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [name]
    assert "Acme Wellness S.p.A." in response.content.decode() or name == "billing_name"
    assert not BillingDetails.objects.exists()
