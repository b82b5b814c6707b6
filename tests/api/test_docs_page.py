"""The page that describes the API, in a real browser under the strict content security policy."""

from playwright.sync_api import ConsoleMessage, Page, Request, expect


def test_the_page_shows_every_call_without_the_internet_and_breaks_no_policy(portal_server: str, page: Page) -> None:
    asked: list[str] = []
    complaints: list[str] = []

    def on_request(request: Request) -> None:
        asked.append(request.url)

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("request", on_request)
    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{portal_server}/api/docs/")
    expect(page.get_by_text("/api/v1/sessions/quote/", exact=True)).to_be_visible()
    page.get_by_text("/api/v1/sessions/quote/", exact=True).click()
    expect(page.get_by_text("Idempotency-Key").first).to_be_visible()
    assert {url for url in asked if not url.startswith((portal_server, "data:", "blob:"))} == set()
    assert complaints == []
