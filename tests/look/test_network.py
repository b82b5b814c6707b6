"""A network that goes away, answers that say no, forms that would be left: nothing typed is lost."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, expect

from packages.models import Contract
from tests.factories import launch_kit, sofia
from tests.look.visitor import visitor


@pytest.fixture
def contract(portal_server: str) -> Contract:
    return launch_kit()


@pytest.fixture
def page(browser: Browser, portal_server: str, contract: Contract) -> Iterator[Page]:
    """Sofia, who leads operations."""
    with visitor(browser, portal_server, sofia()) as page:
        yield page


def test_a_request_without_a_network_is_sent_again_and_the_banner_goes(page: Page) -> None:
    page.goto("/search/")
    page.context.set_offline(True)
    page.get_by_role("main").get_by_role("searchbox").fill("acme")
    banner = page.locator("#offline")
    expect(banner).to_contain_text("What you typed is still here")

    banner.get_by_role("button", name="Retry").click()
    expect(banner).to_be_visible()
    assert page.get_by_role("main").get_by_role("searchbox").input_value() == "acme"

    # What only asks goes again by itself when the network is back.
    page.context.set_offline(False)
    expect(page.locator("#found")).to_contain_text("Acme Wellness")
    expect(banner).to_be_hidden()


def test_a_form_without_a_network_stays_where_it_is_and_is_sent_by_retry(page: Page, contract: Contract) -> None:
    page.goto(f"/contracts/{contract.pk}/adjust/")
    page.get_by_label("Reason").fill("Goodwill")
    page.locator("[name=minutes]").fill("30")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.locator("main form[method=post] button.button-primary").click()
    expect(page.locator("#offline")).to_be_visible()
    assert page.get_by_label("Reason").input_value() == "Goodwill"
    page.context.set_offline(False)
    # A form is not sent by itself: it waits for the person.
    expect(page.locator("#offline")).to_be_visible()
    page.locator("#offline").get_by_role("button", name="Retry").click()
    page.wait_for_url(f"**/contracts/{contract.pk}/")


def test_a_part_that_fails_says_so_above_its_place_and_can_be_asked_again(page: Page) -> None:
    page.goto("/search/")
    failing = True

    def answer(route: Route) -> None:
        if failing and route.request.headers.get("hx-request"):
            part = '<div class="alert tone-bad" role="alert" data-problem>Busy <button data-retry>Retry</button></div>'
            route.fulfill(status=503, headers={"X-Problem": "503", "Content-Type": "text/html"}, body=part)
        else:
            route.continue_()

    page.route("**/search/?q=*", answer)
    page.get_by_role("main").get_by_role("searchbox").fill("acme")
    problem = page.locator("[data-problem]")
    expect(problem).to_have_count(1)
    expect(page.locator("#found")).to_be_visible()
    assert page.get_by_role("main").get_by_role("searchbox").input_value() == "acme"
    failing = False
    problem.get_by_role("button", name="Retry").click()
    expect(page.locator("#found")).to_contain_text("Acme Wellness")
    expect(problem).to_have_count(0)


def test_a_session_that_ended_is_said_above_the_part_that_was_asked_for(page: Page) -> None:
    page.goto("/search/")
    page.context.clear_cookies()
    page.get_by_role("main").get_by_role("searchbox").fill("acme")
    expect(page.locator("[data-problem]")).to_contain_text("You are signed out")
    assert page.get_by_role("main").get_by_role("searchbox").input_value() == "acme"


def test_an_indicator_waits_a_moment_and_moves_nothing(page: Page) -> None:
    page.goto("/search/")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/search/?q=*", hold)
    before = page.locator("#found").bounding_box()
    page.get_by_role("main").get_by_role("searchbox").fill("acme")
    expect(page.locator("#page-progress")).to_be_visible()
    assert page.locator("#found").bounding_box() == before
    held[0].continue_()
    expect(page.locator("#page-progress")).to_be_hidden()


class TestLeaving:
    def asked(self, page: Page) -> list[str]:
        """What the browser asks before it leaves; it is answered with yes."""
        questions: list[str] = []

        def answer(dialog: Dialog) -> None:
            questions.append(dialog.type)
            dialog.accept()

        page.on("dialog", answer)
        return questions

    def test_a_form_that_was_changed_asks_and_one_that_was_changed_back_does_not(
        self, page: Page, contract: Contract
    ) -> None:
        questions = self.asked(page)
        page.goto(f"/contracts/{contract.pk}/adjust/")
        page.get_by_label("Reason").fill("Goodwill")
        page.get_by_label("Reason").fill("")
        page.goto("/")
        assert questions == []
        page.goto(f"/contracts/{contract.pk}/adjust/")
        page.get_by_label("Reason").fill("Goodwill")
        page.goto("/")
        assert questions == ["beforeunload"]

    def test_a_form_that_is_sent_does_not_ask(self, page: Page, contract: Contract) -> None:
        questions = self.asked(page)
        page.goto(f"/contracts/{contract.pk}/adjust/")
        page.get_by_label("Reason").fill("Goodwill")
        page.locator("[name=minutes]").fill("30")
        page.locator("main form[method=post] button.button-primary").click()
        page.wait_for_url(f"**/contracts/{contract.pk}/")
        assert questions == []

    def test_mistakes_get_the_focus_and_what_was_typed_still_counts_as_unsaved(
        self, page: Page, contract: Contract
    ) -> None:
        questions = self.asked(page)
        page.goto(f"/contracts/{contract.pk}/adjust/")
        page.get_by_label("Reason").fill("Goodwill")
        page.locator("main form[method=post] button.button-primary").click()
        expect(page.locator(".error-summary")).to_be_focused()
        assert page.get_by_label("Reason").input_value() == "Goodwill"
        page.goto("/")
        assert questions == ["beforeunload"]


def test_the_page_of_a_restart_comes_back_by_itself(page: Page) -> None:
    away = True

    def answer(route: Route) -> None:
        if away:
            body = '<main id="main"><p data-retry-after="0">Restarting</p></main>'
            head = '<!DOCTYPE html><html lang="en"><script type="module" src="/static/js/portal.js"></script>'
            route.fulfill(status=503, content_type="text/html", body=f"{head}<body>{body}</body></html>")
        else:
            route.continue_()

    page.route(re.compile(r"/sessions/$"), answer)
    page.goto("/sessions/")
    expect(page.get_by_text("Restarting")).to_be_visible()
    away = False
    expect(page.get_by_role("heading", name="Sessions", level=1)).to_be_visible()
