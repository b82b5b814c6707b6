"""What the tests of booking's pages share: a clock that stands at `NOW`, and the addresses and posts of a browser."""

import re
from collections.abc import Sequence
from html import unescape
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

import tests.factories as f
from customers.models import User
from packages.models import Contract


def signed_in(person: User) -> Client:
    """A browser in which `person` is signed in."""
    client = Client()
    client.force_login(person)
    return client


def address(page: str, contract: Contract, **chosen: Any) -> str:
    """One of booking's screens with what was chosen: an hour of operations with Giulia where nothing else is said."""
    query = {"type": "operations", "minutes": "60", "staff": str(f.giulia().pk), **chosen}
    return f"{reverse(f'sessions:{page}', args=[contract.pk])}?{urlencode(query)}"


def details(contract: Contract, wall: str = "2026-03-09 10:00", **chosen: Any) -> str:
    """The last screen for a time of the contract's wall clock."""
    return address("book-details", contract, starts=f.at(wall, contract.time_zone).isoformat(), **chosen)


def html_of(response: HttpResponseBase) -> str:
    """The markup of a page."""
    assert isinstance(response, HttpResponse)
    return response.content.decode()


def text_of(response: HttpResponseBase) -> str:
    """The words of a page, without its markup."""
    words = re.sub(r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", " ", html_of(response), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(words))


def sealed_quote(response: HttpResponseBase) -> str:
    """The quote that a page carries in its form."""
    found = re.search(r'name="quote" value="([^"]*)"', html_of(response))
    assert found is not None, "the page carries no quote"
    return unescape(found[1])


def form(
    *,
    act: str = "book",
    members: Sequence[User] = (),
    guests: Sequence[tuple[str, str]] = (),
    **more: Any,
) -> dict[str, Any]:
    """What the browser posts from the last screen."""
    rows = {
        f"guests-{number}-{name}": value
        for number, guest in enumerate(guests)
        for name, value in zip(("name", "email"), guest, strict=True)
    }
    return {
        "act": act,
        "members": [person.pk for person in members],
        "guests-TOTAL_FORMS": str(len(guests)),
        "guests-INITIAL_FORMS": "0",
        **rows,
        **more,
    }
