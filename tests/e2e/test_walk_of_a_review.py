"""A review from its plan to the next one: Marta's side in Italian, Giulia's in English, and what each side reads."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect

from core.dates import local_day
from customers.models import User
from packages.models import Contract
from reviews.models import ActionItem, Review
from tests import factories
from tests.e2e.stage import ROME, go, main, walk
from tests.plugin.processes import ProcessFactory, shifted_clock
from tests.reviews.reviews import review_of

pytestmark = pytest.mark.django_db(transaction=True)

FROM_MARTA, FROM_GIULIA = "Gli anelli per la sede di Lione", "Numbers of the first month"
BEFOREHAND, AFTERWARDS = "Their sponsor is leaving soon.", "The budget is in doubt."
SHARED_NOTES = "Lyon starts in two weeks."
OF_THE_CUSTOMER, OF_OURA = "Send the list of sizes", "Prepare the training"


@pytest.fixture
def contract() -> Contract:
    """Acme's Premium contract, three days old: the window of its first review is open for weeks."""
    now = timezone.now()
    contract = factories.premium(starts_on=local_day(now, ROME) - timedelta(days=3), now=now)
    User.objects.filter(pk=factories.marta().pk).update(language="it")
    return contract


def test_a_review_is_planned_held_and_carried_on(
    browser: Browser, contract: Contract, portal_server: str, portal_processes: ProcessFactory
) -> None:
    marta, giulia = User.objects.get(pk=factories.marta().pk), factories.giulia()
    with walk(browser, portal_server, marta) as page:
        plans(page, contract)
        adds_to_the_agenda(page)
    with walk(browser, portal_server, giulia) as page:
        prepares(page)
    review = review_of(contract, 1)
    assert review.ends_at is not None
    afterwards = review.ends_at + timedelta(minutes=5) - timezone.now()
    later = portal_processes.web(shifted_clock(afterwards.total_seconds()), processes=1).url
    with walk(browser, later, giulia) as page:
        records(page, review)
        agrees(page, OF_THE_CUSTOMER, marta, review)
        agrees(page, OF_OURA, giulia, review)
        keeps_a_note(page, AFTERWARDS)
    with walk(browser, later, marta) as page:
        reads_what_is_shared(page, contract)
        ticks_off(page, OF_THE_CUSTOMER)
        prints_the_summary(page)
        finds_the_rest_in_the_next_review(page, contract)
    assert ActionItem.objects.get(text=OF_THE_CUSTOMER).done_by == marta
    assert ActionItem.objects.get(text=OF_OURA).done_at is None


def plans(page: Page, contract: Contract) -> None:
    go(page, "Verifiche")
    main(page).get_by_role("row", name="N. 1 ·").get_by_role("link").click()
    page.get_by_role("link", name="Pianifica la verifica").click()
    expect(page.get_by_role("checkbox", name="Giulia Conti")).to_be_checked()
    page.get_by_role("link", name=re.compile(r"\d orari liberi$")).first.click()
    page.get_by_role("region", name=re.compile(r"\d{4}")).get_by_role(
        "link", name=re.compile(r"^\d+:\d\d")
    ).first.click()
    page.get_by_role("checkbox", name="Marta Ferri").check()
    page.get_by_label("Primo punto dell’ordine del giorno").fill(FROM_MARTA)
    page.get_by_role("button", name="Pianifica la verifica").click()
    expect(main(page)).to_contain_text("La verifica è pianificata")
    review = review_of(contract, 1)
    assert review.starts_at is not None
    assert review.window_starts_on <= local_day(review.starts_at, ROME) <= review.window_ends_on


def adds_to_the_agenda(page: Page) -> None:
    page.get_by_label("Aggiungi un punto").fill("Le prossime ferie")
    page.get_by_role("button", name="Aggiungi all’ordine del giorno").click()
    expect(main(page)).to_contain_text("Il punto è all’ordine del giorno.")
    expect(card(page, "Ordine del giorno")).to_contain_text(FROM_MARTA)
    expect(card(page, "Ordine del giorno")).to_contain_text("Le prossime ferie")


def prepares(page: Page) -> None:
    opens_the_first(page)
    expect(card(page, "Agenda")).to_contain_text(FROM_MARTA)
    page.get_by_label("Add a point").fill(FROM_GIULIA)
    page.get_by_role("button", name="Add to the agenda").click()
    expect(card(page, "Agenda")).to_contain_text(FROM_GIULIA)
    keeps_a_note(page, BEFOREHAND)


def keeps_a_note(page: Page, text: str) -> None:
    page.get_by_label("Add an internal note").fill(text)
    page.get_by_role("button", name="Keep the note").click()
    expect(main(page)).to_contain_text("The internal note is kept.")
    expect(card(page, "Internal notes")).to_contain_text(text)


def records(page: Page, review: Review) -> None:
    opens_the_first(page)
    page.get_by_role("link", name="Record the review").click()
    expect(main(page)).to_contain_text(FROM_GIULIA)
    page.get_by_role("radio", name="At risk").check()
    page.get_by_label("Notes").fill(SHARED_NOTES)
    page.get_by_role("button", name="Record the review").click()
    expect(main(page)).to_contain_text("The review is recorded.")
    review.refresh_from_db()
    assert (review.status, review.project_status) == (Review.Status.HELD, Review.ProjectStatus.AT_RISK)


def agrees(page: Page, text: str, owner: User, review: Review) -> None:
    """Keep that `owner` promised it, by a week after the review."""
    assert review.starts_at is not None
    card(page, "Action items").get_by_role("link", name="Add").click()
    page.get_by_label("What", exact=True).fill(text)
    page.get_by_label("Who", exact=True).select_option(label=owner.name)
    page.get_by_label("By when").fill((local_day(review.starts_at, ROME) + timedelta(days=7)).isoformat())
    page.get_by_role("button", name="Keep it").click()
    expect(main(page)).to_contain_text("The action item is kept.")
    expect(card(page, "Action items").get_by_role("listitem").filter(has_text=text)).to_contain_text(owner.name)


def reads_what_is_shared(page: Page, contract: Contract) -> None:
    opens_the_window(page, contract, 1)
    expect(main(page)).to_contain_text("A rischio")
    for shared in (SHARED_NOTES, FROM_MARTA, FROM_GIULIA, OF_THE_CUSTOMER, OF_OURA):
        expect(main(page)).to_contain_text(shared)
    says_nothing_internal(page)


def ticks_off(page: Page, text: str) -> None:
    item = card(page, "Attività concordate").get_by_role("listitem").filter(has_text=text)
    item.get_by_role("button", name="Fatto").click()
    expect(item.get_by_role("button", name="Riapri")).to_be_visible()


def prints_the_summary(page: Page) -> None:
    page.get_by_role("link", name="Riepilogo").click()
    expect(main(page)).to_contain_text("Stampa questa pagina")
    page.emulate_media(media="print")
    expect(main(page)).to_contain_text(SHARED_NOTES)
    expect(page.get_by_role("row", name=OF_THE_CUSTOMER)).to_contain_text("Fatto")
    expect(page.get_by_role("row", name=OF_OURA)).to_contain_text("Aperto")
    says_nothing_internal(page)
    page.emulate_media(media="screen")


def finds_the_rest_in_the_next_review(page: Page, contract: Contract) -> None:
    opens_the_window(page, contract, 2)
    expect(page.get_by_role("heading", level=1)).to_have_text("Verifica dell’andamento 2")
    carried = card(page, "Attività concordate").get_by_role("listitem").filter(has_text=OF_OURA)
    expect(carried).to_contain_text("dalla verifica 1")
    expect(carried.get_by_role("button", name="Fatto")).to_be_visible()
    says_nothing_internal(page)


def opens_the_window(page: Page, contract: Contract, number: int) -> None:
    """The review of that number, from the row of windows on the contract's page."""
    go(page, "Contratti")
    main(page).get_by_role("row", name=contract.reference).get_by_role("link").first.click()
    windows = card(page, "Verifiche dell’andamento del progetto")
    expect(windows.get_by_role("listitem")).to_have_count(12)
    expect(windows).to_contain_text("1 su 12 svolte")
    windows.get_by_role("link", name=re.compile(rf"^Verifica {number}\b")).click()


def opens_the_first(page: Page) -> None:
    """The contract's first review, from the list of all."""
    go(page, "Reviews")
    main(page).get_by_role("link", name="All", exact=True).click()
    main(page).get_by_role("row", name="No. 1 ·").get_by_role("link").click()


def says_nothing_internal(page: Page) -> None:
    """Neither on the page nor behind it: the whole source is searched, what is hidden too."""
    source = page.content()
    assert SHARED_NOTES in source or OF_OURA in source
    assert not [words for words in (BEFOREHAND, AFTERWARDS, "Note interne") if words in source]


def card(page: Page, title: str) -> Locator:
    """The part of the page under that title."""
    return main(page).locator("section").filter(has=page.get_by_role("heading", name=title, exact=True))
