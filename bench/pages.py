"""Every page that a role is led to: its queries, its bytes, and its time beside the bare view's."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve

from bench import client
from bench.client import Request
from customers.models import User

LINK = re.compile(r'(?:href|action)="(/[^"#]*)"')
NO_PAGES = re.compile(r"^/(?:api|admin|accounts|static|demo)\b|\.\w+$|/download/$|format=")
BACKEND = "customers.authentication.PortalBackend"
TIMES = 15
MOST_QUERIES, MOST_KILOBYTES, MOST_TIMES_THE_FLOOR = 15, 100, 20


@dataclass(frozen=True)
class PageCost:
    """One page of one role; `ratio` to the bare view of a hundred rows."""

    role: str
    path: str
    queries: int
    kilobytes: float
    ratio: float

    @property
    def is_within(self) -> bool:
        """Whether it keeps to what a page may cost."""
        return self.queries <= MOST_QUERIES and self.kilobytes <= MOST_KILOBYTES and self.ratio <= MOST_TIMES_THE_FLOOR


def signed_in(person: User) -> Client:
    """A browser in which `person` is signed in."""
    browser = Client(raise_request_exception=False, headers={"host": "127.0.0.1"})
    browser.force_login(person, backend=BACKEND)
    return browser


def cookie_of(browser: Client) -> str:
    """What a browser sends along."""
    return "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())


def costs(url: str, roles: Sequence[tuple[str, User]], floor: client.Run) -> Iterator[PageCost]:
    """Walk the pages of each role and measure one of each kind."""
    for role, person in roles:
        browser = signed_in(person)
        cookie = cookie_of(browser)
        for path, queries, size in _walk(browser):
            timed = client.run(url, partial(_ask, path, cookie), requests=TIMES)
            yield PageCost(role, path, queries, size / 1000, timed.p50 / floor.p50)


def _ask(path: str, cookie: str, _number: int) -> Request:
    return Request(path, headers={"Cookie": cookie})


def _walk(browser: Client) -> Iterator[tuple[str, int, int]]:
    waiting, met = ["/"], {"/"}
    while waiting:
        path = waiting.pop(0)
        browser.get(path)  # what is made once a process is not the page's
        with CaptureQueriesContext(connection) as asked:
            response = browser.get(path)
        if response.status_code != HTTPStatus.OK or not response.headers["Content-Type"].startswith("text/html"):
            continue
        page = response.content.decode()
        yield path, len(asked), len(response.content)
        for link in LINK.findall(page):
            address = link.replace("&amp;", "&")
            kind = _kind(address)
            if kind and kind not in met:
                met.add(kind)
                waiting.append(address)


def _kind(address: str) -> str:
    """The route of an address of a page; empty for what is none."""
    if NO_PAGES.search(address):
        return ""
    try:
        return resolve(address.partition("?")[0]).route
    except Resolver404:
        return ""
