"""The same key with the same request acts once and is answered alike (API.md)."""

import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import requests
import time_machine
from django.db import connection, transaction

from core.models import IdempotencyKey
from core.tasks import forget_idempotency_keys
from customers.domain.tokens import issue_token
from customers.models import StaffProfile
from packages.models import Contract
from sessions.models import LedgerEntry
from tests.api.caller import Caller
from tests.factories import NOW, launch_kit, marta, sofia

Api = Callable[..., Caller]


def extra(minutes: int = 30) -> dict[str, Any]:
    return {"minutes": minutes, "reason": "Late start"}


def adjustments() -> int:
    return LedgerEntry.objects.filter(kind="adjustment").count()


@pytest.fixture
def path(db: None, today: None) -> str:
    return f"/contracts/{launch_kit().pk}/adjustments/"


def test_a_retry_is_answered_alike_and_does_nothing(api: Api, path: str) -> None:
    caller = api(sofia())
    first = caller.post(path, extra(), key="k")
    again = caller.post(path, extra(), key="k")
    assert (first.status, again.status) == (201, 201)
    assert first.content == again.content
    assert first.headers["Content-Type"] == again.headers["Content-Type"]
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    assert adjustments() == 1


def test_without_a_key_every_request_acts(api: Api, path: str) -> None:
    caller = api(sofia())
    assert [caller.post(path, extra()).status for _ in range(2)] == [201, 201]
    assert adjustments() == 2


def test_a_key_with_another_body_or_path_is_422(api: Api, path: str) -> None:
    caller = api(sofia())
    caller.post(path, extra(), key="k")
    for answer in (caller.post(path, extra(31), key="k"), caller.post("/rates/", extra(), key="k")):
        assert (answer.status, answer.code) == (422, "idempotency_key_reused")
    assert adjustments() == 1


def test_a_key_belongs_to_its_person_over_all_their_tokens(api: Api, path: str) -> None:
    first = api(sofia()).post(path, extra(), key="k")
    assert api(sofia()).post(path, extra(), key="k").content == first.content
    assert api(marta()).post(path, extra(), key="k").code == "not_allowed"
    assert adjustments() == 1


def test_a_refusal_is_kept_too(api: Api, path: str) -> None:
    caller = api(sofia())
    refused = caller.post(path, extra(0), key="k")
    assert refused.pointers == {"/minutes": "min_value"}
    again = caller.post(path, extra(0), key="k")
    assert again.content == refused.content
    assert again.headers["Content-Type"] == "application/problem+json"
    assert caller.post(path, extra(30), key="k").code == "idempotency_key_reused"
    malformed = caller.post_raw(path, b"{", key="other")
    assert caller.post_raw(path, b"{", key="other").content == malformed.content


def test_401_is_not_kept(path: str) -> None:
    assert Caller("guess").post(path, extra(), key="k").status == 401
    assert not IdempotencyKey.objects.exists()


def test_whoever_lost_the_right_is_not_told_again(api: Api, path: str) -> None:
    caller = api(sofia())
    assert caller.post(path, extra(), key="k").status == 201
    StaffProfile.objects.filter(user=sofia()).update(roles=["finance"])
    assert caller.post(path, extra(), key="k").code == "not_allowed"
    assert adjustments() == 1


def test_an_answer_is_kept_for_24_hours(api: Api, path: str) -> None:
    caller = api(sofia())
    caller.post(path, extra(), key="k")
    with time_machine.travel(NOW + timedelta(hours=23, minutes=59), tick=False):
        assert caller.post(path, extra(), key="k").headers["Idempotency-Replayed"] == "true"
    with time_machine.travel(NOW + timedelta(hours=24), tick=False):
        assert caller.post(path, extra(31), key="k").status == 201
    assert adjustments() == 2


def test_old_answers_are_forgotten(api: Api, path: str) -> None:
    caller = api(sofia())
    caller.post(path, extra(), key="old")
    with time_machine.travel(NOW + timedelta(hours=12), tick=False):
        caller.post(path, extra(), key="young")
    with time_machine.travel(NOW + timedelta(hours=24), tick=False):
        assert forget_idempotency_keys() == 1
    assert IdempotencyKey.objects.get().key == "young"


def test_the_longest_key_and_every_visible_character(api: Api, path: str) -> None:
    caller = api(sofia())
    for key in ("".join(map(chr, range(0x21, 0x7F))), "k" * 255):
        assert caller.post(path, extra(), key=key).status == 201
        assert caller.post(path, extra(), key=key).headers["Idempotency-Replayed"] == "true"
    assert adjustments() == 2


class Sender:
    """Posts one adjustment with one key to a running portal."""

    def __init__(self, url: str) -> None:
        now = datetime.now(UTC)
        self.contract: Contract = launch_kit(starts_on=date.today() - timedelta(days=30), now=now)  # noqa: DTZ011
        _row, token = issue_token(person=sofia(), name="Test", now=now)
        self.url = f"{url}/api/v1/contracts/{self.contract.pk}/adjustments/"
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def post(self, key: str, body: dict[str, Any] | None = None) -> requests.Response:
        return requests.post(
            self.url, data=json.dumps(body or extra()), headers=self.headers | {"Idempotency-Key": key}, timeout=30
        )


def test_twenty_at_once_are_one_act(portal_server: str) -> None:
    sender = Sender(portal_server)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: sender.post("at-once"), range(20)))
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409}, [answer.text for answer in answers]
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"idempotency_in_progress"}
    assert adjustments() == 1
    assert sender.post("at-once").status_code == 201
    assert sender.post("at-once", extra(31)).status_code == 422


def test_while_the_first_still_runs_the_second_is_told_so_at_once(portal_server: str) -> None:
    sender = Sender(portal_server)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Contract.objects.select_for_update().get(pk=sender.contract.pk)
        first = pool.submit(sender.post, "held")
        wait_until_a_key_is_claimed()
        second = sender.post("held")
        answered_before_the_first = not first.done()
    assert (second.status_code, second.json()["code"]) == (409, "idempotency_in_progress")
    assert answered_before_the_first
    # The first waits for the contract for as long as locks are waited for: on a slow machine that may be too short.
    assert (first.result().status_code, adjustments()) in {(201, 1), (503, 0)}


def wait_until_a_key_is_claimed() -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    pytest.fail("nobody claimed a key")


def test_without_the_claim_the_same_key_at_once_is_more_than_one_answer(
    portal_server_factory: Callable[..., Any],
) -> None:
    """The negative control: nothing but the claim keeps the losers from errors of our own."""
    sender = Sender(portal_server_factory({"FAULT_POINTS": "skip_lock,after_check=pause:0.2"}).url)
    for attempt in range(20):
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _, key=f"control-{attempt}": sender.post(key), range(8)))
        if {answer.status_code for answer in answers} - {201, 409}:
            return
    pytest.fail("twenty attempts without the claim went well: the test above proves nothing")


def test_an_act_whose_answer_was_lost_with_the_process_is_answered_after_all(
    portal_server: str, portal_server_factory: Callable[..., Any]
) -> None:
    doomed = portal_server_factory({"FAULT_POINTS": "after_commit=kill"})
    sender = Sender(doomed.url)
    with pytest.raises(requests.ConnectionError):
        sender.post("lost")
    assert adjustments() == 1
    sender.url = sender.url.replace(doomed.url, portal_server)
    answer = sender.post("lost")
    assert (answer.status_code, answer.json()["minutes"]) == (201, 30)
    assert adjustments() == 1
