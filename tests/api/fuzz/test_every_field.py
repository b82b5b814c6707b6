"""Every field of every call, found in the description, filled with everything that it should not hold.

Whatever is accepted is right by the description; whatever is refused is a clear problem that wrote nothing and owes
nobody a mail.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from tests.api.caller import V1, Answer, Caller
from tests.api.world import World
from tests.factories import aino, globex, hanna, launch_kit, marta, pekka, sofia

pytestmark = pytest.mark.django_db

Api = Callable[..., Caller]
Json = dict[str, Any]

NOBODYS_ID = 987_654
NO_JSON = {
    "NaN": "NaN",
    "minus infinity": "-Infinity",
    "1e400": "1e400",
    "a lone surrogate": r'"\ud800"',
    "NUL": r'"a\u0000b"',
    "half a text": '"x',
    "nested 10,000 deep": "[" * 10_000 + "]" * 10_000,
}
VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "empty": "",
    "spaces": "   ",
    "zero": 0,
    "negative": -1,
    "huge": 2**64,
    "1 and 5,000 zeros": 10**4000,
    "a fraction": 1.5,
    "a text": "x",
    "a number as text": "45",
    "a right-to-left override": "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
    "a control character": "a\x0bb",
    "10,000 letters": "x" * 10_000,
    "1 MB": "x" * 1_000_000,
    "a list": [],
    "a list of itself": [["x"], {"x": []}],
    "an object": {"x": {"y": None}},
    "year 0": "0000-00-00",
    "year 9999": "9999-12-31",
    "the end of time": "9999-12-31T23:59:59.999999-23:59",
    "no such offset": "2026-03-10T10:00:00+99:99",
    "no such time": "2026-02-30T25:61:61Z",
    "a leap second": "2026-06-30T23:59:60Z",
    "an hour that the clocks skip": "2026-03-29T02:30:00",
}
PARAMETERS = ["", "\0", "\u202e", "x" * 10_000, "9" * 100, "-1", "1.5", "0000-00-00", "9999-12-31", "'; --", "[]"]
FIRST = "the first item"
IDS = {"contract", "customer", "session"}


class Description:
    """The OpenAPI document, and whether a value is right by it."""

    def __init__(self) -> None:
        self.document: Json = Client().get("/api/schema/").json()

    def operations(self, method: str) -> Iterator[tuple[str, Json]]:
        """Paths below `/api/v1` with what is said of `method` there."""
        for path, methods in self.document["paths"].items():
            if method in methods:
                yield path.removeprefix(V1), methods[method]

    def body_of(self, operation: Json) -> Json:
        """The schema of an operation's body; an act that reads none has no members."""
        if "requestBody" not in operation:
            return {"properties": {}}
        reference: str = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        found: Json = self.document["components"]["schemas"][reference.rpartition("/")[2]]
        return found

    def takes(self, schema: Json, value: Any) -> bool:
        """Whether `value` is right by `schema`."""
        whole = {**_nullable_spelt_out(schema), "components": _nullable_spelt_out(self.document["components"])}
        return bool(jsonschema.Draft4Validator(whole).is_valid(value))


def _nullable_spelt_out(part: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema has the type null."""
    if isinstance(part, list):
        return [_nullable_spelt_out(each) for each in part]
    if not isinstance(part, dict):
        return part
    inner = {name: _nullable_spelt_out(each) for name, each in part.items() if name != "nullable"}
    return {"anyOf": [inner, {"type": "null"}]} if part.get("nullable") is True else inner


def fingerprint() -> list[tuple[str, int, int]]:
    """Each table with its number of rows and a sum over all that they hold; a token's last use apart."""
    tables = sorted({model._meta.db_table for model in apps.get_models()} - {"api_tokens", "django_session"})
    each = [f"SELECT '{table}', count(*), coalesce(sum(hashtext(t::text)), 0) FROM {table} t" for table in tables]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        rows: list[tuple[str, int, int]] = cursor.fetchall()
        return rows


def sent(caller: Caller, path: str, body: str) -> Answer:
    """The answer to a body; what was accepted is undone, what a refusal wrote would stay."""
    point = transaction.savepoint()
    answer = caller.post_raw(path, body.encode())
    if answer.status < 400:
        transaction.savepoint_rollback(point)
    else:
        transaction.savepoint_commit(point)
    return answer


def with_member(right: Json, place: tuple[str, ...], raw: str) -> str:
    """The right body as JSON with `raw` in the place of one member: of the body, the first of a list, or one in it."""
    mark = "«here»"
    name, *inner = place
    first = inner and ({**right[name][0], inner[0]: mark} if inner[0] != FIRST else mark)
    value = [first, *right[name][1:]] if inner else mark
    return json.dumps(right | {name: value}, ensure_ascii=False).replace(f'"{mark}"', raw)


def places_of(right: Json) -> Iterator[tuple[str, ...]]:
    """Every member of a right body, the first item of its lists, and what that holds where it is an object."""
    for name, value in right.items():
        yield (name,)
        if isinstance(value, list):
            yield name, FIRST
            yield from ((name, inner) for inner in value[0] if isinstance(value[0], dict))


def is_clear(answer: Answer) -> bool:
    """Whether a refusal is a problem that says what is wrong."""
    return 400 <= answer.status < 500 and bool(answer.code) and len(answer.body["detail"]) > 5


class TestBodies:
    def test_every_act_of_the_description_is_swept(self, api: Api) -> None:
        assert set(World().acts) == {path for path, _operation in Description().operations("post")}

    def test_a_right_body_names_every_member(self, api: Api) -> None:
        description, world = Description(), World()
        for path, operation in description.operations("post"):
            schema = description.body_of(operation)
            right = world.acts[path][1]
            assert set(schema["properties"]) == set(right), path
            assert description.takes(schema, right), path

    @pytest.mark.parametrize("kind", [*VALUES, *NO_JSON])
    def test_whatever_a_member_holds_is_right_or_refused_and_leaves_nothing(self, api: Api, kind: str) -> None:
        description, world = Description(), World()
        callers = {person: api(person) for person in world.actors()}
        before = fingerprint()
        for path, operation in description.operations("post"):
            person, right = world.acts[path]
            for place in places_of(right):
                body = with_member(right, place, NO_JSON.get(kind) or json.dumps(VALUES[kind], ensure_ascii=False))
                answer = sent(callers[person], world.address_of(path), body)
                asked = (path, place, answer.status, answer.content[:300])
                if answer.status < 300:
                    assert kind not in NO_JSON, asked
                    assert description.takes(description.body_of(operation), json.loads(body)), asked
                else:
                    assert is_clear(answer), asked
        assert fingerprint() == before

    def test_another_customers_object_and_nobodys_are_refused_alike(self, api: Api) -> None:
        description, world = Description(), World()
        hanna()
        theirs = launch_kit(globex(), dedicated=aino())
        foreign = {"contract": theirs.pk, "customer": globex().pk, "session": NOBODYS_ID}
        callers = {person: api(person) for person in world.actors() if person != sofia()}
        before, swept = fingerprint(), 0
        for path, _operation in description.operations("post"):
            person, right = world.acts[path]
            for name in IDS & set(right) if person in callers else ():
                answers = [
                    sent(callers[person], world.address_of(path), json.dumps(right | {name: value}))
                    for value in (foreign[name], NOBODYS_ID)
                ]
                assert [answer.pointers for answer in answers] == [{f"/{name}": "does_not_exist"}] * 2, (path, name)
                assert answers[0].content == answers[1].content
                swept += 1
        assert swept >= 4
        assert fingerprint() == before

    @pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data", ""])
    def test_no_act_takes_anything_but_json(self, api: Api, content_type: str) -> None:
        world = World()
        callers = {person: api(person) for person in world.actors()}
        before = fingerprint()
        for path, (person, right) in world.acts.items():
            if not right:  # an act that reads no body
                continue
            body = json.dumps(right).encode()
            answer = callers[person].post_raw(world.address_of(path), body, content_type=content_type)
            assert (answer.status, answer.code) == (415, "unsupported_media_type"), path
        assert fingerprint() == before


class TestParameters:
    @pytest.mark.parametrize("value", PARAMETERS, ids=lambda value: ascii(value)[:20])
    def test_whatever_a_parameter_holds_is_right_or_refused(self, api: Api, value: str) -> None:
        description, world = Description(), World()
        readers = {"customer": api(marta()), "finance": api(pekka())}
        right = {
            "contract": str(world.objects["contracts"]),
            "session_type": "kickoff",
            "from": "2026-03-10",
            "to": "2026-03-10",
        }
        before, swept = fingerprint(), 0
        for path, operation in description.operations("get"):
            reader: Caller = readers["customer" if path == "/slots/" else "finance"]
            for parameter in (each for each in operation.get("parameters", []) if each["in"] == "query"):
                needed = right if path == "/slots/" else {}
                answer = reader.get(world.address_of(path), **needed | {parameter["name"]: value})
                asked = (path, parameter["name"], answer.status, answer.content[:300])
                swept += 1
                if answer.status == 200:
                    left_out = value == "" and not parameter.get("required")
                    assert left_out or description.takes(parameter["schema"], _read(value, parameter)), asked
                else:
                    assert is_clear(answer), asked
        assert swept > 20
        assert fingerprint() == before

    @pytest.mark.parametrize("name", ["0", "-1", str(NOBODYS_ID), "9" * 30, "x", "1.5", "%00", "%ff", "2026-13", "١"])
    def test_a_path_that_names_nothing_is_404(self, api: Api, name: str) -> None:
        World()
        description, caller = Description(), api(sofia())
        for method in ("get", "post"):
            for path, _operation in description.operations(method):
                if "{" in path and "month" not in path:
                    answer = caller.call(method.upper(), path.replace("{id}", name))
                    assert (answer.status, answer.code) == (404, "not_found"), path


def _read(value: str, parameter: Json) -> Any:
    """The parameter's value as its schema means it."""
    is_number = parameter["schema"].get("type") == "integer" and value.lstrip("-").isdecimal()
    return int(value) if is_number else value
