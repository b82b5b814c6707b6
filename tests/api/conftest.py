"""Callers of the API: a person with a token, and the day on which the examples stand still."""

from collections.abc import Callable, Collection, Generator

import pytest
import time_machine

from customers.domain.tokens import EVERY_SCOPE
from customers.models import User
from tests.api.caller import Caller
from tests.factories import NOW


@pytest.fixture
def today() -> Generator[None]:
    """It is 2 March 2026, 09:00 in Rome."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def api(db: None, today: None) -> Callable[..., Caller]:
    """`api(marta())` calls as Marta; `api(marta(), scopes=READ_ONLY)` with a token that may only read."""

    def call_as(person: User, *, scopes: Collection[str] = EVERY_SCOPE) -> Caller:
        return Caller.of(person, scopes=scopes)

    return call_as
