"""The sweep: every address, every role, GET and POST, against Acme's objects (DOMAIN.md §12)."""

import re
from collections.abc import Generator
from dataclasses import replace

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from customers.domain.roles import Right
from customers.permissions import open_to_everybody
from tests.access.addresses import OF_PACKAGES, Address, addresses, own_addresses
from tests.access.matrix import CALLERS, STRANGERS, rows
from tests.access.world import FORBIDDEN, HIDDEN, PEOPLE, SIGN_IN, World, knock
from tests.factories import NOW

METHODS = ("GET", "POST")


def declares(address: Address) -> bool:
    """Whether a view says who may call it: a right, or that everybody may."""
    return isinstance(address.declared_permission, Right) or address.declared_permission == "everybody"


class TestDeclarations:
    def test_every_view_of_ours_declares_who_may_call_it(self) -> None:
        assert [address.route for address in own_addresses() if not declares(address)] == []

    def test_a_view_that_declares_nothing_is_found(self) -> None:
        undeclared = path("new/", lambda request: HttpResponse())
        declared = path("new/", open_to_everybody(lambda request: HttpResponse()))
        assert not declares(Address("new/", undeclared.callback))
        assert declares(Address("new/", declared.callback))

    def test_only_the_sign_in_and_the_admin_come_from_packages(self) -> None:
        of_packages = [address for address in addresses() if address.of_package]
        assert {address.route.partition("/")[0] + "/" for address in of_packages} == set(OF_PACKAGES)
        assert {address.view.__module__.partition(".")[0] for address in of_packages} <= {
            "allauth",
            "django",
            "oura_success",
        }

    def test_everybody_may_call_nothing_that_names_an_object(self) -> None:
        for address in own_addresses():
            assert address.declared_permission != "everybody" or "<int:" not in address.route, address.route


class TestMatrix:
    def test_has_a_row_for_every_address_and_none_for_what_is_gone(self) -> None:
        assert set(rows()) == {address.route for address in own_addresses()}

    def test_shows_strangers_nothing_of_an_object(self) -> None:
        for route, row in rows().items():
            if row.target != "-":
                for stranger in STRANGERS:
                    assert set(row.answers[stranger]) <= {HIDDEN, "x"}, (route, stranger)

    def test_lets_nobody_in_without_signing_in_but_where_everybody_may(self) -> None:
        everybody = {each.route for each in own_addresses() if each.declared_permission == "everybody"}
        for route, row in rows().items():
            assert (set(row.answers["anonymous"]) == {SIGN_IN}) is (route not in everybody), route


@pytest.fixture
def world(db: None) -> Generator[World]:
    """Acme's objects, on the day on which the examples stand still."""
    with time_machine.travel(NOW, tick=False):
        yield World.build()


def client_of(caller: str) -> Client:
    """A browser in which the caller is signed in."""
    client = Client(raise_request_exception=False)
    if caller in PEOPLE:
        client.force_login(PEOPLE[caller]())
    return client


@pytest.mark.parametrize("caller", CALLERS)
def test_everybody_is_answered_as_the_matrix_says_and_refusals_write_nothing(world: World, caller: str) -> None:
    client, wrong = client_of(caller), []
    for route, row in rows().items():
        for method, expected in zip(METHODS, row.answers[caller], strict=True):
            heard = knock(client, method, world.path(route, row.target))
            refused_but_wrote = heard.answer in (HIDDEN, FORBIDDEN, SIGN_IN) and heard.writes
            tells = caller in STRANGERS and b"Acme" in heard.content
            if heard.answer != expected or heard.status >= 500 or refused_but_wrote or tells:
                wrong.append((method, route, f"expected {expected}", replace(heard, content=b"")))
    assert wrong == []


@pytest.mark.parametrize("stranger", STRANGERS)
def test_another_customers_object_answers_like_one_that_does_not_exist(world: World, stranger: str) -> None:
    client = client_of(stranger)
    for route, row in rows().items():
        if row.target == "-":
            continue
        for method in METHODS:
            theirs = world.path(route, row.target)
            nobodys = theirs.replace(f"/{getattr(world, row.target).pk}/", "/987654/", 1)
            one, other = knock(client, method, theirs), knock(client, method, nobodys)
            assert (one.status, plain(one.content, theirs)) == (other.status, plain(other.content, nobodys)), route


OF_ONE_REQUEST = re.compile(rb"\b(?:[A-Za-z0-9]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")


def plain(content: bytes, path: str) -> bytes:
    """A page without what differs between any two requests: its address, the tokens of its forms, its number."""
    return OF_ONE_REQUEST.sub(b"", content.replace(path.encode(), b""))
