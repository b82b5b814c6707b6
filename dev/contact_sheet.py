"""`make sheet`: screenshots of the main pages of a running demo, on contact sheets that a person looks at.

Writes some PNG a combination of theme, language and width into `.data/sheets/`. By default 360 px dark Italian and
1280 px light English; `ALL=1` takes all eight combinations.
"""

import itertools
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from dev.browser import ensure_chromium
from dev.paths import ROOT

PASSWORD = "demo-portal"  # noqa: S105 - public: it opens the demo world alone
SHEETS = ROOT / ".data" / "sheets"
WIDTHS = {360: 780, 1280: 860}
PHONE = 360
TALLEST = 2400
SHOTS_A_SHEET = 6


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

# Who looks at what. "→ text" follows the first link whose address begins so, from the page before it.
PAGES: dict[str, list[str]] = {
    "": ["/accounts/login/", "/accounts/password/reset/", "/nowhere/"],
    "admin@acme.example": [
        "/",
        "/contracts/",
        "→ /contracts/",
        "/sessions/",
        "→ /sessions/",
        "→ /customers/",
        "/sessions/book/",
    ],
    "am@oura.example": ["/", "/sessions/", "/time-entries/", "→ /time-entries/", "/contracts/"],
    "finance@oura.example": ["/", "/overage/", "/rates/"],
    "ops@oura.example": ["/", "/customers/", "/contracts/", "/contracts/new/", "/packages/", "/rates/new/"],
}


def main() -> int:
    """Take every page of `PAGES` in every look that was asked for."""
    address = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
    looks = EVERY if os.environ.get("ALL") else USUAL
    SHEETS.mkdir(parents=True, exist_ok=True)
    chromium = ensure_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium))
        for look in looks:
            shots = list(_shots(browser, address, look))
            for first in range(0, len(shots), SHOTS_A_SHEET):
                sheet = _lay_out(browser, look, first // SHOTS_A_SHEET + 1, shots[first : first + SHOTS_A_SHEET])
                print(sheet.relative_to(ROOT))
        browser.close()
    return 0


def _shots(browser: Browser, address: str, look: Look) -> Iterator[tuple[str, Path]]:
    number = 0
    for person, places in PAGES.items():
        with _signed_in(browser, address, look, person) as page:
            for place in places:
                _go(page, address, place)
                number += 1
                path = SHEETS / f"{look.name}-{number:02}.png"
                height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
                page.set_viewport_size({"width": look.width, "height": max(height, WIDTHS[look.width])})
                page.screenshot(path=path)
                sideways = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
                yield f"{person or 'anybody'} {page.url.removeprefix(address)}{' SIDEWAYS' if sideways else ''}", path
                page.set_viewport_size({"width": look.width, "height": WIDTHS[look.width]})


@contextmanager
def _signed_in(browser: Browser, address: str, look: Look, person: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": look.width, "height": WIDTHS[look.width]},
        locale={"en": "en-GB", "it": "it-IT"}[look.language],
        timezone_id="Europe/Rome",
        reduced_motion="reduce",
    )
    context.add_cookies(
        [
            {"name": "portal_theme", "value": look.theme, "url": address},
            {"name": "portal_language", "value": look.language, "url": address},
        ]
    )
    page = context.new_page()
    if person:
        page.goto(f"{address}/accounts/login/")
        page.fill("input[name=login]", person)
        page.fill("input[name=password]", PASSWORD)
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


def _go(page: Page, address: str, place: str) -> None:
    if place.startswith("→"):
        start = place.removeprefix("→").strip()
        links = page.locator(f'a[href^="{start}"]').evaluate_all("links => links.map(link => link.pathname)")
        place = next((link for link in links if link.removeprefix(start)[:1].isdigit()), start)
    page.goto(address + place)
    page.wait_for_load_state("networkidle")


def _lay_out(browser: Browser, look: Look, number: int, shots: list[tuple[str, Path]]) -> Path:
    """Some shots of one look on one sheet, each under what it shows."""
    shown = 300 if look.width == PHONE else 620
    figures = "".join(
        f"<figure><figcaption>{caption}</figcaption><img src='{path.as_uri()}' width={shown}></figure>"
        for caption, path in shots
    )
    html = SHEETS / f"sheet-{look.name}-{number}.html"
    html.write_text(
        "<!doctype html><meta charset=utf-8><style>body{margin:16px;font:13px sans-serif;background:#888;display:flex;"
        "flex-wrap:wrap;gap:16px;align-items:flex-start}figure{margin:0}figcaption{padding:4px 0}</style>" + figures,
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
