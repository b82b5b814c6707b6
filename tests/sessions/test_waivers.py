"""Waivers: proposed by staff, decided by operations, final (DOMAIN.md §4)."""

from collections.abc import Callable

import pytest

from core.refusals import InvalidInput, NotAllowed
from customers.models import User
from sessions.domain.ledger import reverse_entry
from sessions.domain.refusals import AlreadyReversed, AlreadyWaived
from sessions.domain.waivers import refuse_waiver, waive
from sessions.models import LedgerEntry, Waiver, WaiverDecision
from tests.factories import NOW, giulia, launch_kit, logged, marta, pekka, sofia

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> LedgerEntry:
    return logged(launch_kit(), "supplementary-training", 30, "2026-02-10 10:00").entry


def proposed(entry: LedgerEntry) -> Waiver:
    return waive(entry=entry, by=giulia(), reason=" Bad line ", now=NOW)


def test_of_operations_holds_at_once(entry: LedgerEntry) -> None:
    waiver = waive(entry=entry, by=sofia(), reason="Goodwill", now=NOW)
    decision = WaiverDecision.objects.get(waiver=waiver)
    assert (decision.confirmed, decision.decided_by, decision.decided_at) == (True, sofia(), NOW)
    assert decision.known_in_close == 1


def test_of_other_staff_is_a_proposal_that_operations_confirm(entry: LedgerEntry) -> None:
    waiver = proposed(entry)
    assert (waiver.proposed_by, waiver.reason) == (giulia(), "Bad line")
    assert not WaiverDecision.objects.exists()
    assert waive(entry=entry, by=sofia(), reason="Agreed", now=NOW) == waiver
    assert WaiverDecision.objects.get(waiver=waiver).confirmed


def test_nobody_confirms_their_own(entry: LedgerEntry) -> None:
    proposed(entry)
    with pytest.raises(AlreadyWaived):
        proposed(entry)
    assert not WaiverDecision.objects.exists()


def test_a_refusal_is_final(entry: LedgerEntry) -> None:
    waiver = proposed(entry)
    refuse_waiver(entry=entry, by=sofia(), reason="It was delivered", now=NOW)
    assert not WaiverDecision.objects.get(waiver=waiver).confirmed
    for again in (
        lambda: waive(entry=entry, by=sofia(), reason="After all", now=NOW),
        lambda: waive(entry=entry, by=giulia(), reason="Please", now=NOW),
        lambda: refuse_waiver(entry=entry, by=sofia(), reason="Still no", now=NOW),
    ):
        with pytest.raises(AlreadyWaived):
            again()


def test_a_second_waiver_is_refused(entry: LedgerEntry) -> None:
    waive(entry=entry, by=sofia(), reason="Goodwill", now=NOW)
    with pytest.raises(AlreadyWaived):
        waive(entry=entry, by=sofia(), reason="Goodwill", now=NOW)


def test_a_reversed_entry_has_nothing_to_waive(entry: LedgerEntry) -> None:
    reverse_entry(entry=entry, by=giulia(), reason="Wrong", now=NOW)
    with pytest.raises(AlreadyReversed):
        waive(entry=entry, by=sofia(), reason="Goodwill", now=NOW)


def test_only_time_entries_are_waived_and_with_a_reason(entry: LedgerEntry) -> None:
    grant = LedgerEntry.objects.get(contract=entry.contract, kind="grant")
    with pytest.raises(InvalidInput):
        waive(entry=grant, by=sofia(), reason="Goodwill", now=NOW)
    with pytest.raises(InvalidInput):
        waive(entry=entry, by=sofia(), reason=" ", now=NOW)
    with pytest.raises(InvalidInput, match="Nobody proposed"):
        refuse_waiver(entry=entry, by=sofia(), reason="No", now=NOW)
    proposed(entry)
    with pytest.raises(InvalidInput):
        refuse_waiver(entry=entry, by=sofia(), reason="", now=NOW)


@pytest.mark.parametrize("stranger", [marta, pekka])
def test_customers_and_finance_neither_propose_nor_decide(entry: LedgerEntry, stranger: Callable[[], User]) -> None:
    with pytest.raises(NotAllowed):
        waive(entry=entry, by=stranger(), reason="Goodwill", now=NOW)
    with pytest.raises(NotAllowed):
        refuse_waiver(entry=entry, by=stranger(), reason="No", now=NOW)


def test_delivery_staff_do_not_refuse(entry: LedgerEntry) -> None:
    proposed(entry)
    with pytest.raises(NotAllowed):
        refuse_waiver(entry=entry, by=giulia(), reason="Changed my mind", now=NOW)
