"""Whom a session is for: the parts of those who come, ticked while booking; advice, never a refusal (DOMAIN.md §3)."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

import tests.factories as f
from core.refusals import InvalidInput
from packages.models import Contract
from sessions.domain.attendees import Guest, missing_roles
from sessions.models import Attendee, ConsultingSession
from tests.sessions.booking_pages import details, form, html_of, signed_in, text_of

pytestmark = pytest.mark.django_db

ADVICE = "Is the right person coming?"
ORDERS = "Orders and hands out rings"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(f.NOW, tick=False):
        yield


@pytest.fixture
def contract() -> Contract:
    return f.launch_kit()


@pytest.fixture
def marta(contract: Contract) -> Client:
    return signed_in(f.marta())


def test_the_page_says_for_whom_and_that_nobody_is_ticked_as_such(contract: Contract, marta: Client) -> None:
    words = text_of(marta.get(details(contract)))
    assert "For: Whoever orders, receives and hands out the rings." in words
    assert ADVICE in words
    assert f"Nobody is ticked as: {ORDERS}." in words


def test_the_advice_goes_once_somebody_who_comes_is_ticked(contract: Contract, marta: Client) -> None:
    me, role = f.marta(), f"{f.marta().pk}:orders"
    assert ADVICE not in text_of(marta.post(details(contract), form(act="keep", members=[me], roles=[role])))
    assert ADVICE in text_of(marta.post(details(contract), form(act="keep", members=[], roles=[role])))
    guest: dict[str, Any] = {"guests-0-roles": ["orders"]}
    answer = marta.post(details(contract), form(act="keep", guests=[("Nora", "nora@guest.example")], **guest))
    assert ADVICE not in text_of(answer)
    assert 'value="nora@guest.example"' in html_of(answer)


def test_it_is_booked_all_the_same_and_parts_are_kept(contract: Contract, marta: Client) -> None:
    guests = [("Nora", "nora@guest.example"), ("Otto", "otto@guest.example")]
    more: dict[str, Any] = {"guests-0-roles": ["orders"], "guests-0-language": "it", "guests-1-language": "en"}
    assert marta.post(details(contract), form(members=[f.marta()], guests=guests, **more)).status_code == 302
    kept = {each.name: (each.roles, each.language) for each in ConsultingSession.objects.get().attendees.all()}
    # English is Acme's own language: Otto follows it.
    assert kept == {"Marta Ferri": ([], ""), "Nora": (["orders"], "it"), "Otto": ([], "")}


def test_people_keep_their_part_for_the_next_booking(contract: Contract, marta: Client) -> None:
    marta.post(details(contract), form(members=[f.marta()], roles=[f"{f.marta().pk}:orders"]))
    again = marta.get(details(contract, "2026-03-10 10:00"))
    assert f'value="{f.marta().pk}:orders" checked' in html_of(again)
    assert ADVICE not in text_of(again)


def test_a_part_that_the_type_does_not_ask_for_is_not_offered(contract: Contract, marta: Client) -> None:
    page = html_of(marta.get(details(contract, type="supplementary-training")))
    assert 'name="roles"' not in page
    assert ADVICE not in page
    strange = marta.post(details(contract), form(members=[f.marta()], roles=[f"{f.marta().pk}:software"]))
    assert strange.status_code == 422
    assert not Attendee.objects.exists()


def test_a_language_alone_is_no_guest(contract: Contract, marta: Client) -> None:
    more = {"guests-0-language": "it"}
    assert marta.post(details(contract), form(members=[f.marta()], guests=[("", "")], **more)).status_code == 302
    assert ConsultingSession.objects.get().attendees.count() == 1


@pytest.mark.parametrize("strange", [{"roles": ("king",)}, {"language": "xx"}])
def test_unknown_parts_and_languages_are_refused(contract: Contract, strange: dict[str, object]) -> None:
    guest = Guest("Nora", "nora@guest.example", **strange)  # type: ignore[arg-type]  # a table of arguments
    with pytest.raises(InvalidInput):
        f.booked(contract, "kickoff", 60, "2026-03-09 10:00", attendees=[guest])


def test_what_is_missing_follows_the_type() -> None:
    assert missing_roles("kickoff", ["orders"]) == ["programme"]
    assert missing_roles("software-training", []) == ["software"]
    assert missing_roles("supplementary-training", []) == []
