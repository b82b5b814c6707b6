"""The API tokens on one's own pages: made after typing the password, shown once, revoked."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from customers.domain.tokens import EVERY_SCOPE, issue_token, revoke_token, scopes_for
from customers.models import ApiToken, User
from notifications.models import Message
from tests.api.caller import Caller
from tests.factories import PASSWORD, giulia, luca, marta, pekka, sofia

pytestmark = pytest.mark.django_db

RIGHT = {"name": "Payroll export", "scopes": ["read", "book"], "lifetime": "90"}


def browser_of(person: User, *, typed_password: bool = True) -> Client:
    """A browser in which `person` is signed in and has, or has not, typed their password a moment ago."""
    browser = Client()
    browser.force_login(person)
    if typed_password:
        browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return browser


def page(browser: Client) -> str:
    return browser.get(reverse("tokens")).content.decode()


def token_in(text: str) -> str | None:
    found = re.search(r"oura_[\w-]{43}", text)
    return found[0] if found else None


def test_a_token_is_shown_once_and_works() -> None:
    browser = browser_of(marta())
    answer = browser.post(reverse("token-create"), RIGHT)
    assert (answer.status_code, answer["Location"]) == (302, reverse("tokens"))
    token = token_in(page(browser))
    assert token is not None
    assert token_in(page(browser)) is None
    assert Caller(token).get("/customers/").status == 200
    row = ApiToken.objects.get()
    assert (row.name, row.scopes, row.person) == ("Payroll export", ["read", "book"], marta())
    assert row.ends_at == row.created_at + timedelta(days=90)


def test_the_token_does_not_come_back_later_or_to_somebody_else() -> None:
    browser = browser_of(marta())
    browser.post(reverse("token-create"), RIGHT)
    browser.force_login(luca())
    assert token_in(page(browser)) is None
    browser = browser_of(marta())
    assert browser.post(reverse("token-create"), RIGHT).status_code == 302
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert token_in(page(browser)) is None


def test_only_its_hash_is_kept_while_it_waits_to_be_shown() -> None:
    browser = browser_of(marta())
    browser.post(reverse("token-create"), RIGHT)
    kept = str(dict(browser.session)) + str(list(Message.objects.values())) + str(list(ApiToken.objects.values()))
    token = token_in(page(browser))
    assert token is not None
    assert token not in kept


def test_the_page_that_shows_it_is_kept_by_nobody() -> None:
    assert "no-store" in browser_of(marta()).get(reverse("tokens"))["Cache-Control"]


def test_who_signed_in_a_while_ago_types_the_password_and_nothing_is_lost() -> None:
    browser = browser_of(marta(), typed_password=False)
    asked = browser.post(reverse("token-create"), RIGHT)
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert not ApiToken.objects.exists()
    wrong = browser.post(asked["Location"], {"password": "guess"})
    assert wrong.status_code == 200
    assert not ApiToken.objects.exists()
    right = browser.post(asked["Location"], {"password": PASSWORD, "next": reverse("token-create")})
    assert (right.status_code, right["Location"]) == (302, reverse("tokens"))
    assert token_in(page(browser)) is not None
    assert ApiToken.objects.get().name == "Payroll export"


@pytest.mark.parametrize(
    ("different", "field"),
    [
        ({"name": " "}, "id_name"),
        ({"name": "x" * 101}, "id_name"),
        ({"scopes": []}, "id_scopes"),
        ({"scopes": ["manage"]}, "id_scopes"),
        ({"scopes": ["everything"]}, "id_scopes"),
        ({"lifetime": "36500"}, "id_lifetime"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(different: dict[str, object], field: str) -> None:
    answer = browser_of(marta()).post(reverse("token-create"), RIGHT | different)
    assert answer.status_code == 422
    assert f'id="{field}_error"' in answer.content.decode()
    assert not ApiToken.objects.exists()
    assert not Message.objects.exists()


def test_a_token_may_work_until_it_is_revoked() -> None:
    browser_of(marta()).post(reverse("token-create"), RIGHT | {"lifetime": "never"})
    assert ApiToken.objects.get().ends_at is None


@pytest.mark.parametrize(
    ("person", "scopes"),
    [
        (luca, {"read", "support"}),
        (marta, {"read", "book", "support"}),
        (giulia, {"read", "book", "log_time", "support"}),
        (pekka, {"read", "billing"}),
        (sofia, {"read", "book", "log_time", "manage", "support"}),
    ],
)
def test_offered_is_what_opens_anything_to_the_person(person: Callable[[], User], scopes: set[str]) -> None:
    assert set(scopes_for(person())) == scopes
    shown = browser_of(person()).get(reverse("token-create")).content.decode()
    assert set(re.findall(r'name="scopes" value="(\w+)"', shown)) == scopes


def test_revoking_asks_first_and_holds_from_the_next_call_on() -> None:
    row, token = issue_token(person=marta(), name="Payroll", now=timezone.now())
    browser, caller = browser_of(marta()), Caller(token)
    revoke = reverse("token-revoke", args=[row.pk])
    assert "Payroll" in browser.get(revoke).content.decode()
    assert caller.get("/packages/").status == 200
    assert browser.post(revoke)["Location"] == reverse("tokens")
    assert caller.get("/packages/").status == 401
    revoked_at = ApiToken.objects.get().revoked_at
    browser.post(revoke)
    assert ApiToken.objects.get().revoked_at == revoked_at


@pytest.mark.parametrize("method", ["get", "post"])
def test_anothers_token_does_not_exist_not_even_for_operations(method: str) -> None:
    row, _token = issue_token(person=marta(), name="Payroll", now=timezone.now())
    assert getattr(browser_of(sofia()), method)(reverse("token-revoke", args=[row.pk])).status_code == 404
    assert ApiToken.objects.get().revoked_at is None
    assert "Payroll" not in page(browser_of(sofia()))


def test_the_list_tells_working_tokens_from_ended_ones() -> None:
    now = timezone.now()
    issue_token(person=marta(), name="In use", now=now)
    issue_token(person=marta(), name="Ran out", now=now - timedelta(days=9), ends_at=now - timedelta(days=2))
    row, _token = issue_token(person=marta(), name="Called back", now=now)
    revoke_token(token=row, now=now)
    working, _heading, ended = page(browser_of(marta())).partition("<h2>Ended</h2>")
    assert "In use" in working
    assert "Ran out" not in working
    assert all(name in ended for name in ("Ran out", "Called back"))


def test_the_page_asks_as_often_for_three_tokens_as_for_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    browser = browser_of(marta())
    for number in (1, 2, 3):
        issue_token(person=marta(), name=f"Token {number}", now=timezone.now())
        if number in (1, 3):
            with django_assert_num_queries(5):
                assert f"Token {number}" in page(browser)


def test_a_person_of_no_more_rights_keeps_a_token_that_may_do_no_more() -> None:
    _row, token = issue_token(person=sofia(), name="Rates", scopes=EVERY_SCOPE, now=timezone.now())
    assert Caller(token).get("/rates/").status == 200
    profile = sofia().staff_profile
    profile.roles = ["am"]
    profile.save(update_fields=["roles"])
    assert Caller(token).get("/rates/").status == 404
