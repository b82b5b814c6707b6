"""Callers of the API: a person with a token, and the day on which the examples stand still."""

from collections.abc import Callable, Generator

import pytest
import time_machine

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
    """`api(marta())` calls as Marta; `api(marta(), read_only=True)` with a token that may only read."""

    def call_as(person: User, *, read_only: bool = False) -> Caller:
        return Caller.of(person, read_only=read_only)

    return call_as
