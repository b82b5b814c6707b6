"""A person takes a copy of what the portal holds about them: all of it, and nothing of anybody else."""

import json
from typing import Any

import pytest

from tests.factories import acme, giulia, hanna, luca, marta
from tests.home.pages import page, queries, signed_in
from tests.home.privacy.zenobia import ADDRESS, GUEST_ADDRESS, NAME, what_she_did, zenobia

pytestmark = pytest.mark.django_db


def own_data(person: Any) -> dict[str, Any]:
    answer = signed_in(person).get("/preferences/data.json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="your-data.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    read: dict[str, Any] = json.loads(answer.getvalue())
    return read


def test_everything_about_her_is_in_it() -> None:
    contract = what_she_did()
    data = own_data(zenobia())
    assert (data["profile"]["name"], data["profile"]["email"]) == (NAME, ADDRESS)
    assert [each["customer"] for each in data["memberships"]] == [acme().name]
    assert [each["state"] for each in data["sessions_attended"]] == ["cancelled"]
    assert len(data["sessions_booked"]) == 2
    assert [each["subject"] for each in data["requests_opened"]] == [f"{NAME} needs help"]
    assert ADDRESS in data["requests_written"][0]["words"]
    assert [each["name"] for each in data["api_tokens"]] == ["Payroll of Quattrocchi"]
    assert len(data["calendar_addresses"]) == 1
    assert {each["to"] for each in data["mail"]} == {ADDRESS}
    accepted = own_data(contract.terms_acceptance.accepted_by)["terms_accepted"]
    assert [each["contract"] for each in accepted] == [contract.pk]


def test_nothing_of_anybody_else_and_nothing_secret() -> None:
    what_she_did()
    text = json.dumps(own_data(zenobia()))
    for word in (GUEST_ADDRESS, "pbkdf2", "argon2", "digest", "password", "internal"):
        assert word not in text
    for stranger in (hanna(), luca()):
        assert "Quattrocchi" not in json.dumps(own_data(stranger))


def test_staff_find_what_they_delivered_customers_have_no_such_part() -> None:
    what_she_did()
    data = own_data(giulia())
    assert data["profile"]["phone"] == "+39 02 1234"
    assert [each["minutes"] for each in data["time_logged"]] == [30]
    assert len(data["working_hours"]) == 5
    assert "time_logged" not in own_data(marta())


def test_the_page_leads_to_the_file_and_says_how_long() -> None:
    text = page(luca(), "/preferences/data/")
    assert "/preferences/data.json" in text
    assert "Name and address go 180 days after it." in text


def test_it_asks_as_often_for_much_as_for_little() -> None:
    little = queries(luca(), "/preferences/data.json")
    what_she_did()
    assert queries(zenobia(), "/preferences/data.json") == little
