"""The browser of the tests: a Chromium that is really there, on the portal's real web server."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from customers.models import User
from dev import browser
from dev.failures import LauncherError


def test_a_real_chromium_opens_the_sign_in_page(page: Page, portal_server: str) -> None:
    answer = page.goto(f"{portal_server}/accounts/login/")
    assert answer is not None
    assert answer.ok
    assert page.locator("form").count() >= 1
    assert User.objects.count() == 0  # the ORM works beside Playwright's event loop


def test_a_chromium_that_is_named_wrongly_is_not_replaced_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    with pytest.raises(LauncherError, match="CHROMIUM names /nowhere/chromium"):
        browser.ensure_chromium()


def test_the_named_chromium_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/bin/sh")
    assert browser.find_chromium() == Path("/bin/sh")
