"""`make sheet`: screenshots of a running demo on contact sheets that a person looks at.

No list of pages is kept: each person of the demo signs in and follows every link and every form that only asks, and
one page of each kind is taken. Writes PNGs into `.data/sheets/`: every page at 360 px in dark Italian and at 1280 px
in light English; with `ALL=1` the main pages in the six other combinations too.
"""

import itertools
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from dev.browser import ensure_chromium
from dev.demo import DEMO_SIGN_IN, PERSONAS
from dev.paths import ROOT

SHEETS = ROOT / ".data" / "sheets"
WIDTHS = {360: 780, 1280: 860}
PHONE = 360
TALLEST = 2600
SHOTS_A_SHEET = 6
ANYBODY = ""
PEOPLE = (ANYBODY, *(person for person, _who in PERSONAS if "globex" not in person))
# Where nobody is led by a link, or where a person starts.
STARTS = {ANYBODY: ("/accounts/login/", "/accounts/password/reset/", "/nowhere/", "/demo/gallery/")}
# Not pages of the portal: the admin, files, the demo's own tools, what ends the visit.
LEFT_OUT = re.compile(r"^/(?:admin|api|demo|static|accounts/logout)\b|\.\w+$|/files?/|/materials/\d+/versions/")
# The same for everybody who is signed in: taken once.
ONES_OWN = re.compile(r"^/(?:accounts|preferences)/")
NUMBERS = re.compile(r"(?<=/)\d[\d-]*(?=/)")
# Seen in every look: the first screen, choosing a time, a session, a contract, what is to be billed.
MAIN = {"/", "/contracts/#/book/time/", "/sessions/#/", "/contracts/#/", "/overage/#/"}
LINKS = """() => {
    const asking = [...document.querySelectorAll("main form")].filter((form) => form.method === "get");
    for (const form of asking)
        for (const radio of form.querySelectorAll("input[type=radio]:enabled"))
            if (!form.querySelector(`input[name="${radio.name}"]:checked`)) radio.checked = true;
    return [
        ...[...document.links].filter((link) => !link.hasAttribute("download")).map((link) => link.href),
        ...asking.map((form) => `${form.action.split("?")[0]}?${new URLSearchParams(new FormData(form))}`),
    ];
}"""


@dataclass(frozen=True)
class Look:
    """One combination that a reader may have."""

    width: int
    theme: str
    language: str

    @property
    def name(self) -> str:
        return f"{self.width}-{self.theme}-{self.language}"


USUAL = [Look(360, "dark", "it"), Look(1280, "light", "en")]
EVERY = [Look(*each) for each in itertools.product(WIDTHS, ("light", "dark"), ("en", "it"))]


@dataclass(frozen=True)
class Shot:
    """A page as it looked."""

    caption: str
    picture: Path


def main() -> int:
    """Take every page in the usual looks, and the main ones in every other look that was asked for."""
    address = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
    SHEETS.mkdir(parents=True, exist_ok=True)
    chromium = ensure_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium))
        places: dict[str, list[str]] = {}
        for person in PEOPLE:
            places[person] = _places(browser, address, person, without_ones_own=len(places) > 1)
        for look in EVERY if os.environ.get("ALL") else USUAL:
            wanted = places if look in USUAL else {who: _main_ones(found) for who, found in places.items()}
            _take(browser, address, look, wanted)
        browser.close()
    return 0


def _places(browser: Browser, address: str, person: str, *, without_ones_own: bool) -> list[str]:
    """One address of each kind of page that `person` can reach, in the order in which they are met."""
    found: list[str] = []
    waiting = list(STARTS.get(person, ("/",)))
    met = {_kind(place) for place in waiting}
    with _signed_in(browser, address, USUAL[-1], person) as page:
        while waiting:
            asked = waiting.pop(0)
            answer = page.goto(address + asked)
            if _kind(page.url.removeprefix(address)) == _kind(asked):
                found.append(asked)
            if person == ANYBODY or answer is None or not answer.ok:
                continue
            for link in page.evaluate(LINKS):
                place = link.partition("#")[0].removeprefix(address)
                known = _kind(place) in met or (without_ones_own and ONES_OWN.search(place))
                if place.startswith("/") and not LEFT_OUT.search(_path(place)) and not known:
                    met.add(_kind(place))
                    waiting.append(place)
    return found


def _main_ones(places: list[str]) -> list[str]:
    return [place for place in places if _kind(place) in MAIN]


def _path(place: str) -> str:
    return place.partition("?")[0]


def _kind(place: str) -> str:
    """Two contracts are one kind of page: `/contracts/#/`."""
    return NUMBERS.sub("#", _path(place))


def _take(browser: Browser, address: str, look: Look, places: dict[str, list[str]]) -> None:
    shots = list(_shots(browser, address, look, places))
    for number, first in enumerate(range(0, len(shots), SHOTS_A_SHEET), start=1):
        sheet = _lay_out(browser, look, number, shots[first : first + SHOTS_A_SHEET])
        print(sheet.relative_to(ROOT), flush=True)


def _shots(browser: Browser, address: str, look: Look, places: dict[str, list[str]]) -> Iterator[Shot]:
    numbers = itertools.count(1)
    for person, theirs in places.items():
        with _signed_in(browser, address, look, person) as page:
            for place in theirs:
                page.goto(address + place)
                page.wait_for_load_state("networkidle")
                picture = SHEETS / f"{look.name}-{next(numbers):03}.png"
                height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
                page.set_viewport_size({"width": look.width, "height": max(height, WIDTHS[look.width])})
                page.screenshot(path=picture)
                sideways = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
                yield Shot(f"{person or 'anybody'} {_path(place)}{' SIDEWAYS' if sideways else ''}", picture)
                page.set_viewport_size({"width": look.width, "height": WIDTHS[look.width]})


@contextmanager
def _signed_in(browser: Browser, address: str, look: Look, person: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": look.width, "height": WIDTHS[look.width]},
        locale={"en": "en-GB", "it": "it-IT"}[look.language],
        timezone_id="Europe/Rome",
        reduced_motion="reduce",
    )
    choices = {"portal_theme": look.theme, "portal_language": look.language}
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in choices.items()])
    page = context.new_page()
    if person != ANYBODY:
        page.goto(f"{address}/accounts/login/")
        page.fill("input[name=login]", person)
        page.fill("input[name=password]", DEMO_SIGN_IN)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/accounts/login" not in url)
        _choose_language(page, address, look.language)
    yield page
    context.close()


def _choose_language(page: Page, address: str, language: str) -> None:
    """A signed-in person's own language decides, so it is chosen as they would."""
    token = page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value")
    page.request.post(
        f"{address}/preferences/language/",
        form={"language": language, "csrfmiddlewaretoken": token or ""},
        headers={"Referer": page.url},
    )


def _lay_out(browser: Browser, look: Look, number: int, shots: list[Shot]) -> Path:
    """Some shots of one look on one sheet, each under what it shows."""
    shown = 310 if look.width == PHONE else 630
    figures = "".join(
        f"<figure><figcaption>{shot.caption}</figcaption><img src='{shot.picture.as_uri()}' width={shown}></figure>"
        for shot in shots
    )
    html = SHEETS / f"sheet-{look.name}-{number:02}.html"
    html.write_text(
        "<!doctype html><meta charset=utf-8><style>body{margin:12px;font:13px sans-serif;background:#888;display:flex;"
        "flex-wrap:wrap;gap:12px;align-items:flex-start}figure{margin:0}figcaption{padding:4px 0}</style>" + figures,
        encoding="utf-8",
    )
    page = browser.new_page(viewport={"width": 1960, "height": 900})
    page.goto(html.as_uri())
    target = html.with_suffix(".png")
    page.screenshot(path=target, full_page=True)
    page.close()
    return target


if __name__ == "__main__":
    sys.exit(main())
