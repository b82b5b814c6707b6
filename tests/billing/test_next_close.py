"""What a correction of a closed month brings to the next close is said before it is saved, and then it comes (§6)."""

from datetime import date, timedelta

import pytest

from billing.domain.closing import close_month, over_at
from billing.models import Close, Statement
from packages.models import Contract
from sessions.domain.ledger import adjust, reverse_entry
from sessions.domain.waivers import waive
from sessions.models import LedgerEntry
from tests.factories import (
    LONG_AGO,
    at,
    booked,
    giulia,
    launch_kit,
    logged,
    marta,
    pekka,
    rate,
    sofia,
    with_terms_accepted,
)
from tests.home.pages import page, signed_in

pytestmark = pytest.mark.django_db

FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)
LATER = at("2026-03-20 10:00")


@pytest.fixture
def entries() -> list[LedgerEntry]:
    """240 minutes drawn and 45 beyond them, billed with February: the last 45 for €90.00."""
    rate("EUR", "120.00", now=LONG_AGO)
    contract = launch_kit()
    days = [(3, 60), (4, 60), (5, 60), (6, 60), (9, 45)]
    typed = [
        logged(contract, "operations", minutes, f"2026-02-{day:02} 10:00", now=at("2026-02-20 10:00")).entry
        for day, minutes in days
    ]
    closed(FEBRUARY)
    return typed


def closed(month: date) -> Close:
    return close_month(month=month, by=pekka(), now=over_at(month) + timedelta(days=25))


def test_a_reversal_names_the_statement_and_what_is_credited(entries: list[LedgerEntry]) -> None:
    shown = page(giulia(), f"/time-entries/{entries[0].pk}/reverse/")
    assert "In the next close" in shown
    assert "€90.00 billed on" in shown
    assert "OH-000001" in shown
    assert "then €0.00" in shown
    assert "The next close credits the customer: −€90.00." in shown

    reverse_entry(entry=entries[0], by=giulia(), reason="Did not take place", now=LATER)
    assert [str(each.amount) for each in closed(MARCH).lines.all()] == ["-90.00"], "as was said"


def test_the_entry_itself_is_credited_too(entries: list[LedgerEntry]) -> None:
    shown = page(giulia(), f"/time-entries/{entries[-1].pk}/reverse/")
    assert "No other entry changes." in shown
    assert "The next close credits the customer: −€90.00." in shown


def test_a_waiver_says_what_comes_back(entries: list[LedgerEntry]) -> None:
    shown = page(sofia(), f"/time-entries/{entries[-1].pk}/waive/")
    assert "The next close credits the customer: −€90.00." in shown
    waive(entry=entries[-1], by=sofia(), reason="Goodwill", now=LATER)
    assert str(closed(MARCH).statements.get().amount) == "-90.00"


def test_added_minutes_say_what_they_credit(entries: list[LedgerEntry]) -> None:
    contract: Contract = entries[0].contract
    path = f"/contracts/{contract.pk}/adjust/"
    shown = signed_in(sofia()).post(path, {"minutes": "30", "reason": "Goodwill", "preview": "1"}).content.decode()
    assert "then €30.00" in shown
    assert "The next close credits the customer: −€60.00." in shown
    adjust(contract=contract, minutes=30, reason="Goodwill", by=sofia(), now=LATER)
    assert str(closed(MARCH).statements.get().amount) == "-60.00"


def test_nothing_is_said_about_open_months() -> None:
    rate("EUR", "120.00", now=LONG_AGO)
    entry = logged(launch_kit(), "supplementary-training", 45, "2026-02-10 10:00").entry
    assert "In the next close" not in page(giulia(), f"/time-entries/{entry.pk}/reverse/")


def test_from_a_cent_to_the_meeting_and_back() -> None:
    rate("EUR", "120.00", now=LONG_AGO)
    contract = with_terms_accepted(launch_kit())
    session = booked(contract, "supplementary-training", 45, "2026-02-24 10:00", accept_overage=True)
    entry = logged(contract, "supplementary-training", 45, "2026-02-24 10:00", session=session).entry
    closed(FEBRUARY)
    statement = Statement.objects.get()
    for reader in (marta(), pekka(), giulia()):
        assert f"/time-entries/{entry.pk}/" in page(reader, f"/statements/{statement.pk}/")
        shown = page(reader, f"/time-entries/{entry.pk}/")
        for expected in (f"/statements/{statement.pk}/", f"/sessions/{session.pk}/", "Marta Ferri", "terms version"):
            assert expected in shown
        assert "0:45 · €120.00 an hour · €90.00" in " ".join(shown.split())
        assert f"/statements/{statement.pk}/" in page(reader, f"/sessions/{session.pk}/")
