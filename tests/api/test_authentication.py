"""Who is asking: tokens, their limits, and the browser's session."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from core.refusals import InvalidInput
from customers.domain.tokens import EVERY_SCOPE, READ_ONLY, issue_token, revoke_token
from customers.models import ApiToken, StaffProfile
from oura_success.api_urls import promised
from tests.api.caller import V1, Caller
from tests.factories import NOW, PASSWORD, acme, luca, marta, sofia

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def test_without_a_token_the_answer_is_401_and_says_how_to_sign_in() -> None:
    answer = Caller(None).get("/packages/")
    assert (answer.status, answer.code) == (401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Oura Success"'


@pytest.mark.parametrize("token", ["", "made-up", "oura_", "ø\u202e", "x" * 5000, "a b c"])
def test_a_token_that_never_was_is_401(token: str) -> None:
    answer = Caller(token).get("/packages/")
    assert (answer.status, answer.code) == (401, "not_signed_in")
    assert "WWW-Authenticate" in answer.headers


def test_a_token_acts_as_its_person(api: Callable[..., Caller]) -> None:
    assert [row["name"] for row in api(marta()).get("/customers/").results] == ["Acme Wellness"]


def test_only_the_hash_of_a_token_is_kept() -> None:
    row, token = issue_token(person=marta(), name="Payroll", now=NOW)
    assert token.startswith(row.prefix)
    assert len(token) > len(row.prefix) + 30
    assert not [value for value in ApiToken.objects.values_list().get() if token in str(value)]


def test_an_ended_a_revoked_and_a_deactivated_token_are_401() -> None:
    _row, ends = issue_token(person=marta(), name="Ends", ends_at=NOW + timedelta(days=1), now=NOW)
    assert Caller(ends).get("/packages/").status == 200
    ApiToken.objects.update(ends_at=NOW)
    assert Caller(ends).get("/packages/").status == 401

    row, revoked = issue_token(person=marta(), name="Revoked", now=NOW)
    assert Caller(revoked).get("/packages/").status == 200
    revoke_token(token=row, now=NOW)
    assert Caller(revoked).get("/packages/").status == 401

    caller = Caller.of(luca())
    assert caller.get("/packages/").status == 200
    person = luca()
    person.is_active = False
    person.save(update_fields=["is_active"])
    assert caller.get("/packages/").status == 401


def test_a_token_needs_a_name_and_a_time_to_live() -> None:
    with pytest.raises(InvalidInput):
        issue_token(person=marta(), name=" ", now=NOW)
    with pytest.raises(InvalidInput):
        issue_token(person=marta(), name="Late", now=NOW, ends_at=NOW)


def test_a_read_only_token_reads_and_does_nothing(api: Callable[..., Caller]) -> None:
    caller = api(sofia(), scopes=READ_ONLY)
    assert caller.get("/customers/").status == 200
    answer = caller.post("/rates/", {"currency": "EUR", "hourly_rate": "100.00", "valid_from": "2026-01-01"})
    assert (answer.status, answer.code) == (403, "read_only_token")


def test_a_read_only_token_does_not_spoil_the_key_for_one_that_may_act(api: Callable[..., Caller]) -> None:
    line = {"currency": "EUR", "hourly_rate": "100.00", "valid_from": "2026-01-01"}
    assert api(sofia(), scopes=READ_ONLY).post("/rates/", line, key="k").status == 403
    assert api(sofia()).post("/rates/", line, key="k").status == 201


READS = {
    f"GET /{name}/" for name in ("packages", "customers", "contracts", "sessions", "time_entries", "billing_periods")
}
ACTS = {f"POST /{name}/" for name in ("customers", "contracts", "rates", "sessions", "sessions/quote", "time_entries")}


@pytest.mark.parametrize(
    ("scopes", "opens"),
    [
        (["read"], READS),
        (["book"], {"GET /sessions/", "POST /sessions/", "POST /sessions/quote/"}),
        (["log_time"], {"GET /time_entries/", "POST /time_entries/"}),
        (["billing"], {"GET /billing_periods/"}),
        (
            ["manage"],
            {f"{verb} /{name}/" for verb in ("GET", "POST") for name in ("customers", "contracts")} | {"POST /rates/"},
        ),
        (["read", "log_time"], READS | {"POST /time_entries/"}),
        (EVERY_SCOPE, READS | ACTS),
    ],
    ids=["read", "book", "log_time", "billing", "manage", "read and log_time", "every"],
)
def test_a_token_opens_the_calls_that_it_was_made_for(
    api: Callable[..., Caller], scopes: list[str], opens: set[str]
) -> None:
    StaffProfile.objects.filter(user=sofia()).update(roles=["am", "operations", "finance"])
    caller = api(sofia(), scopes=scopes)
    answers = {call: caller.call(*call.split()) for call in READS | ACTS}
    assert {call for call, answer in answers.items() if answer.status != 403} == opens
    assert {answers[call].code for call in ACTS - opens} <= {
        "read_only_token" if set(scopes) == READ_ONLY else "not_allowed"
    }


def test_every_call_says_what_a_token_must_have_been_made_for() -> None:
    forgetful = [pattern.name for pattern in promised if vars(pattern.callback)["cls"].scope is None]
    assert forgetful == []


def test_a_scope_adds_nothing_to_what_the_person_may(api: Callable[..., Caller]) -> None:
    caller = api(marta(), scopes=["manage", "billing"])
    assert caller.get("/billing_periods/").code == "not_found"
    assert caller.post("/customers/").code == "not_allowed"


def test_the_last_use_of_a_token_is_noted_once_a_minute(
    api: Callable[..., Caller], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    caller = api(marta())
    assert ApiToken.objects.get().last_used_at is None
    for seconds, noted in ((0, 0), (59, 0), (60, 60), (90, 60)):
        with time_machine.travel(NOW + timedelta(seconds=seconds), tick=False):
            assert caller.get("/packages/").status == 200
        assert ApiToken.objects.get().last_used_at == NOW + timedelta(seconds=noted)
    with time_machine.travel(NOW + timedelta(seconds=90), tick=False), django_assert_num_queries(3):
        caller.get("/packages/")


def test_answers_are_in_the_persons_language(api: Callable[..., Caller]) -> None:
    person = marta()
    person.language = "it"
    person.save(update_fields=["language"])
    assert api(person).get("/packages/").headers["Content-Language"] == "it"


def test_the_browsers_session_reads_and_needs_the_csrf_token_to_act() -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.login(email=marta().email, password=PASSWORD)
    assert browser.get(f"{V1}/customers/").json()["results"][0]["id"] == acme().pk
    refused = browser.post(f"{V1}/sessions/quote/", {}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    browser.cookies["portal_csrf"] = "a" * 32
    accepted = browser.post(
        f"{V1}/sessions/quote/", {}, content_type="application/json", headers={"X-CSRFToken": "a" * 32}
    )
    assert (accepted.status_code, accepted.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "multipart/form-data", "text/plain"])
def test_a_form_sent_by_a_browser_is_refused_and_breaks_nothing(content_type: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.login(email=marta().email, password=PASSWORD)
    answer = browser.post(f"{V1}/sessions/quote/", b"--x\r\n", content_type=content_type)
    assert 400 <= answer.status_code < 500
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_command_prints_the_token_alone_on_its_last_line() -> None:
    out = StringIO()
    call_command("api_token", marta().email.upper(), "--name", "Payroll", "--read-only", "--days", "7", stdout=out)
    token = out.getvalue().splitlines()[-1]
    row = ApiToken.objects.get()
    assert (row.name, row.scopes, row.ends_at, row.person) == ("Payroll", ["read"], NOW + timedelta(days=7), marta())
    assert Caller(token).get("/packages/").status == 200


@pytest.mark.parametrize("arguments", [["nobody@example.com"], ["{marta}", "--days", "0"], ["{marta}", "--name", " "]])
def test_the_command_refuses_in_words(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("api_token", *(each.format(marta=marta().email) for each in arguments))
    assert not ApiToken.objects.exists()
