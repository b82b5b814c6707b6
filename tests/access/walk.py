"""Every page that a caller may open, with a real object in it: the matrix's addresses, the sign-in's, and what links
and asking forms of those pages lead to (a time has to be chosen before a booking can be confirmed).

A page that is added gets its row in the matrix, or the sweep fails; so it is walked without being listed here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import time_machine
from django.test import Client
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from tests.access.addresses import addresses
from tests.access.matrix import rows
from tests.access.world import OPEN, World
from tests.factories import NOW

NOWHERE = "/nowhere/"
WITH_SECOND_STEP = "finance"
# Not pages of ours to look at: the API and its documentation, the admin, and what only machines read.
NO_PAGES = re.compile(r"^(?:api/|livez|readyz|admin/|demo/|accounts/logout/)|/download/$|\.\w+$")
# The same for everybody who is signed in: walked as one with a password alone and one with a second step.
ONES_OWN = ("accounts/", "preferences/")
WITH_ONES_OWN = ("anonymous", "admin", WITH_SECOND_STEP)
LEADS = """() => [
    ...[...document.querySelectorAll("main a[href]")].map((link) => link.href),
    ...[...document.querySelectorAll("main form")].filter((form) => form.method === "get").map((form) => {
        form.querySelectorAll("input[type=radio]:enabled").forEach((radio) => {
            if (!form.querySelector(`input[name="${radio.name}"]:checked`)) radio.checked = true;
        });
        return `${form.action.split("?")[0]}?${new URLSearchParams(new FormData(form))}`;
    }),
].filter((address) => address.startsWith(location.origin)).map((address) => address.slice(location.origin.length))"""


@dataclass(frozen=True)
class Pages:
    """The pages of one caller, signed in to `client`, in a world of Acme's objects."""

    caller: str
    client: Client
    world: World

    def walk(self, page: Page) -> Iterator[str]:
        """Open one page of each kind after the other; the caller looks at `page` between two steps."""
        waiting = list(self._of_the_matrix())
        met = {route_of(path) for path in waiting}
        while waiting:
            path = waiting.pop(0)
            if not self._is_page(path):
                met.discard(route_of(path))  # it needs more than its address
                continue
            page.goto(path)
            for lead in page.evaluate(LEADS):
                if route_of(lead) not in met and not self._left_out(route_of(lead)):
                    met.add(route_of(lead))
                    waiting.append(lead.partition("#")[0])
            yield path

    def _of_the_matrix(self) -> Iterator[str]:
        for route, row in rows().items():
            if row.answers[self.caller][0] == OPEN and not self._left_out(route):
                yield self.world.path(route, row.target)
        if self.caller in WITH_ONES_OWN:
            for address in addresses():
                if (
                    address.route.startswith("accounts/")
                    and "<" not in address.route
                    and not self._left_out(address.route)
                ):
                    yield f"/{address.route}"
            yield NOWHERE

    def _left_out(self, route: str) -> bool:
        others = route.startswith(ONES_OWN) and self.caller not in WITH_ONES_OWN
        return bool(NO_PAGES.search(route)) or others

    def _is_page(self, path: str) -> bool:
        """Whether the address answers with a page (one that says no is one too), not with a redirection, a fragment
        or a file."""
        with time_machine.travel(NOW, tick=False):
            response = self.client.get(path)
        assert response.status_code < 500, f"{path} answers {response.status_code} to {self.caller}"
        if path.startswith("/accounts/") and response.status_code == 404:
            return False  # of a second step that is not set up
        moves = 300 <= response.status_code < 400
        return not moves and b"<!doctype html>" in b"".join(response)[:100].lower()


def route_of(path: str) -> str:
    """The route behind an address: the pages of two contracts are of one kind."""
    try:
        return resolve(path.partition("?")[0].partition("#")[0]).route
    except Resolver404:
        return path
