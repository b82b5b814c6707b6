"""A plain member's errands: what they attend, materials, their own requests; and nothing that admins manage."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from core.dates import local_day
from sessions.domain.attendees import Guest
from support.models import SupportRequest
from tests import factories
from tests.e2e.stage import ROME, downloaded, go, main, navigation, walk, working_day
from tests.support.examples import asked, handed_out

pytestmark = pytest.mark.django_db(transaction=True)

GUIDE = b"%PDF-1.7\nThe sizing guide\n"
MANAGED = ["Contracts", "People", "Statements", "Terms", "Orders & returns", "Customers"]


def test_a_member_reads_and_asks_but_manages_nothing(browser: Browser, portal_server: str) -> None:
    now = timezone.now()
    luca = factories.luca()
    contract = factories.launch_kit(starts_on=local_day(now, ROME) - timedelta(days=10), now=now)
    factories.booked(contract, "operations", 60, working_day(7), attendees=[Guest(luca.name, luca.email)], now=now)
    handed_out(content=GUIDE)
    asked("Marta’s own question", by=factories.marta(), now=now)
    with walk(browser, portal_server, luca) as page:
        for area in MANAGED:
            expect(navigation(page).get_by_role("link", name=area, exact=True)).to_have_count(0)

        go(page, "Sessions")
        main(page).get_by_role("row", name="Operations meeting").get_by_role("link").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Operations meeting")
        for act in ("Move", "Cancel the session", "Log time", "Book a session"):
            expect(main(page).get_by_text(act, exact=True)).to_have_count(0)

        go(page, "Materials")
        assert downloaded(page, page.get_by_role("link", name="Download Ring sizing guide")) == ("guide.pdf", GUIDE)

        go(page, "Support")
        expect(main(page)).not_to_contain_text("Marta’s own question")
        page.get_by_role("link", name="New request").first.click()
        page.get_by_role("radio", name="Product question").check()
        page.get_by_label("In a few words").fill("Swimming with the ring")
        page.get_by_label("What do you need?").fill("Is it waterproof?")
        page.get_by_role("button", name="Send it").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Swimming with the ring")
        expect(main(page)).to_contain_text("You get a mail when it is answered.")
    assert SupportRequest.objects.get(opened_by=luca).kind == SupportRequest.Kind.PRODUCT_QUESTION
