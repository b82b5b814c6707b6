"""How the API says no: RFC 9457, whatever went wrong."""

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.test import override_settings

from core import frequency
from packages.models import RateLine
from tests.api.caller import V1, Caller
from tests.factories import NOW, launch_kit, marta, sofia

pytestmark = pytest.mark.django_db

Api = Callable[..., Caller]


def test_the_members_of_a_problem(api: Api) -> None:
    answer = api(sofia()).post("/rates/", {"currency": "EUR", "hourly_rate": "x"})
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(answer.body) == {"type", "title", "status", "detail", "code", "errors"}
    assert answer.body["type"].endswith("/api/problems/invalid/")
    assert answer.pointers == {"/hourly_rate": "invalid", "/valid_from": "required"}
    assert all(error["detail"] for error in answer.body["errors"])


def test_no_cache_keeps_an_answer(api: Api) -> None:
    caller = api(sofia())
    read, refused, again = caller.get("/packages/"), caller.post("/rates/", key="k"), caller.post("/rates/", key="k")
    for answer in (read, refused, again, Caller(None).get("/packages/")):
        assert answer.headers["Cache-Control"] == "no-store"


def test_names_are_escaped_in_pointers() -> None:
    from rest_framework.exceptions import ValidationError

    from core.api.errors import exception_handler

    answer = exception_handler(ValidationError({"a/b~c": [{}, {"d": ["wrong"]}]}), {})
    assert answer is not None
    assert b'"/a~1b~0c/1/d"' in answer.content


def test_methods_media_types_and_addresses(api: Api) -> None:
    caller = api(sofia())
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        answer = caller.call(method, "/rates/")
        assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert caller.call("HEAD", "/rates/").status == 200
    answer = caller.post_raw("/rates/", b"currency=EUR", content_type="application/x-www-form-urlencoded")
    assert (answer.status, answer.code) == (415, "unsupported_media_type")
    for path in ("/nothing/", "/contracts/0/", "/contracts/99999999999999999999/", "/contracts/-1/", "/contracts/a/"):
        assert caller.get(path).code == "not_found"


def test_what_a_client_would_rather_accept_changes_nothing(api: Api) -> None:
    caller = api(sofia())
    for accept in ("text/csv", "text/html", "application/xml", "garbage"):
        headers = {"Accept": accept, "Authorization": f"Bearer {caller.token}"}
        answer = caller.client.get(f"{V1}/rates/", headers=headers)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


def test_a_body_larger_than_the_portal_reads_is_413(api: Api) -> None:
    answer = api(sofia()).post_raw("/rates/", b'{"a":"' + b"x" * 3_000_000 + b'"}')
    assert (answer.status, answer.code) == (413, "too_large")


def test_an_error_of_our_own_is_a_500_that_wrote_nothing_and_can_be_tried_again(api: Api) -> None:
    caller = api(sofia())
    line = {"currency": "EUR", "hourly_rate": "100.00", "valid_from": "2026-01-01"}
    with patch("billing.api.rates.described", side_effect=RuntimeError("a bug")):
        answer = caller.post("/rates/", line, key="k")
    assert (answer.status, answer.code) == (500, "server_error")
    assert not RateLine.objects.exists()
    assert caller.post("/rates/", line, key="k").status == 201


@pytest.mark.django_db(transaction=True)
def test_a_lock_that_cannot_be_had_in_time_is_503_and_nobody_elses_business(
    api: Api, app_connection_factory: Callable[..., object]
) -> None:
    contract = launch_kit()
    caller, stranger = api(sofia()), api(marta())
    holder = app_connection_factory()
    with holder.cursor() as cursor:  # type: ignore[attr-defined]  # the driver's connection
        cursor.execute("SELECT 1 FROM contracts WHERE id = %s FOR UPDATE", [contract.pk])
        body = {"minutes": 10, "reason": "x"}
        answer = caller.post(f"/contracts/{contract.pk}/adjustments/", body, key="k")
        assert (answer.status, answer.code) == (503, "busy")
        assert int(answer.headers["Retry-After"]) >= 1
        assert stranger.get("/contracts/").status == 200
    holder.rollback()  # type: ignore[attr-defined]  # the driver's connection
    assert caller.post(f"/contracts/{contract.pk}/adjustments/", body, key="k").status == 201


@override_settings(API_CALLS_PER_MINUTE=3, API_FAILURES_PER_MINUTE=2)
def test_too_many_requests_are_429_and_say_when_to_come_back(api: Api) -> None:
    caller = api(sofia())
    assert [caller.get("/packages/").status for _ in range(4)] == [200, 200, 200, 429]
    refused = caller.post("/rates/", {}, key="k")
    assert refused.code == "throttled"
    with time_machine.travel(NOW + timedelta(seconds=int(refused.headers["Retry-After"])), tick=False):
        assert caller.get("/packages/").status == 200
    assert api(marta()).get("/packages/").status == 200


@override_settings(API_CALLS_PER_MINUTE=3)
def test_a_person_is_counted_over_all_their_tokens(api: Api) -> None:
    assert [api(sofia()).get("/packages/").status for _ in range(4)] == [200, 200, 200, 429]


@override_settings(API_CALLS_PER_MINUTE=3)
def test_a_request_that_was_throttled_is_not_kept_under_its_key(api: Api) -> None:
    caller = api(sofia())
    line = {"currency": "EUR", "hourly_rate": "100.00", "valid_from": "2026-01-01"}
    assert [caller.get("/packages/").status for _ in range(3)] == [200, 200, 200]
    assert caller.post("/rates/", line, key="k").status == 429
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        assert caller.post("/rates/", line, key="k").status == 201


@override_settings(API_FAILURES_PER_MINUTE=2)
def test_an_address_that_fails_is_slowed_down_but_not_who_signs_in_behind_it(api: Api) -> None:
    assert [Caller("guess").get("/packages/").status for _ in range(3)] == [401, 401, 429]
    assert Caller(None).get("/packages/").status == 429
    assert api(marta()).get("/packages/").status == 200


@override_settings(REDIS_URL="redis://127.0.0.1:1/0", API_CALLS_PER_MINUTE=1, API_FAILURES_PER_MINUTE=1)
def test_without_redis_nobody_is_stopped(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frequency._Silence, "until", 0.0)
    caller = api(sofia())
    assert [caller.get("/packages/").status for _ in range(3)] == [200, 200, 200]
    assert [Caller("guess").get("/packages/").status for _ in range(3)] == [401, 401, 401]
