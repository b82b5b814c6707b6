"""Thousands of calls made up from the API's own description: what it promises holds, and what it forbids is refused.

Each role makes right and wrong calls to every operation, more than 5,000 altogether; each call is undone.
Right calls are helped to matter: some name objects that exist and repeat members of a body that is known to be right.
"""

from collections import Counter
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
import time_machine
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection, transaction
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from customers.domain.tokens import issue_token
from customers.models import User
from tests.api.caller import V1
from tests.api.world import World
from tests.factories import NOW, giulia, marta, pekka, sofia

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

AnyCase = Case[Any]
AnyOperation = APIOperation[Any, Any, Any, Any]

ROLES: dict[str, Callable[[], User]] = {
    "customer admin": marta,
    "account manager": giulia,
    "operations": sofia,
    "finance": pekka,
}
CALLS_AN_OPERATION = 20
CALLS_A_TEST = 625
"""Of the eight tests below: 5,000 together."""
NOT_ASKED = [
    positive_data_acceptance,  # right by its description may still be wrong: an id of nobody, a date long gone
    ignored_auth,  # tests/access knocks at every address without signing in
]
PROBLEM = "application/problem+json"
PORTAL = get_wsgi_application()


@pytest.fixture
def world(db: None) -> Generator[World]:
    """A contract with a bit of everything, and a connection that the end of a request leaves open, as Django's own
    test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        with time_machine.travel(NOW, tick=False), override_settings(API_CALLS_PER_MINUTE=0):
            with connection.cursor() as cursor:  # making up calls takes its time, and all of it is one transaction
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            yield World()
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def answered_whole(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
    """The portal, with each answer read to its end and closed as a server does it: files are answered in pieces."""
    response = PORTAL(environ, start_response)
    try:
        return [b"".join(response)]
    finally:
        response.close()


class Stranger:
    """Somebody who knows nothing of the API but its description, and calls it as a person."""

    def __init__(self, person: User, world: World) -> None:
        _row, token = issue_token(person=person, name="Stranger", now=NOW)
        self.headers = {"Authorization": f"Bearer {token}"}
        self.world = world
        self.answers: Counter[int] = Counter()
        self.faults: dict[str, str] = {}

    def call(self, operation: AnyOperation, mode: GenerationMode) -> None:
        """Make calls to one operation, right or wrong ones as its description has them; what is amiss is kept."""
        cases = operation.as_strategy(generation_mode=mode)
        if path := self.world.parameters_of(operation.path):
            cases |= operation.as_strategy(generation_mode=mode, path_parameters=path)
        is_act = operation.method.upper() == "POST"
        right = self.world.acts[operation.path.removeprefix(V1)][1] if is_act else {}
        known = st.sets(st.sampled_from(sorted(right))) if right else st.just(set[str]())

        @settings(max_examples=CALLS_AN_OPERATION, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(case=cases, repeated=known)
        def one(case: AnyCase, repeated: set[str]) -> None:
            if mode is GenerationMode.POSITIVE and isinstance(case.body, dict):
                case.body = {**case.body, **{name: right[name] for name in repeated}}
            self._send(case)

        one()

    def _send(self, case: AnyCase) -> None:
        with transaction.atomic():
            response = case.call(headers=self.headers)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what the database would check at the commit
            transaction.set_rollback(True)
        self.answers[response.status_code] += 1
        try:
            case.validate_response(response, headers=self.headers, excluded_checks=NOT_ASKED)
        except FailureGroup as failures:
            for failure in failures.exceptions:
                self.faults.setdefault(f"{case.operation.label} {type(failure).__name__}", str(failures))
        if response.headers["content-type"] == [PROBLEM]:
            self._check_code(case, response.status_code, response.json()["code"])

    def _check_code(self, case: AnyCase, status: int, code: str) -> None:
        described = case.operation.definition.raw["responses"].get(str(status), {})
        if code not in described.get("content", {}).get(PROBLEM, {}).get("examples", {}):
            self.faults.setdefault(f"{case.operation.label} undescribed code {code}", str(case.body))


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
@pytest.mark.parametrize("role", ROLES)
def test_whatever_a_stranger_sends_is_answered_as_described(world: World, role: str, mode: GenerationMode) -> None:
    stranger = Stranger(ROLES[role](), world)
    schema = schemathesis.openapi.from_wsgi("/api/schema/", answered_whole)
    for operation in schema.get_all_operations():
        assert isinstance(operation, Ok)
        stranger.call(operation.ok(), mode)
    assert stranger.faults == {}
    assert stranger.answers.total() >= CALLS_A_TEST
    assert {200, 400, 404} <= set(stranger.answers)
    assert mode is GenerationMode.NEGATIVE or role == "finance" or 201 in stranger.answers
