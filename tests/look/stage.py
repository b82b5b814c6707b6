"""A browser whose requests Django answers in this very process, on the test's own transaction and its own day."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import time_machine
from django.test import Client
from playwright.sync_api import Browser, Page, Request, Route

ADDRESS = "http://localhost"  # a browser trusts it as it trusts https


@contextmanager
def browser_of(browser: Browser, client: Client, *, now: datetime) -> Iterator[Page]:
    """A page that sees what `client` would get at `now`."""
    context = browser.new_context(base_url=ADDRESS, reduced_motion="reduce")
    context.set_default_timeout(10_000)

    here = copy_context()  # Playwright calls back in a context of its own, where Django would connect anew

    def answer(route: Route) -> None:
        response, body = here.run(_ask, client, route.request, now)
        route.fulfill(status=response.status_code, headers=dict(response.items()), body=body)

    context.route(f"{ADDRESS}/**", answer)
    try:
        yield context.new_page()
    finally:
        context.close()


def _ask(client: Client, request: Request, now: datetime) -> tuple[Any, bytes]:
    asked = urlsplit(request.url)
    with time_machine.travel(now, tick=False):
        response: Any = client.generic(
            request.method,
            f"{asked.path}?{asked.query}" if asked.query else asked.path,
            request.post_data_buffer or b"",
            content_type=request.headers.get("content-type", "application/octet-stream"),
            headers={name: text for name, text in request.headers.items() if name.startswith("hx-")},
        )
        return response, b"".join(response.streaming_content) if response.streaming else response.content
