"""Whatever is sent, the answer is a problem and never a 500 (RELIABILITY.md)."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.caller import Answer, Caller
from tests.factories import booked, giulia, launch_kit, logged, marta, pekka, rate, sofia

pytestmark = pytest.mark.django_db

Api = Callable[..., Caller]

STRANGE_BODIES: dict[str, bytes] = {
    "nothing": b"",
    "spaces": b"   ",
    "no JSON": b"minutes=5",
    "half": b'{"minutes": ',
    "two values": b"{} {}",
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"reason": "x"}'.encode("utf-16"),
    "not UTF-8": b'{"reason": "\xff\xfe"}',
    "overlong UTF-8": b'{"reason": "\xc0\x80"}',
    "null": b"null",
    "a list": b"[]",
    "a list of lists": b"[[[[]]]]",
    "a string": b'"x"',
    "a number": b"7",
    "true": b"true",
    "NaN": b'{"minutes": NaN}',
    "Infinity": b'{"minutes": -Infinity}',
    "1e400": b'{"minutes": 1e400}',
    "many digits": b'{"minutes": ' + b"9" * 5000 + b"}",
    "many decimals": b'{"hourly_rate": 0.' + b"1" * 5000 + b"}",
    "a large exponent": b'{"hourly_rate": 1e308}',
    "a small exponent": b'{"hourly_rate": 1e-99999999}',
    "deep lists": b"[" * 10_000 + b"]" * 10_000,
    "very deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "deeper than we read": b'{"reason": ' + b"[" * 30 + b"]" * 30 + b"}",
    "NUL": b'{"reason": "a\\u0000b"}',
    "NUL in a name": b'{"a\\u0000": 1}',
    "a lone surrogate": b'{"reason": "\\ud800"}',
    "a lone low surrogate in a name": b'{"\\udc00": 1}',
    "a name twice": b'{"minutes": 5, "minutes": 6}',
    "1 MB of text": b'{"reason": "' + b"x" * 1_000_000 + b'"}',
    "1 MB of names": json.dumps({f"n{n}": n for n in range(80_000)}).encode(),
}

STRANGE_VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "an empty text": "",
    "a number": 7,
    "a negative number": -1,
    "beyond bigint": 2**64,
    "a fraction": 1.5,
    "a text": "x",
    "a number as text": "45",
    "a right-to-left override": "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
    "a control character": "a\x0bb",
    "10,000 letters": "x" * 10_000,
    "a list": [],
    "a list of itself": [["x"], {"x": []}],
    "an object": {"x": {"y": None}},
    "year 0": "0000-00-00",
    "year 9999": "9999-12-31",
    "the end of time": "9999-12-31T23:59:59.999999-23:59",
    "the beginning of time": "0001-01-01T00:00:00+23:59",
    "an offset that is none": "2026-03-10T10:00:00+99:99",
    "a time that is none": "2026-02-30T25:61:61Z",
    "a leap second": "2026-06-30T23:59:60Z",
}


class World:
    """One contract with a session and an entry, and every act of the API on them with a body that would be accepted."""

    def __init__(self) -> None:
        contract = launch_kit()
        rate("EUR", "150.00")
        entry = logged(contract, "kickoff", 30, "2026-02-03 10:00").entry
        session = booked(contract, "operations", 60, "2026-03-12 10:00").pk
        meeting = {
            "contract": contract.pk,
            "session_type": "operations",
            "starts_at": "2026-03-10T10:00:00+01:00",
            "duration_minutes": 60,
            "staff": giulia().email,
            "attendees": [{"name": "Marta", "email": marta().email}],
            "accept_overage": False,
            "quote": "",
            "message": "Hello",
        }
        time = {"started_at": "2026-02-04T10:00:00+01:00", "minutes": 30, "note": "Hello", "internal_note": "Hello"}
        self.acts: dict[str, dict[str, Any]] = {
            "/customers/": {
                "name": "Initech",
                "country": "DE",
                "time_zone": "Europe/Berlin",
                "language": "en",
                "currency": "EUR",
                "lead": giulia().email,
                "primary_contact": "bill@initech.example",
            },
            "/contracts/": {
                "customer": contract.customer_id,
                "package": "launch-kit",
                "start_date": "2026-03-02",
                "end_date": "2027-03-01",
                "lead": giulia().email,
            },
            f"/contracts/{contract.pk}/adjustments/": {"minutes": 5, "reason": "Hello"},
            f"/contracts/{contract.pk}/accept_terms/": {"version": "1", "language": "en"},
            "/sessions/quote/": meeting,
            "/sessions/": meeting,
            f"/sessions/{session}/cancel/": {"reason": "Hello"},
            f"/sessions/{session}/no_show/": {"reason": "Hello", "missing": "Marta"},
            f"/sessions/{session}/log/": time | {"reason": "Hello"},
            "/time_entries/": {"contract": contract.pk, "session_type": "kickoff", "session": None, **time},
            f"/time_entries/{entry.pk}/reverse/": {"reason": "Hello"},
            f"/time_entries/{entry.pk}/waive/": {"reason": "Hello"},
            f"/time_entries/{entry.pk}/refuse_waiver/": {"reason": "Hello"},
            "/rates/": {"currency": "EUR", "hourly_rate": "150.00", "valid_from": "2026-03-10", "contract": None},
        }
        self.reads = [
            "/packages/",
            "/customers/",
            "/contracts/",
            "/terms/",
            "/sessions/",
            "/time_entries/",
            "/rates/",
            "/billing_periods/",
            "/billing_periods/2026-02/",
            "/billing_periods/2026-02/lines/",
            "/billing_periods/2026-02/export/",
            f"/contracts/{contract.pk}/ledger/",
            "/slots/",
        ]


def is_no_fault_of_ours(answer: Answer) -> bool:
    return answer.status < 500 and (answer.status < 400 or answer.headers["Content-Type"] == "application/problem+json")


@pytest.mark.parametrize("name", STRANGE_BODIES)
def test_a_strange_body_is_refused_by_every_act(api: Api, name: str) -> None:
    world = World()
    callers = [api(person) for person in (sofia(), giulia(), marta())]
    for path, right in world.acts.items():
        for caller in callers:
            answer = caller.post_raw(path, STRANGE_BODIES[name])
            assert 400 <= answer.status < 500 or _asks_for_nothing(right, path, name), (path, answer.content[:300])
            assert is_no_fault_of_ours(answer), (path, answer.content[:300])


def _asks_for_nothing(right: dict[str, Any], path: str, name: str) -> bool:
    """A cancellation needs no reason, so a body without one that is JSON is as good as any."""
    return path.endswith("/cancel/") and name in {"nothing", "1 MB of names", "a large exponent", "many decimals"}


@pytest.mark.parametrize("name", STRANGE_VALUES)
def test_a_strange_value_of_any_member_of_any_act_is_no_fault_of_ours(api: Api, name: str) -> None:
    world = World()
    callers = [api(person) for person in (sofia(), giulia(), marta())]
    for path, right in world.acts.items():
        for member in right:
            for caller in callers:
                answer = caller.post(path, right | {member: STRANGE_VALUES[name]})
                assert is_no_fault_of_ours(answer), (path, member, answer.content[:300])


@pytest.mark.parametrize(
    "value",
    ["\0", "\u202e", "x" * 10_000, "9" * 100, "-1", "1.5", "0000-00-00", "9999-12-31", "'; --", "%00", "[]", "\ud800"],
    ids=ascii,
)
def test_a_strange_parameter_of_any_list_is_no_fault_of_ours(api: Api, value: str) -> None:
    world = World()
    callers = [api(person) for person in (sofia(), pekka(), marta())]
    names = ["cursor", "page_size", "contract", "session_type", "from", "to", "duration_minutes", "staff", "format"]
    right = {"contract": "1", "session_type": "kickoff", "from": "2026-03-10", "to": "2026-03-10"}
    value = value.encode(errors="surrogatepass").decode(errors="replace") if value == "\ud800" else value
    for path in world.reads:
        for caller in callers:
            for name in names:
                answer = caller.get(path, **(right if path == "/slots/" else {}) | {name: value})
                assert is_no_fault_of_ours(answer), (path, name, answer.content[:300])


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "two words", "\t", "naïve", "\N{RIGHT-TO-LEFT OVERRIDE}"])
def test_a_strange_idempotency_key_is_refused(api: Api, key: str) -> None:
    answer = api(sofia()).post("/rates/", {}, key=key)
    assert answer.pointers == {"/Idempotency-Key": "invalid"}


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/xml", "multipart/form-data", "application/json-patch+json", "\u202e"]
)
def test_what_is_not_json_is_415(api: Api, content_type: str) -> None:
    answer = api(sofia()).post_raw("/rates/", b"{}", content_type=content_type)
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;x"])
def test_json_by_any_spelling_of_its_name_is_read(api: Api, content_type: str) -> None:
    assert "/currency" in api(sofia()).post_raw("/rates/", b"{}", content_type=content_type).pointers
