"""The gallery and the sign-in in a real Chromium: accessible, never too wide, alive."""

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # has no types
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.plugin.processes import ProcessFactory
from tests.plugin.servers import TestServers

GALLERY = "/demo/gallery/"
SIGN_IN = "/accounts/login/"
PAGES = (GALLERY, SIGN_IN, "/accounts/password/reset/", "/no-such-page/")
EXPECTED = re.compile(r"404 \(Not Found\)|ERR_INTERNET_DISCONNECTED")  # of the tests that provoke just that
RULES = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def demo(servers: TestServers, worker_database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with ExitStack() as stack:
        processes = ProcessFactory(servers=servers, folder=tmp_path_factory.mktemp("demo"), stack=stack)
        yield processes.web({"DEMO": "1"}, processes=1).url


@pytest.fixture
def visit(browser: Browser, demo: str) -> Iterator[Page]:
    """A page that fails the test at its end if anything was said on the console (a refused style, a missing file)."""
    context = browser.new_context(base_url=demo, reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [complaint for complaint in complaints if not EXPECTED.search(complaint)] == []


def put_on(page: Page, demo: str, *, theme: str = "light", language: str = "en") -> None:
    choices = {"portal_theme": theme, "portal_language": language}
    page.context.add_cookies([{"name": name, "value": value, "url": demo} for name, value in choices.items()])


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("width", "theme", "language"), [(360, "dark", "it"), (1280, "light", "en"), (1280, "dark", "it")]
)
def test_axe_finds_nothing(visit: Page, demo: str, path: str, width: int, theme: str, language: str) -> None:
    put_on(visit, demo, theme=theme, language=language)
    visit.set_viewport_size({"width": width, "height": 900})
    visit.goto(path)
    found = Axe().run(visit, options=RULES)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_the_window(visit: Page, path: str) -> None:
    visit.goto(path)
    for width in (360, 640, 768, 1024, 1600):
        visit.set_viewport_size({"width": width, "height": 900})
        assert visit.evaluate("document.documentElement.scrollWidth") <= width


def test_what_a_finger_meets_is_large_enough(browser: Browser, demo: str) -> None:
    """44 px, but for links within sentences and lists of links (breadcrumbs, the head of a table)."""
    context = browser.new_context(base_url=demo, viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(GALLERY)
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, select, .button, .tab, .month, .slot, .menu-item, .field-tick")]
            .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 44)
            .map((each) => each.outerHTML.slice(0, 90))"""
    )
    context.close()
    assert small == []


def test_the_theme_changes_without_a_reload_and_stays(visit: Page, demo: str) -> None:
    put_on(visit, demo, theme="light")
    visit.goto(SIGN_IN)
    visit.evaluate("window.notReloaded = true")
    with visit.expect_response("**/preferences/theme/"):
        visit.get_by_role("button", name="Dark").click()
    assert visit.evaluate("window.notReloaded")
    assert visit.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(12, 17, 16)"
    visit.reload()
    expect(visit.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize(("device", "ground"), [("dark", "rgb(12, 17, 16)"), ("light", "rgb(247, 248, 246)")])
def test_automatic_follows_the_device(browser: Browser, demo: str, device: str, ground: str) -> None:
    context = browser.new_context(base_url=demo, color_scheme="dark" if device == "dark" else "light")
    page = context.new_page()
    page.goto(SIGN_IN)
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == ground
    context.close()


def test_mistakes_get_the_focus_and_lead_to_their_field(visit: Page) -> None:
    visit.goto(GALLERY)
    expect(visit.locator(".error-summary").first).to_be_focused()
    visit.locator(".error-summary a", has_text="E-mail address").first.click()
    expect(visit.locator("#id_email")).to_be_focused()


def test_a_form_is_sent_once(visit: Page) -> None:
    visit.goto(SIGN_IN)
    visit.evaluate(
        """() => {
            window.sent = 0;
            // The last listener: what gets this far would be sent.
            window.addEventListener("submit", (event) => {
                if (!event.defaultPrevented) window.sent += 1;
                event.preventDefault();
            });
        }"""
    )
    visit.get_by_label("E-mail address").fill("anna@acme.example")
    send = visit.get_by_role("button", name="Sign in", exact=True)
    send.dblclick()
    assert visit.evaluate("window.sent") == 1
    expect(send).to_have_attribute("aria-busy", "true")


def test_leaving_a_changed_form_asks_first(visit: Page) -> None:
    visit.goto(GALLERY)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    visit.on("dialog", stay)
    visit.locator("#id_email").fill("giulia@oura.example")
    visit.goto(SIGN_IN)
    assert asked == ["beforeunload"]


def test_a_dialog_opens_and_closes_from_the_keyboard(visit: Page) -> None:
    visit.goto(GALLERY)
    opener = visit.get_by_role("button", name="Cancel the meeting", exact=True).first
    opener.focus()
    opener.press("Enter")
    dialog = visit.get_by_role("dialog", name="Cancel the kick-off meeting")
    expect(dialog).to_be_visible()
    visit.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_lost_network_is_said_and_goes_away_when_it_is_back(visit: Page) -> None:
    visit.goto(GALLERY)
    visit.context.set_offline(True)
    banner = visit.locator("#offline")
    expect(banner).to_be_visible()
    expect(banner).to_contain_text("What you typed is still here")
    visit.context.set_offline(False)
    expect(banner).to_be_hidden()


def test_the_navigation_opens_without_a_script(browser: Browser, demo: str) -> None:
    context = browser.new_context(base_url=demo, java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(GALLERY)
    drawer = page.get_by_role("navigation", name="Main navigation")
    expect(drawer).to_be_hidden()
    page.get_by_role("button", name="Open the navigation").click()
    expect(drawer).to_be_visible()
    context.close()


def test_the_first_tab_skips_to_the_content(visit: Page) -> None:
    visit.goto(SIGN_IN)
    visit.keyboard.press("Tab")
    expect(visit.get_by_role("link", name="Skip to content")).to_be_focused()
    visit.keyboard.press("Enter")
    expect(visit.locator("#main")).to_be_focused()
