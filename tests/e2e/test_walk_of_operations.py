"""Operations' errands: a renewal, an end that moves, another lead, a person who leaves and is anonymised."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from core.dates import local_day
from customers.domain.queries import lead_of
from customers.models import User
from packages.models import Contract
from sessions.models import ConsultingSession
from tests import factories
from tests.e2e.stage import ROME, go, main, walk, working_day

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def contract() -> Contract:
    """Acme's Launch Kit, 60 days old, with a session booked in three weeks; Luca is a member, Aino leads another."""
    now = timezone.now()
    factories.luca()
    factories.aino()
    today = local_day(now, ROME)
    contract = factories.launch_kit(starts_on=today - timedelta(days=60), ends_on=today + timedelta(days=40), now=now)
    factories.booked(contract, "operations", 60, working_day(21), now=now)
    return contract


def test_operations_runs_a_customer(browser: Browser, contract: Contract, portal_server: str) -> None:
    luca = factories.luca()
    with walk(browser, portal_server, factories.sofia()) as page:
        signs_the_renewal(page, contract)
        moves_the_end(page, contract)
        hands_the_lead_over(page)
        removes(page, luca)
        anonymises(page, luca)
    assert lead_of(factories.acme()) == factories.aino()


def signs_the_renewal(page: Page, contract: Contract) -> None:
    opens(page, contract)
    page.get_by_text("Change the contract").click()
    page.get_by_role("link", name="Renew").click()
    expect(page.get_by_label("First day")).to_have_value((contract.ends_on + timedelta(days=1)).isoformat())
    page.get_by_role("button", name="Sign the renewal").click()
    expect(main(page)).to_contain_text(f"renews {contract.reference}. Its minutes are granted.")
    assert Contract.objects.get(renews=contract).starts_on == contract.ends_on + timedelta(days=1)


def moves_the_end(page: Page, contract: Contract) -> None:
    opens(page, contract)
    page.get_by_text("Change the contract").click()
    page.get_by_role("link", name="Move the end").click()
    sooner = local_day(timezone.now(), ROME) + timedelta(days=10)
    page.get_by_label("New last day").fill(sooner.isoformat())
    page.get_by_label("Reason").fill("The project ended early.")
    expect(page.locator("#end-preview")).to_contain_text("Operations meeting")
    page.get_by_role("button", name="Move the end").click()
    expect(main(page)).to_contain_text("The end is moved.")
    session = ConsultingSession.objects.get()
    contract.refresh_from_db()
    assert (session.status, contract.ends_on) == ("cancelled", sooner)


def hands_the_lead_over(page: Page) -> None:
    go(page, "Customers")
    main(page).get_by_role("link", name="Acme Wellness").first.click()
    page.get_by_role("link", name="Hand over the lead").click()
    page.get_by_label("New lead").select_option(label="Aino Virtanen")
    page.get_by_role("button", name="Show what goes along").click()
    page.get_by_role("button", name="Make Aino Virtanen the lead").click()
    expect(main(page)).to_contain_text("Aino Virtanen")


def removes(page: Page, person: User) -> None:
    go(page, "Customers")
    main(page).get_by_role("link", name="Acme Wellness").first.click()
    page.get_by_role("link", name="All people").click()
    page.get_by_role("row", name=person.name).get_by_text("Change").click()
    page.get_by_role("row", name=person.name).get_by_role("link", name="Remove").click()
    expect(main(page)).to_contain_text("Signed out everywhere")
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("row", name=person.email)).to_have_count(0)


def anonymises(page: Page, person: User) -> None:
    go(page, "People who left")
    page.get_by_role("row", name=person.name).get_by_role("link", name="Anonymise").click()
    page.get_by_label("Reason").fill("Asked for it by mail")
    page.get_by_role("checkbox", name="I have read what goes for good").check()
    page.get_by_role("button", name="Anonymise for good").click()
    expect(main(page)).to_contain_text("The data is gone.")
    expect(main(page)).not_to_contain_text(person.email)
    gone = User.objects.get(pk=person.pk)
    assert gone.anonymised_at is not None
    assert person.name not in gone.name


def opens(page: Page, contract: Contract) -> None:
    go(page, "Contracts")
    main(page).get_by_role("row", name=contract.reference).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Launch Kit")
