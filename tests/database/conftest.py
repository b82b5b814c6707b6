"""A committed ledger to attack, and connections of the driver's own, past every rule of the portal's code."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case

from packages.models import Contract
from sessions.domain.ledger import reverse_entry
from sessions.domain.waivers import waive
from sessions.models import ConsultingSession, LedgerEntry
from tests.factories import (
    NOW,
    aino,
    booked,
    giulia,
    globex,
    hanna,
    launch_kit,
    logged,
    rate,
    sofia,
    with_terms_accepted,
)


@dataclass(frozen=True)
class Ledger:
    """Two contracts of two customers, with something in every table that proves what is billed."""

    contract: Contract
    full: LedgerEntry
    half: LedgerEntry
    reversed: LedgerEntry
    session: ConsultingSession
    foreign: Contract
    foreign_entry: LedgerEntry


@pytest.fixture
def ledger(transactional_db: None) -> Ledger:
    """240 minutes granted, 315 logged, 60 of them reversed, 15 overage waived; committed."""
    rate("EUR", "120.00")
    contract = with_terms_accepted(launch_kit())
    logged(contract, "kickoff", 60, "2026-02-03 10:00")
    wrong = logged(contract, "operations", 60, "2026-02-04 10:00").entry
    full = logged(contract, "operations", 60, "2026-02-05 10:00").entry
    logged(contract, "operations", 60, "2026-02-06 10:00")
    logged(contract, "operations", 45, "2026-02-09 10:00")
    half = logged(contract, "operations", 30, "2026-02-10 10:00").entry
    reverse_entry(entry=wrong, by=giulia(), reason="Another customer's meeting", now=NOW)
    waive(entry=half, by=sofia(), reason="Goodwill", now=NOW)
    session = booked(contract, "operations", 60, "2026-03-12 10:00", accept_overage=True)
    hanna()
    foreign = launch_kit(globex(), dedicated=aino())
    foreign_entry = logged(foreign, "kickoff", 60, "2026-02-03 10:00").entry
    return Ledger(contract, full, half, wrong, session, foreign, foreign_entry)


@pytest.fixture
def app(ledger: Ledger, app_connection_factory: Callable[[], Connection]) -> Connection:
    """A connection as the application's role; it commits when told to."""
    return app_connection_factory()


@pytest.fixture
def owner(ledger: Ledger, owner_connection: Connection) -> Generator[Connection]:
    """A connection as the owner of the tables, with transactions by hand."""
    owner_connection.autocommit = False
    yield owner_connection
    owner_connection.rollback()
