"""`/packages/`, `/customers/`, `/terms/` and accepting a contract's terms."""

from collections.abc import Callable
from typing import Any

import pytest

from customers.domain.roles import is_admin_of
from customers.models import Customer, User
from notifications.models import Message
from packages.models import TermsAcceptance
from tests.api.caller import Caller
from tests.factories import acme, giulia, globex, hanna, launch_kit, luca, marta, pekka, sofia

pytestmark = pytest.mark.django_db

Api = Callable[..., Caller]

INITECH = {
    "name": "Initech",
    "country": "DE",
    "time_zone": "Europe/Berlin",
    "language": "en",
    "currency": "EUR",
    "lead": "giulia.conti@oura.example",
    "primary_contact": "bill@initech.example",
}


def test_the_catalogue(api: Api) -> None:
    assert api(luca()).get("/packages/").results == [
        {
            "code": "launch-kit",
            "name": "Launch Kit",
            "version": 1,
            "included_minutes": 240,
            "window_days": 90,
            "review_count": 0,
            "review_cadence": None,
        },
        {
            "code": "pro-lite",
            "name": "Pro Lite Success",
            "version": 1,
            "included_minutes": 120,
            "window_days": None,
            "review_count": 4,
            "review_cadence": "quarterly",
        },
        {
            "code": "premium",
            "name": "Premium Success",
            "version": 1,
            "included_minutes": 120,
            "window_days": None,
            "review_count": 12,
            "review_cadence": "monthly",
        },
    ]


def test_operations_open_an_account_and_invite_its_primary_contact(api: Api) -> None:
    giulia()
    answer = api(sofia()).post("/customers/", INITECH)
    assert answer.status == 201, answer.body
    assert answer.body == {"id": answer.body["id"], **INITECH}
    bill = User.objects.get(email="bill@initech.example")
    assert is_admin_of(bill, answer.body["id"])
    assert not bill.has_usable_password()
    assert Message.objects.get().recipient == bill
    assert api(sofia()).get(f"/customers/{answer.body['id']}/").body == answer.body


def test_the_first_admin_stands_in_until_a_primary_contact_is_designated(api: Api) -> None:
    marta()
    (row,) = api(marta()).get("/customers/").results
    assert (row["lead"], row["primary_contact"]) == (giulia().email, marta().email)


def test_a_customer_without_main_contacts(api: Api) -> None:
    answer = api(sofia()).post("/customers/", INITECH | {"lead": None, "primary_contact": None})
    assert (answer.status, answer.body["lead"], answer.body["primary_contact"]) == (201, None, None)


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"name": " "}, "/name", "blank"),
        ({"name": "x" * 201}, "/name", "max_length"),
        ({"name": "Ini\ntech"}, "/name", "unseen"),
        ({"country": "Germany"}, "/country", "unknown_country"),
        ({"country": "XX"}, "/country", "unknown_country"),
        ({"country": "de"}, "/country", "unknown_country"),
        ({"time_zone": "Mars/Olympus"}, "/time_zone", "invalid"),
        ({"language": "fi"}, "/language", "invalid_choice"),
        ({"currency": "BTC"}, "/currency", "invalid_choice"),
        ({"lead": "marta@acme.example"}, "/lead", "does_not_exist"),
        ({"primary_contact": "giulia.conti@oura.example"}, "/primary_contact", "invalid"),
        ({"primary_contact": "not an address"}, "/primary_contact", "invalid"),
    ],
)
def test_a_malformed_customer_is_refused_whole(api: Api, change: dict[str, Any], pointer: str, code: str) -> None:
    marta()
    answer = api(sofia()).post("/customers/", INITECH | change)
    assert answer.pointers == {pointer: code}
    assert not Customer.objects.exclude(name="Acme Wellness").exists()
    assert not User.objects.filter(email=INITECH["primary_contact"]).exists()


def test_customers_are_added_by_operations_alone(api: Api) -> None:
    for person in (marta(), luca(), giulia(), pekka()):
        answer = api(person).post("/customers/", INITECH)
        assert (answer.status, answer.code) == (403, "not_allowed")


def test_another_customer_does_not_exist(api: Api) -> None:
    acme()
    assert api(hanna()).get(f"/customers/{acme().pk}/").code == "not_found"
    assert [row["id"] for row in api(hanna()).get("/customers/").results] == [globex().pk]


def test_a_customer_admin_accepts_the_terms_of_the_contract(api: Api) -> None:
    contract = launch_kit()
    caller = api(marta())
    (english, italian) = caller.get("/terms/").results
    assert (english["language"], english["prevails"], italian["language"], italian["prevails"]) == (
        "en",
        True,
        "it",
        False,
    )
    answer = caller.post(f"/contracts/{contract.pk}/accept_terms/", {"version": "1", "language": "it"})
    assert answer.status == 200
    assert answer.body == {
        "contract": contract.pk,
        "version": "1",
        "language": "it",
        "sha256": italian["sha256"],
        "accepted_by": marta().email,
        "accepted_at": "2026-03-02T08:00:00Z",
    }
    again = caller.post(f"/contracts/{contract.pk}/accept_terms/", {"version": "1", "language": "en"})
    assert again.body == answer.body
    assert TermsAcceptance.objects.get().from_address == "127.0.0.1"


def test_terms_are_refused_by_name(api: Api) -> None:
    contract = launch_kit()
    path = f"/contracts/{contract.pk}/accept_terms/"
    assert api(marta()).post(path, {"version": "2", "language": "en"}).pointers == {"/version": "invalid"}
    assert api(marta()).post(path, {"version": "1", "language": "fi"}).pointers == {"/language": "invalid"}
    assert api(giulia()).post(path, {"version": "1", "language": "en"}).code == "not_allowed"
    assert api(luca()).post(path, {"version": "1", "language": "en"}).code == "not_found"
    assert api(hanna()).post(path, {"version": "1", "language": "en"}).code == "not_found"
    assert not TermsAcceptance.objects.exists()
