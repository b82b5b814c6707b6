"""Somebody who is signed in to running web processes, in a real Chromium."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from customers.models import User


@contextmanager
def visitor(browser: Browser, url: str, person: User, **options: Any) -> Iterator[Page]:
    """A page of `person` on the portal at `url`; `options` as for a browser's context."""
    client = Client()
    client.force_login(person, backend="customers.authentication.PortalBackend")
    name = settings.SESSION_COOKIE_NAME
    context = browser.new_context(base_url=url, reduced_motion="reduce", **options)
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
    try:
        yield context.new_page()
    finally:
        context.close()
