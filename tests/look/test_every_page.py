"""Every page of every role in a real Chromium: accessible in both themes, at both widths and in both languages, never
too wide, its targets large enough, and in Italian without a word of English."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import axe_playwright_python  # type: ignore[import-untyped]  # has no types
import pytest
import time_machine
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from customers.models import User
from tests.access.walk import WITH_SECOND_STEP, Pages
from tests.access.world import PEOPLE, World
from tests.factories import NOW
from tests.look.stage import browser_of
from tests.translations.english import english_words, typed_words, words_of

CALLERS = ("anonymous", "other", "member", "admin", "am", "operations", "finance")
AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text(encoding="utf-8")
EVERYTHING = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST = {"type": "rule", "values": ["color-contrast"]}
EXPECTED = re.compile(r"status of 4\d\d")  # of pages that say no
WIDE, PHONE = 1280, 360
HALF, QUARTER = 640, 320  # a window of 1280 px at 200 % and at 400 %

FAULTS = """async (rules) => {
    const found = await axe.run(document, {resultTypes: ["violations"], runOnly: rules});
    const places = (rule) => rule.nodes.map((node) => node.html.slice(0, 160)).join(" | ");
    return found.violations.map((rule) => `${rule.id}: ${places(rule)}`);
}"""
# A finger needs 44 px, but for links within sentences, cells and lists of links. A tile, a row is its link's target.
TOO_SMALL = """() => {
    const targets = "a[href], button, select, summary, input:not([type=hidden]), textarea";
    const within = "dd a, td a, th a, label a, .breadcrumbs a, .page-foot a, .error-summary a, .skip-link";
    const seen = {visibilityProperty: true, opacityProperty: true};
    const besideWords = (each) => [...each.parentNode.childNodes].some(
        (other) => other.nodeType === Node.TEXT_NODE && /\\w/.test(other.textContent));
    const whole = (each) => each.closest(each.matches(".row-title > a") ? "li" : "label, .stat") ?? each;
    return [...document.querySelectorAll(targets)]
        .filter((each) => each.checkVisibility(seen) && !each.closest("[aria-hidden=true]"))
        .filter((each) => !each.matches(within) && !besideWords(each))
        .map((each) => [each, whole(each).getBoundingClientRect()])
        .filter(([each, box]) => box.width && box.height && box.height < 43.5)
        .map(([each, box]) => `${box.height.toFixed(0)} px high: ${each.outerHTML.slice(0, 140)}`);
}"""
# From the last to the first, so that what is scrolled to arrives under the bars that stick to the top.
COVERED_IN_FOCUS = """() => {
    const targets = "a[href], button, select, summary, input:not([type=hidden]), textarea, [tabindex='0']";
    const seen = {visibilityProperty: true, opacityProperty: true};
    const shown = (each, [x, y]) => {
        const top = document.elementFromPoint(x, y);
        return top && (each.contains(top) || top.contains(each) || top.closest("label")?.contains(each));
    };
    const covered = [];
    for (const each of [...document.querySelectorAll(targets)].reverse()) {
        if (!each.checkVisibility(seen)) continue;
        each.focus();
        if (document.activeElement !== each) continue;
        const boxes = [...each.getClientRects()].filter((box) => box.width && box.height);
        const points = boxes.flatMap((box) => [
            [box.left + box.width / 2, box.top + box.height / 2],
            [box.left + 2, box.top + 2],
            [box.right - 2, box.bottom - 2],
        ]);
        if (points.length && !points.some((point) => shown(each, point))) covered.push(each.outerHTML.slice(0, 140));
    }
    document.activeElement?.blur();
    return covered;
}"""
# What is in another language says so; zones are named as the database of zones names them, languages by themselves.
TEXT = """() => {
    const others = "body [lang]:not([lang=it]), code, datalist, :is(select[name*=zone], select[name$=language]) option";
    document.querySelectorAll(others).forEach((each) => each.remove());
    const spoken = ["aria-label", "placeholder", "title", "alt", "aria-description"].flatMap(
        (name) => [...document.querySelectorAll(`[${name}]`)].map((each) => each.getAttribute(name)));
    return [document.title, document.body.innerText, ...spoken].join("\\n");
}"""

SPOILT = """() => {
    const card = document.querySelector(".entrance-card");
    card.insertAdjacentHTML("beforeend", "<img><button>x</button><table width=700></table><p>Book a session</p>");
    card.lastChild.style.color = "var(--line)";
    card.insertAdjacentHTML("afterbegin", "<div><button>under</button></div>");
    const lid = document.createElement("div");
    Object.assign(lid.style, {position: "absolute", inset: "0", zIndex: 9});
    Object.assign(card.firstChild.style, {position: "relative"});
    card.firstChild.append(lid);
}"""


@pytest.fixture
def world(db: None) -> World:
    with time_machine.travel(NOW, tick=False):
        return World.build()


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("caller", CALLERS)
def test_every_page_is_fit_for_everybody(browser: Browser, world: World, caller: str, language: str) -> None:
    client = client_of(caller, language)
    english = english_words(language) - typed_words() if language == "it" else set()
    said: list[str] = []
    faults: list[str] = []
    with browser_of(browser, client, now=NOW) as page:
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        for path in Pages(caller, client, world).walk(page):
            found = [*faults_of(page, language), *(each for each in said if not EXPECTED.search(each))]
            left = words_of(page.evaluate(TEXT)) & english
            found += [f"English in Italian: {', '.join(sorted(left))}"] if left else []
            faults += [f"{path}: {fault}" for fault in found]
            said.clear()
    assert not faults, "\n".join(faults)


def client_of(caller: str, language: str) -> Client:
    """A browser in which the caller is signed in, has just said who they are, and reads `language`."""
    client = Client(raise_request_exception=False)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    if caller in PEOPLE:
        person = PEOPLE[caller]()
        User.objects.update(language=language)
        with time_machine.travel(NOW, tick=False):
            client.force_login(person, backend="customers.authentication.PortalBackend")
            session = client.session
            session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": NOW.timestamp()}]
            session.save()
            if caller == WITH_SECOND_STEP:
                TOTP.activate(person, "JBSWY3DPEHPK3PXP")
                RecoveryCodes.activate(person)
    return client


def faults_of(page: Page, language: str) -> Iterator[str]:
    """What is wrong with the page that stands in the browser, in every look of one language.

    Contrast does not depend on the language: English looks at it in one theme a width, Italian in both.
    """
    yield from (f"covered when it has the focus: {each}" for each in page.evaluate(COVERED_IN_FOCUS))
    page.evaluate(AXE)
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
    yield from faults_in(page, "light", EVERYTHING)
    if language == "it":
        yield from faults_in(page, "dark", CONTRAST)
    with as_phone(page):
        yield from faults_in(page, "dark", EVERYTHING)
        if language == "it":
            yield from faults_in(page, "light", CONTRAST)
        yield from page.evaluate(TOO_SMALL)
        for width in (PHONE, QUARTER, HALF):
            page.set_viewport_size({"width": width, "height": 780})
            needed = page.evaluate("document.documentElement.scrollWidth")
            if needed > width:
                yield f"{needed} px wide in a window of {width}"


def faults_in(page: Page, theme: str, rules: object) -> list[str]:
    """What axe finds with a theme put on as the script puts it on."""
    page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
    found: list[str] = page.evaluate(FAULTS, rules)
    return [f"{theme}: {each}" for each in found]


@contextmanager
def as_phone(page: Page) -> Iterator[None]:
    """A finger on a narrow screen, without loading the page again."""
    device = page.context.new_cdp_session(page)
    device.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 5})
    page.set_viewport_size({"width": PHONE, "height": 780})
    yield
    device.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    device.detach()
    page.set_viewport_size({"width": WIDE, "height": 900})


def test_the_faults_would_be_found(browser: Browser, world: World) -> None:
    """The other way round: a page that is spoilt on purpose is found in every respect."""
    with browser_of(browser, client_of("anonymous", "it"), now=NOW) as page:
        page.goto("/accounts/login/")
        page.evaluate(SPOILT)
        found = "\n".join(faults_of(page, "it"))
        left = words_of(page.evaluate(TEXT)) & english_words("it")
    assert "light: image-alt" in found
    assert "dark: color-contrast" in found
    assert "px high: <button>x</button>" in found
    assert "px wide in a window of 320" in found
    assert "covered when it has the focus: <button>under</button>" in found
    assert "book" in left
