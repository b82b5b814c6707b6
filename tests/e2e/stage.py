"""What the walks share: a browser in which somebody signs in, and which notes what goes wrong behind the page."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response, ViewportSize, expect

from customers.models import User
from tests import factories

ROME = "Europe/Rome"
DESK: ViewportSize = {"width": 1280, "height": 900}
SIGN_IN = {"en": ("E-mail", "Password", "Sign in"), "it": ("E-mail", "Password", "Accedi")}
NAVIGATION = re.compile("Main navigation|Navigazione principale")
FRIDAY = 5
GIVEN_UP_BY_THE_BROWSER = "net::ERR_ABORTED"
"""A page that turns out to be a download, or a fragment that a newer one makes needless."""


@contextmanager
def walk(browser: Browser, address: str, person: User) -> Iterator[Page]:
    """`person`, signed in at their first page in their language; at the end nothing went wrong behind the pages.

    The only address that is typed: everything else is reached as a person reaches it.
    """
    locale = {"en": "en-GB", "it": "it-IT"}[person.language]
    context = browser.new_context(
        base_url=address, locale=locale, timezone_id=ROME, viewport=DESK, accept_downloads=True
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    troubles = _troubles_of(page)
    page.goto("/")
    email, password, sign_in = SIGN_IN[person.language]
    page.get_by_label(email).fill(person.email)
    page.get_by_label(password, exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name=sign_in, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(person.name.split()[0])
    yield page
    context.close()
    assert not troubles, troubles


def _troubles_of(page: Page) -> list[str]:
    """What the console reports as an error, answers of 4xx and 5xx, and requests that never got one."""
    troubles: list[str] = []

    def says(message: ConsoleMessage) -> None:
        if message.type == "error":
            troubles.append(f"console: {message.text}")

    def answers(response: Response) -> None:
        if response.status >= 400:
            troubles.append(f"{response.status}: {response.request.method} {response.url}")

    def fails(request: Request) -> None:
        if request.failure != GIVEN_UP_BY_THE_BROWSER:
            troubles.append(f"{request.failure}: {request.method} {request.url}")

    page.on("console", says)
    page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    page.on("response", answers)
    page.on("requestfailed", fails)
    return troubles


def navigation(page: Page) -> Locator:
    """The areas at the side."""
    return page.get_by_role("navigation", name=NAVIGATION)


def go(page: Page, area: str) -> None:
    """Open an area from the navigation at the side."""
    navigation(page).get_by_role("link", name=area, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def of_the_account(page: Page, person: User, name: str) -> None:
    """Choose from the menu behind one's own initials."""
    page.get_by_label(person.name).click()
    page.get_by_role("link", name=name, exact=True).click()


def main(page: Page) -> Locator:
    """What the page says, without navigation and account."""
    return page.get_by_role("main")


def downloaded(page: Page, link: Locator) -> tuple[str, bytes]:
    """The file that `link` gives: the name it is offered under, and its bytes."""
    with page.expect_download() as coming:
        link.click()
    return coming.value.suggested_filename, coming.value.path().read_bytes()


def working_day(days_ahead: int) -> datetime:
    """Ten o'clock UTC some days from today, or on the Monday after where that is a weekend."""
    day = timezone.now().replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=days_ahead)
    return day + timedelta(days=8 - day.isoweekday()) if day.isoweekday() > FRIDAY else day
