"""An account manager's errands: a request taken over, noted and answered; a return by exception; a material."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from core.dates import local_day
from support.models import MaterialVersion, RequestMessage, ReturnException, RoutingDecision, SupportRequest
from tests import factories
from tests.e2e.stage import ROME, go, main, walk
from tests.support.examples import asked, line, ordered

pytestmark = pytest.mark.django_db(transaction=True)

GUIDE = b"%PDF-1.7\nThe sizing guide\n"
SECRET = "They may leave us: be quick."


def test_an_account_manager_serves_a_customer(browser: Browser, portal_server: str) -> None:
    now = timezone.now()
    today = local_day(now, ROME)
    factories.launch_kit(starts_on=today - timedelta(days=10), now=now)
    long_ago = today - timedelta(days=60)
    ordered(line(received_on=long_ago), placed_on=long_ago, now=now)
    request = asked(now=now)
    with walk(browser, portal_server, factories.giulia()) as page:
        takes_it_over(page)
        notes_something_for_the_staff(page)
        answers_and_resolves(page)
        makes_an_exception(page)
        hands_a_guide_out(page)
    request.refresh_from_db()
    assert request.status == SupportRequest.Status.RESOLVED
    with walk(browser, portal_server, factories.marta()) as page:
        go(page, "Support")
        page.get_by_role("link", name="Resolved and closed").click()
        page.get_by_role("link", name="Charger does not charge").click()
        expect(main(page)).to_contain_text("A new base is on its way.")
        expect(main(page)).to_contain_text("We know these bases.")
        expect(main(page)).not_to_contain_text(SECRET)


def takes_it_over(page: Page) -> None:
    go(page, "Support")
    page.get_by_role("link", name="Charger does not charge").click()
    page.get_by_role("link", name="Decide who answers").click()
    page.get_by_role("radio", name="We answer, with our staff").check()
    page.get_by_label("Reason").fill("We know these bases.")
    page.get_by_role("button", name="Keep the decision").click()
    expect(main(page)).to_contain_text("Answered by our staff")
    decision = RoutingDecision.objects.get()
    assert (decision.way, decision.decided_by) == (RoutingDecision.Way.OWN_STAFF, factories.giulia())


def notes_something_for_the_staff(page: Page) -> None:
    page.get_by_role("radio", name="An internal note").check()
    page.get_by_role("textbox", name="Message").fill(SECRET)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(main(page)).to_contain_text("The customer does not see it.")
    assert RequestMessage.objects.get(body=SECRET).internal


def answers_and_resolves(page: Page) -> None:
    page.get_by_role("radio", name="The answer: it is resolved").check()
    page.get_by_role("textbox", name="Message").fill("A new base is on its way.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(main(page)).to_contain_text("Sent. The other side gets a mail.")


def makes_an_exception(page: Page) -> None:
    go(page, "Orders & returns")
    page.get_by_role("link", name="SO-1001").click()
    expect(main(page)).to_contain_text("Closed")
    page.get_by_role("link", name="Make an exception").click()
    until = local_day(timezone.now(), ROME) + timedelta(days=6)
    page.get_by_label("Line").select_option(label="10 × Oura Ring 4 · Silver · 9")
    page.get_by_label("Possible until").fill(until.isoformat())
    page.get_by_label("Reason").fill("The parcel was held at customs.")
    page.get_by_role("button", name="Make the exception").click()
    expect(main(page)).to_contain_text("by exception")
    assert ReturnException.objects.get().until == until


def hands_a_guide_out(page: Page) -> None:
    go(page, "Materials")
    page.get_by_role("link", name="Add a material").first.click()
    page.get_by_label("Title").fill("Ring sizing guide")
    page.get_by_role("combobox", name="Language").select_option("en")
    page.get_by_label("File").set_input_files({"name": "g.pdf", "mimeType": "application/pdf", "buffer": GUIDE})
    page.get_by_role("button", name="Add it to the library").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ring sizing guide")
    assert MaterialVersion.objects.get().size == len(GUIDE)
