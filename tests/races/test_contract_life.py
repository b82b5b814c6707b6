"""Renewing twice, ending against booking, voiding against logging: what stands afterwards agrees (DOMAIN.md §2)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case
from pytest_django import Settings

from core.refusals import InvalidInput, Refusal
from home.domain.contract_life.ends import move_end
from home.domain.contract_life.renewals import proposed_renewal, renew_contract
from home.domain.contract_life.voiding import void_contract
from packages.domain.catalogue import newest_version
from packages.models import Contract
from sessions.domain.refusals import OutsideContract
from sessions.models import ConsultingSession, LedgerEntry
from tests.factories import NOW, admin_of, at, booked, customer, giulia, launch_kit, logged, sofia
from tests.races.rush import at_once, goes_wrong

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 3
SLOWLY = frozenset({"after_check=pause:0.05"})
UNPROTECTED = frozenset({"skip_lock", "after_check=pause:0.2"})
LAST = date(2026, 3, 9)


def contract_of(number: int) -> Contract:
    """A Launch Kit of a customer of its own, with an admin."""
    contract = launch_kit(customer(f"Customer {number}"))
    admin_of(contract)
    return contract


def refusals(answers: list[Refusal | None]) -> list[type[Refusal]]:
    return [type(answer) for answer in answers if answer is not None]


def renews(contract: Contract) -> Callable[[], object]:
    proposal = proposed_renewal(contract)
    return lambda: renew_contract(
        renews=contract,
        package_version=newest_version("launch-kit"),
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
        dedicated=giulia(),
        others=[],
        types_switched_off=[],
        keep_rate=False,
        by=sofia(),
        now=NOW,
    )


def ends(contract: Contract) -> Callable[[], object]:
    return lambda: move_end(contract=contract, ends_on=LAST, reason="Merged", by=sofia(), now=NOW)


def books_after_it(contract: Contract, number: int) -> Callable[[], object]:
    """A booking on the day after the new end, for each contract at another hour."""
    start = at("2026-03-10 09:00") + timedelta(days=7 * number)
    return lambda: booked(contract, "operations", 60, start, now=NOW)


def voids(contract: Contract) -> Callable[[], object]:
    return lambda: void_contract(contract=contract, reason="Typed twice", by=sofia(), now=NOW)


def logs(contract: Contract, number: int) -> Callable[[], object]:
    start = at("2026-02-03 10:00") + timedelta(hours=2 * number)
    return lambda: logged(contract, "kickoff", 60, start, now=NOW)


def left_behind(contract: Contract) -> bool:
    """Whether a session stays booked on a day that the contract does not cover any more."""
    contract.refresh_from_db()
    return contract.ends_on == LAST and ConsultingSession.objects.filter(contract=contract, status="booked").exists()


def voided_with_hours(contract: Contract) -> bool:
    """Whether hours stand on a contract that holds no more."""
    contract.refresh_from_db()
    delivered = LedgerEntry.objects.filter(contract=contract, kind=LedgerEntry.Kind.CONSUMPTION)
    return contract.voided_at is not None and delivered.exists()


class TestRenewingTwice:
    def test_one_renewal(self, settings: Settings) -> None:
        settings.FAULT_POINTS = SLOWLY
        for number in range(ROUNDS):
            contract = contract_of(number)
            assert refusals(at_once(renews(contract), renews(contract))) == [InvalidInput]
            assert contract.renewals.count() == 1

    def test_the_control_without_lock_and_constraint_renews_twice(
        self, settings: Settings, owner_connection: Connection
    ) -> None:
        with owner_connection.cursor() as cursor:
            cursor.execute("DROP INDEX contracts_renewed_once")
        settings.FAULT_POINTS = UNPROTECTED
        numbers = iter(range(100))

        def renewed_twice() -> bool:
            contract = contract_of(next(numbers))
            at_once(renews(contract), renews(contract))
            return contract.renewals.count() > 1

        assert goes_wrong(renewed_twice)


class TestEndingAgainstBooking:
    def test_nothing_stays_booked_after_the_end(self, settings: Settings) -> None:
        settings.FAULT_POINTS = SLOWLY
        for number in range(ROUNDS):
            contract = contract_of(number)
            end, booking = at_once(ends(contract), books_after_it(contract, number))
            assert end is None
            assert booking is None or isinstance(booking, OutsideContract)
            assert not left_behind(contract)

    def test_the_control_without_lock_and_guard_leaves_a_session_behind(
        self, settings: Settings, owner_connection: Connection
    ) -> None:
        with owner_connection.cursor() as cursor:
            cursor.execute("ALTER TABLE contracts DISABLE TRIGGER contracts_cover_sessions")
        settings.FAULT_POINTS = UNPROTECTED
        numbers = iter(range(100))

        def stays_booked() -> bool:
            number = next(numbers)
            contract = contract_of(number)
            at_once(ends(contract), books_after_it(contract, number % 6))
            return left_behind(contract)

        assert goes_wrong(stays_booked)


class TestVoidingAgainstLogging:
    def test_either_it_is_voided_or_hours_stand_on_it(self, settings: Settings) -> None:
        settings.FAULT_POINTS = SLOWLY
        for number in range(ROUNDS):
            contract = contract_of(number)
            assert len(refusals(at_once(voids(contract), logs(contract, number)))) == 1
            assert not voided_with_hours(contract)

    def test_the_control_without_lock_and_guards_voids_what_was_delivered(
        self, settings: Settings, owner_connection: Connection
    ) -> None:
        with owner_connection.cursor() as cursor:
            cursor.execute("ALTER TABLE contracts DISABLE TRIGGER contracts_cover_entries")
            cursor.execute("ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_in_term")
        settings.FAULT_POINTS = UNPROTECTED
        numbers = iter(range(100))

        def both() -> bool:
            number = next(numbers)
            contract = contract_of(number)
            at_once(voids(contract), logs(contract, number))
            return voided_with_hours(contract)

        assert goes_wrong(both)
