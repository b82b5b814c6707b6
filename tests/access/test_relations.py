"""Every field of the API that names an object, filled with another customer's (RELIABILITY: written foreign keys)."""

from collections.abc import Callable, Generator
from typing import Any

import pytest
import time_machine
from django.test import Client

from customers.models import User
from packages.models import Contract
from tests.access.world import World, knock
from tests.factories import NOW, aino, at, giulia, globex, hanna

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> Generator[World]:
    with time_machine.travel(NOW, tick=False):
        yield World.build()


def refused(person: User, method: str, address: str, body: dict[str, Any]) -> None:
    """The answer is 400, names the field at fault, tells nothing of Acme and writes nothing."""
    client = Client(raise_request_exception=False)
    client.force_login(person)
    heard = knock(client, method, f"/api/v1{address}", body)
    assert (heard.status, heard.writes) == (400, 0), heard
    assert b"does_not_exist" in heard.content, heard
    assert b"Acme" not in heard.content
    assert giulia().email.encode() not in heard.content


def booking(contract: Contract, **different: Any) -> dict[str, Any]:
    body = {
        "contract": contract.pk,
        "session_type": "kickoff",
        "starts_at": at("2026-03-10 10:00").isoformat(),
        "duration_minutes": 60,
        "staff": aino().email,
        "attendees": [{"name": "Hanna", "email": "hanna@globex.example"}],
        "accept_overage": False,
    }
    return {**body, **different}


def entry(contract: Contract, **different: Any) -> dict[str, Any]:
    body = {
        "contract": contract.pk,
        "session_type": "kickoff",
        "started_at": at("2026-02-20 10:00").isoformat(),
        "minutes": 30,
        "note": "",
    }
    return {**body, **different}


@pytest.mark.parametrize("person", [hanna, aino])
@pytest.mark.parametrize("address", ["/sessions/", "/sessions/quote/"])
def test_nobody_books_on_another_customers_contract(world: World, person: Callable[[], User], address: str) -> None:
    refused(person(), "POST", address, booking(world.contract))


@pytest.mark.parametrize("address", ["/sessions/", "/sessions/quote/"])
def test_nobody_books_another_teams_staff(world: World, address: str) -> None:
    refused(hanna(), "POST", address, booking(globex().contracts.get(), staff=giulia().email))


def test_nobody_reads_the_free_times_of_another_customers_team(world: World) -> None:
    address = f"/slots/?contract={world.contract.pk}&session_type=kickoff&from=2026-03-09&to=2026-03-13"
    refused(hanna(), "GET", address, {})


def test_nobody_logs_on_another_customers_contract_or_session(world: World) -> None:
    refused(aino(), "POST", "/time_entries/", entry(world.contract))
    refused(aino(), "POST", "/time_entries/", entry(globex().contracts.get(), session=world.session.pk))
