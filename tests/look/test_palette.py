"""The palette and the keys, in a real Chromium against running processes."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # has no types
from playwright.sync_api import Browser, Page, expect

from customers.domain.preferences import keep_single_keys
from tests.factories import acme, giulia, globex, launch_kit, marta
from tests.look.visitor import visitor


@pytest.fixture
def page(browser: Browser, portal_server: str) -> Iterator[Page]:
    """Giulia, who leads Acme, on her first page."""
    launch_kit()
    globex()
    with visitor(browser, portal_server, giulia()) as page:
        page.goto("/")
        yield page


def test_it_is_opened_used_and_left_from_the_keyboard(page: Page) -> None:
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-expanded", "true")
    assert field.get_attribute("aria-activedescendant") is None  # nothing was typed yet, so Enter does nothing rash

    page.keyboard.type("acme")
    first = page.get_by_role("option", selected=True)
    expect(first).to_have_text(re.compile("Acme Wellness"))
    expect(field).to_have_attribute("aria-activedescendant", first.get_attribute("id") or "")
    expect(page.locator("#palette [role=status]")).to_have_text(re.compile(r"\d+ results"))

    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("option", selected=True)).to_have_text(re.compile("All results"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{acme().pk}/")

    page.keyboard.press("/")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox")).to_be_hidden()


def test_it_is_accessible_with_places_and_with_results(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option").last).to_be_attached()
    places = Axe().run(page, options={"resultTypes": ["violations"]})
    page.keyboard.type("acme")
    expect(page.get_by_role("option", selected=True)).to_have_text(re.compile("Acme Wellness"))
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    reports = [each.generate_report() for each in (places, found) if each.violations_count]
    assert not reports, "\n".join(reports)


def test_a_finger_finds_it_too(browser: Browser, portal_server: str) -> None:
    launch_kit()
    with visitor(browser, portal_server, marta(), viewport={"width": 360, "height": 740}, has_touch=True) as page:
        page.goto("/")
        opener = page.get_by_role("link", name="Search")
        box = opener.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
        opener.tap()
        page.get_by_role("combobox").fill("launch")
        page.get_by_role("option", name=re.compile("Launch Kit")).tap()
        page.wait_for_url("**/contracts/*/")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_without_a_script_it_is_a_page(browser: Browser, portal_server: str) -> None:
    launch_kit()
    with visitor(browser, portal_server, marta(), java_script_enabled=False) as page:
        page.goto("/")
        page.get_by_role("link", name="Search").click()
        page.get_by_role("main").get_by_role("searchbox").fill("launch")
        page.get_by_role("main").get_by_role("button", name="Search").click()
        page.get_by_role("link", name=re.compile("Launch Kit")).click()
        page.wait_for_url("**/contracts/*/")


def test_the_keys_are_listed_lead_somewhere_and_are_silent_while_one_types(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/sessions/")

    page.goto("/search/")
    page.get_by_role("main").get_by_role("searchbox").focus()
    page.keyboard.type("?/gs")
    assert page.get_by_role("main").get_by_role("searchbox").input_value() == "?/gs"
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_single_keys_can_be_switched_off_and_the_chord_stays(page: Page) -> None:
    keep_single_keys(person=giulia(), wanted=False)
    page.reload()
    for key in ("?", "/", "g", "s"):
        page.keyboard.press(key)
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert page.url.endswith("/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Escape")
    # The way back on does not need a key either.
    page.get_by_label(re.compile("Account of")).click()
    page.get_by_role("button", name="Keyboard").click()
    page.get_by_role("button", name="Switch single keys on").click()
    page.wait_for_load_state()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
