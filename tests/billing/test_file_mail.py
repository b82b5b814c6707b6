"""The mails of a close: each statement to its billing contact, the end of the work to who closed (DOMAIN.md §6)."""

from datetime import date

import pytest
from pytest_django import Settings

from billing.domain.files.letters import NEWS_FOR
from billing.domain.files.queries import stored_bytes
from billing.domain.files.rendering import render
from billing.models import BillingFile, Statement
from customers.models import BillingDetails, StaffProfile, User
from notifications.domain.delivery import send_batch
from notifications.models import Message
from sessions.domain.ledger import reverse_entry
from sessions.models import LedgerEntry
from tests.billing.months import RENDERED_AT, closed, render_all, statement_file, two_customers
from tests.factories import acme, at, giulia, marta, pekka
from tests.notifications.conftest import speak_to
from tests.plugin.mail import MailServer, ReceivedMail

pytestmark = pytest.mark.django_db

CONTACT = "bills@acme.example"


@pytest.fixture
def mail_server(smtp_server: MailServer, settings: Settings) -> MailServer:
    """A real SMTP server to which this process delivers."""
    speak_to(smtp_server.port, settings)
    return smtp_server


def billed_to(email: str) -> Statement:
    """Acme's statement of February, rendered, with that billing contact."""
    BillingDetails.objects.create(customer=acme(), billing_name="Acme S.p.A.", billing_email=email)
    two_customers()
    closed()
    render_all()
    return Statement.objects.get(customer=acme())


def sent_to(mail_server: MailServer, address: str) -> list[ReceivedMail]:
    send_batch(now=RENDERED_AT)
    return [mail for mail in mail_server.received if mail.recipients == (address,)]


def test_a_contact_without_an_account_gets_the_pdf_once(mail_server: MailServer) -> None:
    statement = billed_to(CONTACT)
    for file in BillingFile.objects.select_related("close", "statement__customer"):
        render(file, clock=lambda: RENDERED_AT)

    (mail,) = sent_to(mail_server, CONTACT)

    assert mail.subject == "Statement OH-000001, February 2026"
    assert "Hello Acme S.p.A.," in mail.text
    assert "Total: €150.00 without VAT, for 1:15 of overage." in mail.text
    assert "/statements/" not in mail.text, "they cannot sign in"
    (attached,) = [part for part in mail.message.walk() if part.get_content_type() == "application/pdf"]
    assert attached.get_filename() == "OH-000001.pdf"
    assert attached.get_payload(decode=True) == stored_bytes(statement_file(statement, "pdf"))
    assert sent_to(mail_server, CONTACT) == [mail], "once"


def test_an_admin_is_written_to_in_their_language_with_a_link(mail_server: MailServer) -> None:
    User.objects.filter(pk=marta().pk).update(language="it")
    statement = billed_to(marta().email.upper())
    (mail,) = [mail for mail in sent_to(mail_server, marta().email) if "OH-000001" in mail.subject]
    assert "febbraio 2026" in mail.subject
    assert f"/statements/{statement.pk}/" in mail.text


def test_without_a_contact_nobody_is_written_to_and_finance_hears_of_it(mail_server: MailServer) -> None:
    billed_to("")
    assert not Message.objects.filter(kind="statement").exists()
    (mail,) = sent_to(mail_server, pekka().email)
    assert mail.subject == "The files of February 2026 are ready"
    assert "- Acme Wellness, OH-000001" in mail.text
    assert "/periods/2026-02/" in mail.text


def test_who_closed_hears_once_when_the_last_file_is_there(mail_server: MailServer) -> None:
    two_customers()
    closed()
    *others, last = BillingFile.objects.select_related("close", "statement__customer").order_by("pk")
    for file in others:
        render(file, clock=lambda: RENDERED_AT)
    assert not Message.objects.filter(kind="month_files_ready").exists()
    render(last, clock=lambda: RENDERED_AT)
    render(last, clock=lambda: RENDERED_AT)
    assert len(sent_to(mail_server, pekka().email)) == 1


def test_a_credit_says_that_it_is_one(mail_server: MailServer) -> None:
    billed_to(CONTACT)
    for entry in LedgerEntry.objects.time_entries().filter(contract__customer=acme()):
        reverse_entry(entry=entry, by=giulia(), reason="Did not take place", now=at("2026-03-20 10:00"))
    march = closed(date(2026, 3, 1))
    render_all(march.closed_at)
    send_batch(now=march.closed_at)
    mail = [mail for mail in mail_server.received if mail.recipients == (CONTACT,)][-1]
    assert mail.subject == "Credit OH-000003, March 2026"
    assert "It is a credit: nothing is to be paid." in mail.text


@pytest.mark.parametrize("gone", ["role", "news"])
def test_who_no_longer_sees_billing_or_saw_the_page_long_ago_is_not_written_to(
    mail_server: MailServer, gone: str
) -> None:
    billed_to("")
    if gone == "role":
        StaffProfile.objects.filter(user=pekka()).update(roles=["am"])
    send_batch(now=RENDERED_AT + (NEWS_FOR * 2 if gone == "news" else NEWS_FOR * 0))
    assert Message.objects.get(kind="month_files_ready").state == "withdrawn"
    assert "files of February" not in " ".join(mail.subject for mail in mail_server.received)
