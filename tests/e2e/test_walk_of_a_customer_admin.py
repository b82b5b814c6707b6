"""A customer admin's errands, wholly in Italian: people, a request, a return, materials, terms, one's own data."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from core.dates import local_day
from customers.models import Membership, User
from packages.models import Contract, TermsAcceptance
from support.models import RequestAttachment, ReturnItem, SupportRequest
from tests import factories
from tests.e2e.stage import ROME, downloaded, go, main, of_the_account, walk
from tests.support.examples import PNG, handed_out, line, ordered

pytestmark = pytest.mark.django_db(transaction=True)

GUIDE = b"%PDF-1.7\nLa guida alle misure\n"


@pytest.fixture
def contract() -> Contract:
    """Acme's Launch Kit, ten days old, its terms not accepted; ten rings received five days ago; a guide in Italian."""
    now = timezone.now()
    today = local_day(now, ROME)
    contract = factories.launch_kit(starts_on=today - timedelta(days=10), now=now)
    received = today - timedelta(days=5)
    ordered(line(quantity=10, received_on=received), placed_on=received, now=now)
    handed_out("Guida alle misure", language="it", name="guida.pdf", content=GUIDE)
    User.objects.filter(pk=factories.marta().pk).update(language="it")
    return contract


def test_a_customer_admin_in_italian(browser: Browser, contract: Contract, portal_server: str) -> None:
    marta = User.objects.get(pk=factories.marta().pk)
    with walk(browser, portal_server, marta) as page:
        expect(page.locator("html")).to_have_attribute("lang", "it")
        invites_a_colleague(page)
        asks_and_writes_again(page)
        sends_rings_back(page)
        downloads_the_guide(page)
        accepts_the_terms(page, contract)
        takes_a_copy_of_their_data(page, marta)
    assert SupportRequest.objects.filter(opened_by=marta).count() == 2


def invites_a_colleague(page: Page) -> None:
    go(page, "Persone")
    page.get_by_role("textbox", name="Nome").fill("Paola Neri")
    page.get_by_role("textbox", name="Indirizzo e-mail").fill("paola@acme.example")
    page.get_by_role("radio", name="Amministratore del cliente").check()
    page.get_by_role("button", name="Invita").click()
    expect(main(page)).to_contain_text("paola@acme.example ha ricevuto l’invito.")
    page.get_by_role("row", name="Paola Neri").get_by_text("Cambia").click()
    page.get_by_role("button", name="Designa come referente").first.click()
    expect(main(page)).to_contain_text("Paola Neri è ora il referente del cliente")
    assert Membership.objects.get(user__email="paola@acme.example").kind == Membership.Kind.ADMIN


def asks_and_writes_again(page: Page) -> None:
    go(page, "Assistenza")
    page.get_by_role("link", name="Nuova richiesta").first.click()
    page.get_by_role("radio", name="Problema tecnico").check()
    page.get_by_label("In poche parole").fill("L’anello non si carica")
    page.get_by_label("Che cosa ti serve?").fill("La base lampeggia in rosso.")
    page.get_by_label("File").set_input_files({"name": "base.png", "mimeType": "image/png", "buffer": PNG})
    page.get_by_role("button", name="Invia", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("L’anello non si carica")
    assert downloaded(page, page.get_by_role("link", name="base.png")) == ("base.png", PNG)
    page.get_by_label("Il tuo messaggio").fill("Succede con due anelli.")
    page.get_by_role("button", name="Invia", exact=True).click()
    expect(main(page)).to_contain_text("Succede con due anelli.")
    assert RequestAttachment.objects.get().size == len(PNG)


def sends_rings_back(page: Page) -> None:
    go(page, "Ordini e resi")
    page.get_by_role("link", name="SO-1001").click()
    expect(main(page)).to_contain_text("Ancora 26 giorni")
    page.get_by_role("link", name="Reso o cambio").click()
    page.get_by_role("radio", name="Restituirli").check()
    page.get_by_label("Quanti").fill("2")
    page.get_by_label("Perché tornano indietro?").fill("Troppo grandi.")
    page.get_by_role("button", name="Invia la richiesta").click()
    expect(main(page)).to_contain_text("2 × Oura Ring 4")
    assert ReturnItem.objects.get().quantity == 2


def downloads_the_guide(page: Page) -> None:
    go(page, "Materiali")
    assert downloaded(page, page.get_by_role("link", name="Scarica Guida alle misure")) == ("guida.pdf", GUIDE)


def accepts_the_terms(page: Page, contract: Contract) -> None:
    go(page, "Condizioni")
    page.get_by_role("link", name=contract.reference).click()
    page.get_by_role("checkbox", name="Ho letto").check()
    page.get_by_role("button", name="Accetta le condizioni").click()
    expect(main(page)).to_contain_text("Le condizioni sono accettate. Grazie.")
    accepted = TermsAcceptance.objects.select_related("text", "accepted_by").get(contract=contract)
    assert (accepted.accepted_by, accepted.text.language) == (factories.marta(), "it")


def takes_a_copy_of_their_data(page: Page, marta: User) -> None:
    of_the_account(page, marta, "I tuoi dati")
    _name, content = downloaded(page, page.get_by_role("link", name="Scarica i tuoi dati"))
    own = json.loads(content)
    assert own["profile"]["email"] == marta.email
    assert "L’anello non si carica" in {each["subject"] for each in own["requests_opened"]}
