"""The pages that a person can open, found from the addresses of the URLconf and from link to link."""

from collections import deque
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

from tests.access.addresses import own_addresses
from tests.access.matrix import rows
from tests.access.world import OPEN, World
from tests.sweep.forms import Form, read

HOST = "http://testserver"
NO_PAGES = ("api/", "livez", "readyz", "admin/", "accounts/")
MOST_PAGES = 300


def starts(world: World, persona: str) -> list[str]:
    """The addresses that the matrix opens to them, with Acme's objects."""
    open_to_them = {route for route, row in rows().items() if row.answers[persona][0] == OPEN}
    routes = [address.route for address in own_addresses() if address.route in open_to_them]
    return [world.path(route, rows()[route].target) for route in routes if not route.startswith(NO_PAGES)]


def sweeper_of(form: Form, side: Sequence[str]) -> str | None:
    """Who of one side sends nonsense through `form`: the first to whom its address is open."""
    method = 0 if form.method == "get" else 1
    row = rows().get(resolve(urlsplit(form.action).path).route)
    return next((persona for persona in side if row is not None and row.answers[persona][method] == OPEN), None)


def forms_open_to(client: Client, world: World, persona: str) -> Iterator[Form]:
    """Every form that the persona meets, each shape once."""
    waiting, known, shapes = deque(starts(world, persona)), set[tuple[str, ...]](), set[object]()
    while waiting and len(known) < MOST_PAGES:
        address = waiting.popleft()
        if (page := shape_of(address)) is None or page in known:
            continue
        known.add(page)
        response = client.get(address, follow=True)
        if response.status_code != 200 or not response.headers["Content-Type"].startswith("text/html"):
            b"".join(response)  # a file is closed when it was read to its end
            continue
        asked = response.request
        query = f"?{asked['QUERY_STRING']}" if asked["QUERY_STRING"] else ""
        forms, links = read(response.content.decode(), f"{HOST}{asked['PATH_INFO']}{query}")
        waiting.extend(link.removeprefix(HOST) for link in links if link.startswith(f"{HOST}/"))
        for form in forms:
            if form.method == "get":
                waiting.append(f"{urlsplit(form.action).path}?{urlencode(form.filled(), doseq=True)}")
            if form.shape not in shapes and form.action.startswith(HOST):
                shapes.add(form.shape)
                yield form


def shape_of(address: str) -> tuple[str, ...] | None:
    """The route of an address with the names of its query: pages that differ in values alone are visited once."""
    parts = urlsplit(address)
    try:
        route = resolve(parts.path).route
    except Resolver404:
        return None
    if route.startswith(NO_PAGES):
        return None
    return route, *sorted(name for name, _value in parse_qsl(parts.query, keep_blank_values=True))
