"""Whatever is sent, the answer is a problem and never a 500 (RELIABILITY.md)."""

import json
from collections.abc import Callable

import pytest

from tests.api.caller import Answer, Caller
from tests.api.world import World
from tests.factories import sofia

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
