"""Random lives of a contract: whatever people log, reverse and adjust, the stored shares are the naive model's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dates import local_day
from core.refusals import Refusal
from packages.domain.windows import window_of
from packages.models import Contract
from sessions.domain import ledger
from sessions.domain.allocation import Drawing
from sessions.domain.facts import ContractFacts
from sessions.domain.shares import differences
from sessions.models import EntryShare, LedgerEntry
from tests.factories import at, giulia, launch_kit, sofia
from tests.sessions.naive_model import naive_shares

pytestmark = pytest.mark.django_db

FIRST = date(2026, 1, 31)
LATER = at("2026-06-01 10:00")
TYPES = ["kickoff", "operations", "software-training", "supplementary-training"]


@dataclass(frozen=True)
class Log:
    """Minutes of a type, logged for a day and hour of the term: days 89 and 90 stand on either side of the window."""

    day: int
    hour: int
    session_type: str
    minutes: int


@dataclass(frozen=True)
class Adjust:
    """Minutes added by operations."""

    minutes: int


@dataclass(frozen=True)
class Reverse:
    """The row of that place in the ledger, counted round, taken back."""

    place: int


logs = st.builds(
    Log,
    day=st.sampled_from([0, 1, 2, 88, 89, 90]),
    hour=st.integers(9, 12),
    session_type=st.sampled_from(TYPES),
    minutes=st.integers(1, 60),
)
deeds = st.one_of(logs, logs, logs, st.builds(Adjust, st.integers(1, 90)), st.builds(Reverse, st.integers(0, 20)))


def do(contract: Contract, deed: Log | Adjust | Reverse) -> None:
    """Do it as somebody who may; the ledger may refuse (the same start twice, a row reversed before, a grant)."""
    if isinstance(deed, Log):
        day = FIRST + timedelta(days=deed.day)
        ledger.log_time(
            contract=contract,
            session_type=deed.session_type,
            staff=giulia(),
            started_at=at(f"{day} {deed.hour:02}:00"),
            minutes=deed.minutes,
            now=LATER,
        )
    elif isinstance(deed, Adjust):
        ledger.adjust(contract=contract, minutes=deed.minutes, reason="Goodwill", by=sofia(), now=LATER)
    else:
        rows = list(LedgerEntry.objects.filter(contract=contract).order_by("pk"))
        ledger.reverse_entry(entry=rows[deed.place % len(rows)], by=sofia(), reason="Wrong", now=LATER)


def naive(contract: Contract) -> dict[int, tuple[int, int]]:
    """What the second model makes of the contract's rows, read without any of the portal's queries."""
    rows = list(LedgerEntry.objects.filter(contract=contract))
    gone = {row.reverses_id for row in rows}
    standing = [row for row in rows if row.pk not in gone and row.kind != "reversal"]
    granted = sum(row.minutes for row in standing if row.kind in ("grant", "adjustment"))
    drawings = [
        Drawing(
            row.pk, row.started_at, local_day(row.started_at, "Europe/Rome"), row.session_type, row.minutes, 0, row.pk
        )
        for row in standing
        if row.started_at and row.session_type
    ]
    reversed_ones = {row.pk: (0, 0) for row in rows if row.pk in gone and row.kind == "consumption"}
    return naive_shares(granted, window_of(contract), drawings) | reversed_ones


def stored(contract: Contract) -> dict[int, tuple[int, int]]:
    rows = EntryShare.objects.filter(contract=contract)
    return {share.entry_id: (share.included_minutes, share.overage_minutes) for share in rows}


def live(life: Sequence[Log | Adjust | Reverse]) -> bool:
    """Whether the stored shares were right after every deed of a contract's life, which is then undone."""
    right = True
    with transaction.atomic():
        contract = launch_kit(starts_on=FIRST)
        for deed in life:
            try:
                do(contract, deed)
            except Refusal:
                continue
            right = right and stored(contract) == naive(contract) and not list(differences([contract]))
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what the database checks at a commit
        transaction.set_rollback(True)
    return right


@given(st.lists(deeds, min_size=3, max_size=12))
@settings(max_examples=30)
def test_the_stored_shares_are_right_after_every_deed(life: list[Log | Adjust | Reverse]) -> None:
    assert live(life)


def test_a_ledger_that_forgot_to_share_out_anew_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    giulia()
    monkeypatch.setattr(ledger, "rewrite_shares", only_new_ones)
    late = [
        Log(2, 9, "operations", 60),
        Log(2, 10, "kickoff", 60),
        Log(2, 11, "kickoff", 60),
        Log(2, 12, "kickoff", 60),
    ]
    assert live(late)
    assert not live([*late, Log(1, 9, "operations", 30)])


def only_new_ones(contract: Contract) -> ContractFacts:
    """What a hasty author would write: share out the new entry and leave the others as they are."""
    facts = ContractFacts.of(contract, with_bookings=True)
    known = set(EntryShare.objects.filter(contract=contract).values_list("entry", flat=True))
    drawn = sum(included for included, _overage in stored(contract).values())
    for entry in facts.entries:
        if entry.pk not in known:
            included = min(entry.minutes, facts.available - drawn)
            EntryShare.objects.create(
                entry_id=entry.pk,
                contract=contract,
                staff_id=entry.staff_id,
                started_at=entry.started_at,
                included_minutes=included,
                overage_minutes=entry.minutes - included,
            )
    return facts
