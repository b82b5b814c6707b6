"""The main job as three people do it, in a real Chromium on real processes under one shifted clock.

Marta books a session that goes half an hour beyond the package; a worker reminds both sides an hour before; Giulia
logs the time; Pekka sees the overage and downloads it.
"""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from core.dates import local_day
from customers.models import Membership, User
from packages.models import Contract
from sessions.models import ConsultingSession, LedgerEntry
from tests import factories
from tests.plugin.mail import MailServer, ReceivedMail
from tests.plugin.processes import ProcessFactory, shifted_clock

pytestmark = pytest.mark.django_db(transaction=True)

ROME = "Europe/Rome"


@pytest.fixture
def contract() -> Contract:
    """Acme's Launch Kit, 30 days old, with 30 of its 240 minutes left, terms accepted, €150 an hour."""
    now = timezone.now()
    factories.rate("EUR", "150.00")
    first_day = local_day(now, ROME) - timedelta(days=30)
    contract = factories.with_terms_accepted(factories.launch_kit(starts_on=first_day, now=now), now=now)
    for day, minutes in ((20, 60), (15, 60), (10, 60), (5, 30)):
        started_at = (now - timedelta(days=day)).replace(minute=0, second=0, microsecond=0)
        factories.logged(contract, "operations", minutes, started_at, now=now)
    return contract


@contextmanager
def signed_in(browser: Browser, address: str, person: User) -> Iterator[Page]:
    """`person` at the page that greets them, in their own browser."""
    context = browser.new_context(
        base_url=address, locale="en-GB", timezone_id=ROME, viewport={"width": 1280, "height": 900}
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(person.name.split()[0])
    yield page
    context.close()


def test_three_people_do_the_main_job(
    browser: Browser, contract: Contract, portal_processes: ProcessFactory, smtp_server: MailServer
) -> None:
    marta, luca, giulia, pekka = factories.marta(), factories.luca(), factories.giulia(), factories.pekka()
    User.objects.filter(pk=luca.pk).update(language="it")
    assert Membership.objects.filter(customer=contract.customer).count() == 2
    session = customer_admin_books(browser, portal_processes, marta)
    an_hour_before = session.starts_at - timedelta(minutes=59) - timezone.now()
    workers_remind(portal_processes, smtp_server, session, an_hour_before)
    afterwards = session.ends_at + timedelta(minutes=5) - timezone.now()
    later = portal_processes.web(shifted_clock(afterwards.total_seconds()))
    account_manager_logs(browser, later.url, giulia, session)
    finance_downloads(browser, later.url, pekka, session)


def customer_admin_books(browser: Browser, processes: ProcessFactory, marta: User) -> ConsultingSession:
    web = processes.web()
    with signed_in(browser, web.url, marta) as page:
        page.get_by_role("link", name="Book a session").first.click()
        page.get_by_text("Operations meeting").first.click()
        page.get_by_role("button", name="See free times").click()
        page.locator(".calendar-free").first.click()
        page.locator(".slot").last.click()
        expect(page.get_by_text("€75.00").first).to_be_visible()
        page.get_by_role("button", name="Book, with").click()
        expect(page.get_by_role("alert").first).to_contain_text("overage")
        page.get_by_label("I accept 0:30 of overage").check()
        page.get_by_role("checkbox", name="Luca Bruni").check()
        page.get_by_role("button", name="Book, with").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Operations meeting")
        expect(page.get_by_role("main")).to_contain_text("is booked")
    session = ConsultingSession.objects.get()
    accepted = session.overage_acceptances.get()
    assert (accepted.overage_minutes, accepted.amount, accepted.accepted_by) == (30, Decimal("75.00"), marta)
    assert session.starts_at >= timezone.now() + timedelta(hours=23)
    return session


def workers_remind(
    processes: ProcessFactory, smtp_server: MailServer, session: ConsultingSession, ahead: timedelta
) -> None:
    """Web, worker and beat live 59 minutes before the session; what the worker sends arrives by SMTP."""
    clock = shifted_clock(ahead.total_seconds())
    web = processes.web({**clock, "EMAIL_URL": smtp_server.url})
    running = processes.celery({**clock, "EMAIL_URL": smtp_server.url, "PORTAL_BASE_URL": web.url})
    # An invitation and a reminder each for Marta, Luca and Giulia.
    received = smtp_server.wait_for(6, seconds=150)
    reminders = [mail for mail in received if not calendar_of(mail)]
    assert {mail.recipients[0] for mail in reminders} == {
        "marta@acme.example",
        "luca@acme.example",
        "giulia.conti@oura.example",
    }, running.log()
    to_luca = next(mail for mail in reminders if mail.recipients == ("luca@acme.example",))
    to_marta = next(mail for mail in reminders if mail.recipients == ("marta@acme.example",))
    assert "sessione" in to_luca.text.lower() or "riunione" in to_luca.text.lower()
    assert re.search(r"starts|hour", to_marta.subject + to_marta.text)
    assert f"{web.url}/sessions/{session.pk}/" in to_marta.text
    assert "Rom" in to_marta.text


def calendar_of(mail: ReceivedMail) -> bool:
    return any(part.get_content_type() == "text/calendar" for part in mail.message.walk())


def account_manager_logs(browser: Browser, address: str, giulia: User, session: ConsultingSession) -> None:
    with signed_in(browser, address, giulia) as page:
        page.goto(f"/sessions/{session.pk}/")
        page.get_by_role("link", name="Log time").first.click()
        expect(page.get_by_label(re.compile("^(Duration|Minutes|Length)"))).to_have_value(re.compile(r"1:00|60"))
        preview = page.locator("#entry-preview")
        expect(preview).to_contain_text("€75.00")
        page.get_by_label(re.compile("^Note")).first.fill("Ordering and distribution planned.")
        page.get_by_role("button", name="Log time").click()
        expect(page.get_by_role("main")).to_contain_text("0:30")
    entry = LedgerEntry.objects.time_entries().select_related("share").get(session=session)
    assert (entry.share.included_minutes, entry.share.overage_minutes) == (30, 30)
    session.refresh_from_db()
    assert session.status == ConsultingSession.Status.HELD


def finance_downloads(browser: Browser, address: str, pekka: User, session: ConsultingSession) -> None:
    month = f"{local_day(session.starts_at, ROME):%Y-%m}"
    with signed_in(browser, address, pekka) as page:
        page.goto(f"/overage/{month}/")
        main = page.get_by_role("main")
        expect(main).to_contain_text("Acme Wellness")
        expect(main).to_contain_text("€75.00")
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV").first.click()
        text = download.value.path().read_text(encoding="utf-8-sig")
        assert "provisional" in download.value.suggested_filename
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 1
    assert Decimal("75.00") in {Decimal(value) for value in rows[0].values() if re.fullmatch(r"\d+\.\d\d", value)}
