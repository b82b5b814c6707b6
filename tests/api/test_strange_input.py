"""Whatever is sent, the answer is a problem and never a 500 (RELIABILITY.md)."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.caller import Answer, Caller
from tests.api.world import World
from tests.factories import marta, pekka, sofia

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


READS = [
    "/packages/",
    "/customers/",
    "/contracts/",
    "/terms/",
    "/sessions/",
    "/time_entries/",
    "/rates/",
    "/billing_periods/",
    "/billing_periods/{month}/",
    "/billing_periods/{month}/lines/",
    "/billing_periods/{month}/export/",
    "/contracts/{id}/ledger/",
    "/slots/",
]


def is_no_fault_of_ours(answer: Answer) -> bool:
    return answer.status < 500 and (answer.status < 400 or answer.headers["Content-Type"] == "application/problem+json")


@pytest.mark.parametrize("name", STRANGE_BODIES)
def test_a_strange_body_is_refused_by_every_act(api: Api, name: str) -> None:
    world = World()
    callers = {person: api(person) for person in world.actors()}
    for path, (person, right) in world.acts.items():
        if not right:  # an act that reads no body
            continue
        answer = callers[person].post_raw(world.address_of(path), STRANGE_BODIES[name])
        assert is_no_fault_of_ours(answer), (path, answer.content[:300])
        # A cancellation needs no reason: an object that lacks one is as good as any.
        assert answer.status >= 400 or path.endswith("/cancel/"), (path, answer.content[:300])


@pytest.mark.parametrize("name", STRANGE_VALUES)
def test_a_strange_value_of_any_member_of_any_act_is_no_fault_of_ours(api: Api, name: str) -> None:
    world = World()
    callers = {person: api(person) for person in world.actors()}
    for path, (person, right) in world.acts.items():
        for member in right:
            answer = callers[person].post(world.address_of(path), right | {member: STRANGE_VALUES[name]})
            assert is_no_fault_of_ours(answer), (path, member, answer.content[:300])


@pytest.mark.parametrize(
    "value",
    ["\0", "\u202e", "x" * 10_000, "9" * 100, "-1", "1.5", "0000-00-00", "9999-12-31", "'; --", "%00", "[]", "\ud800"],
    ids=ascii,
)
def test_a_strange_parameter_of_any_list_is_no_fault_of_ours(api: Api, value: str) -> None:
    world = World()
    caller, finance = api(marta()), api(pekka())
    slots = ["contract", "session_type", "from", "to", "duration_minutes", "staff"]
    right = {
        "contract": str(world.objects["contracts"]),
        "session_type": "kickoff",
        "from": "2026-03-10",
        "to": "2026-03-10",
    }
    value = value.encode(errors="surrogatepass").decode(errors="replace") if value == "\ud800" else value
    for path in READS:
        reader = caller if path in ("/slots/", "/terms/") else finance
        own = slots if path == "/slots/" else ["contract", "customer", "format"]
        for name in ("cursor", "page_size", *own):
            answer = reader.get(world.address_of(path), **(right if path == "/slots/" else {}) | {name: value})
            assert is_no_fault_of_ours(answer), (path, name, answer.content[:300])


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "two words", "\t", "naïve", "\N{RIGHT-TO-LEFT OVERRIDE}"])
def test_a_strange_idempotency_key_is_refused(api: Api, key: str) -> None:
    answer = api(sofia()).post("/rates/", {}, key=key)
    assert answer.pointers == {"/Idempotency-Key": "invalid"}


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/xml", "multipart/form-data", "application/json-patch+json", "\u202e"],
)
def test_what_is_not_json_is_415(api: Api, content_type: str) -> None:
    answer = api(sofia()).post_raw("/rates/", b"{}", content_type=content_type)
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;x"])
def test_json_by_any_spelling_of_its_name_is_read(api: Api, content_type: str) -> None:
    assert "/currency" in api(sofia()).post_raw("/rates/", b"{}", content_type=content_type).pointers
