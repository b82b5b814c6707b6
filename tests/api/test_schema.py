"""The OpenAPI description is complete, and its page works without the internet."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from core.problems import PROBLEMS
from core.refusals import Refusal
from oura_success.api_urls import promised

pytestmark = pytest.mark.django_db


@pytest.fixture
def schema(client: Client) -> Any:
    return client.get("/api/schema/").json()


def operations(schema: Any) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, each) for path, methods in schema["paths"].items() for method, each in methods.items()]


def test_the_description_is_valid_and_free_of_warnings(tmp_path: Path) -> None:
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(tmp_path / "schema.yml"))


def test_every_promised_address_is_described(schema: Any) -> None:
    assert len(schema["paths"]) == len(promised)


def test_every_operation_says_what_it_is_for_how_to_sign_in_and_how_it_says_no(schema: Any) -> None:
    for path, method, operation in operations(schema):
        assert operation["description"], (method, path)
        assert {"token": []} in operation["security"], (method, path)
        assert {"401", "404", "429", "503"} <= set(operation["responses"]), (method, path)
        for status, response in operation["responses"].items():
            if status >= "400":
                assert list(response["content"]) == ["application/problem+json"], (method, path, status)


def test_every_act_takes_an_idempotency_key(schema: Any) -> None:
    acts = [(path, operation) for path, method, operation in operations(schema) if method == "post"]
    assert len(acts) > 10
    for path, operation in acts:
        assert "Idempotency-Key" in {parameter["name"] for parameter in operation["parameters"]}, path


def test_the_page_takes_everything_from_this_server(client: Client) -> None:
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert "http://" not in page.content.decode().replace("http://testserver", "")
    assert "https://" not in page.content.decode()
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    script = client.get("/api/docs/?script=")
    assert script.headers["Content-Type"].startswith("application/javascript")
    assert "/api/schema/" in script.content.decode()


def test_every_refusal_of_the_rules_has_a_status() -> None:
    def all_of(kind: type[Refusal]) -> list[type[Refusal]]:
        return [kind, *(each for child in kind.__subclasses__() for each in all_of(child))]

    assert {kind.code for kind in all_of(Refusal)} <= set(PROBLEMS)


def test_the_type_of_a_problem_leads_to_its_meaning(client: Client) -> None:
    problem = client.get("/api/v1/packages/").json()
    path = "/" + problem["type"].split("/", 3)[3]
    assert client.get(path).json() == {"code": "not_signed_in", "status": 401, "title": problem["title"]}
    assert client.get("/api/problems/made-up/").status_code == 404
