"""Finance's errands: whom statements are made out to, the close of a month, its files, the number of the invoice."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from billing.models import Statement
from core.dates import local_day
from customers.domain.billing_details import BillingChange, change_billing_details
from sessions.models import BillingPeriod
from tests import factories
from tests.billing.months import render_all
from tests.e2e.stage import ROME, downloaded, go, main, walk

pytestmark = pytest.mark.django_db(transaction=True)


def test_finance_bills_a_month(browser: Browser, portal_server: str) -> None:
    """Acme had an hour of supplementary training in a month that is over."""
    now = timezone.now()
    factories.rate("EUR", "150.00")
    contract = factories.launch_kit(starts_on=local_day(now, ROME) - timedelta(days=80), now=now)
    delivered = (now - timedelta(days=45)).replace(hour=9, minute=0, second=0, microsecond=0)
    factories.logged(contract, "supplementary-training", 60, delivered, now=now)
    details = {"billing_name": "Acme Wellness S.p.A.", "purchase_order": "PO-77"}
    change_billing_details([BillingChange(contract.customer, details)], by=factories.sofia(), now=now)
    with walk(browser, portal_server, factories.pekka()) as page:
        reads_whom_it_is_made_out_to(page)
        closes(page, f"{delivered:%B %Y}")
        downloads_and_invoices_the_statement(page)
    assert BillingPeriod.objects.filter(month=delivered.date().replace(day=1)).exists()
    statement = Statement.objects.get()
    assert statement.particulars["purchase_order"] == "PO-77"


def reads_whom_it_is_made_out_to(page: Page) -> None:
    go(page, "Customers")
    main(page).get_by_role("link", name="Acme Wellness").first.click()
    expect(main(page)).to_contain_text("Acme Wellness S.p.A.")
    expect(main(page).get_by_role("link", name="Change the billing details")).to_have_count(0)


def closes(page: Page, month: str) -> None:
    go(page, "Periods")
    main(page).get_by_role("link", name=month).first.click()
    expect(main(page)).to_contain_text("€150.00")
    page.get_by_role("button", name="Close the month").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("This cannot be undone.")
    dialog.get_by_role("button", name="Close the month").click()
    expect(main(page)).to_contain_text("is closed.")


def downloads_and_invoices_the_statement(page: Page) -> None:
    statement = Statement.objects.get()
    main(page).get_by_role("link", name=statement.reference).first.click()
    expect(main(page)).to_contain_text("Acme Wellness S.p.A.")
    render_all(timezone.now())
    name, content = downloaded(page, page.get_by_role("link", name="PDF"))
    assert name.endswith(".pdf")
    assert content.startswith(b"%PDF-")
    page.get_by_role("link", name="Mark as invoiced").click()
    page.get_by_label("Invoice number").fill("FT-2026-0042")
    page.get_by_role("button", name="Save the mark").click()
    expect(main(page)).to_contain_text("Invoiced as FT-2026-0042.")
