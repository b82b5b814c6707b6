"""What money hangs on is never changed nor removed, through any door (DOMAIN.md §4; docs/adr/0002)."""

import hashlib
from collections.abc import Callable, Generator

import psycopg2
import pytest
from django.db import InternalError, ProgrammingError, models, transaction
from django.db.models import ProtectedError
from django.test import Client
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case

from core.database_roles import append_only_tables
from customers.models import User
from packages.models import Contract
from sessions.models import EntryShare, LedgerEntry
from tests.database.conftest import Ledger
from tests.factories import PASSWORD, giulia, logged

APPEND_ONLY = [
    "audit_events",
    "billing_periods",
    "ledger_entries",
    "material_versions",
    "overage_acceptances",
    "overage_requests",
    "package_versions",
    "rate_lines",
    "session_events",
    "terms_acceptances",
    "terms_texts",
    "terms_versions",
    "time_request_events",
    "waiver_decisions",
    "waivers",
    "wished_times",
]
EMPTY = (
    "audit_events",
    "billing_periods",
    "material_versions",
    "overage_requests",
    "time_request_events",
    "wished_times",
)
FILLED = [table for table in APPEND_ONLY if table not in EMPTY]


def rows(connection: Connection, table: str) -> str:
    """A hash of every byte of every row."""
    with connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(table)))
        return hashlib.sha256("\n".join(row for (row,) in cursor.fetchall()).encode()).hexdigest()


@pytest.fixture
def _nothing_changes(app: Connection) -> Generator[None]:
    """Whatever a test does to the ledger, it is afterwards what it was, byte by byte."""
    tables = [*FILLED, "entry_shares", "contracts"]
    before = {table: rows(app, table) for table in tables}
    yield
    assert {table: rows(app, table) for table in tables} == before


def refused(connection: Connection, statement: str, error: type[psycopg2.Error]) -> None:
    """Run `statement` in a transaction of its own, which the database must not let pass."""
    with pytest.raises(error), connection, connection.cursor() as cursor:
        cursor.execute(statement)


def test_every_table_that_money_hangs_on_is_append_only(app: Connection) -> None:
    with app, app.cursor() as cursor:
        assert set(APPEND_ONLY) <= set(append_only_tables(cursor))
        for table in FILLED:
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
            row = cursor.fetchone()
            assert row is not None
            assert row[0] > 0, f"{table} is empty: nothing could be refused on it"


AS_THE_APPLICATION = [
    "UPDATE {table} SET id = id",
    "DELETE FROM {table}",
    "TRUNCATE {table} CASCADE",
    "INSERT INTO {table} SELECT * FROM {table} LIMIT 1 ON CONFLICT (id) DO UPDATE SET id = excluded.id",
    "MERGE INTO {table} t USING {table} s ON t.id = s.id WHEN MATCHED THEN DELETE",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} DISABLE TRIGGER append_only",
    "DROP TRIGGER append_only ON {table}",
    "DROP TABLE {table} CASCADE",
    "CREATE RULE silent AS ON INSERT TO {table} DO INSTEAD NOTHING",
]
AS_THE_OWNER = ["UPDATE {table} SET id = id", "DELETE FROM {table}", "TRUNCATE {table} CASCADE"]


@pytest.mark.usefixtures("_nothing_changes")
def test_the_application_role_is_refused(app: Connection) -> None:
    for statement in AS_THE_APPLICATION:
        for table in APPEND_ONLY:
            refused(app, statement.format(table=table), psycopg2.errors.InsufficientPrivilege)


@pytest.mark.usefixtures("_nothing_changes")
def test_the_triggers_refuse_even_the_owner(owner: Connection) -> None:
    for statement in AS_THE_OWNER:
        for table in FILLED:
            refused(owner, statement.format(table=table), psycopg2.errors.RestrictViolation)


@pytest.mark.usefixtures("_nothing_changes")
def test_the_application_role_cannot_give_itself_more_rights(app: Connection) -> None:
    for statement in (
        "SET session_replication_role = replica",
        "SET ROLE portal_owner",
        "ALTER FUNCTION refuse_change() RENAME TO allow_change",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('core', '9999', now())",
    ):
        refused(app, statement, psycopg2.errors.InsufficientPrivilege)
    with app, app.cursor() as cursor:
        cursor.execute("GRANT UPDATE ON ledger_entries TO portal_app")  # passes with a warning that it granted nothing
        cursor.execute("SELECT has_table_privilege('ledger_entries', 'UPDATE')")
        assert cursor.fetchone() == (False,)


@pytest.mark.usefixtures("_nothing_changes")
def test_the_owner_cannot_pass_as_a_replica(owner: Connection) -> None:
    refused(owner, "SET session_replication_role = replica", psycopg2.errors.InsufficientPrivilege)


@pytest.mark.usefixtures("_nothing_changes")
def test_what_a_contract_was_signed_with_is_frozen(app: Connection, owner: Connection) -> None:
    for change in (
        "customer_id = customer_id + 1",
        "starts_on = '2020-01-01'",
        "time_zone = 'UTC'",
        "currency = 'USD'",
    ):
        for connection in (app, owner):
            refused(connection, f"UPDATE contracts SET {change}", psycopg2.errors.RestrictViolation)


@pytest.mark.usefixtures("_nothing_changes")
def test_a_share_is_rewritten_never_removed(app: Connection, owner: Connection) -> None:
    for connection in (app, owner):
        refused(connection, "DELETE FROM entry_shares", psycopg2.errors.RestrictViolation)
        refused(connection, "UPDATE entry_shares SET started_at = now()", psycopg2.errors.RestrictViolation)
    refused(owner, "TRUNCATE entry_shares", psycopg2.errors.RestrictViolation)


@pytest.mark.usefixtures("_nothing_changes")
def test_deleting_a_contract_takes_nothing_with_it(app: Connection, owner: Connection, ledger: Ledger) -> None:
    for connection in (app, owner):
        refused(
            connection, f"DELETE FROM contracts WHERE id = {ledger.contract.pk}", psycopg2.errors.ForeignKeyViolation
        )
    with pytest.raises(ProtectedError):
        ledger.contract.delete()
    with pytest.raises(ProtectedError):
        ledger.contract.customer.delete()
    with pytest.raises(ProtectedError):
        giulia().delete()


@pytest.mark.usefixtures("_nothing_changes")
def test_no_way_of_djangos_changes_a_row(ledger: Ledger) -> None:
    entry = LedgerEntry.objects.get(pk=ledger.full.pk)
    entry.minutes = 5
    rows_of_all = LedgerEntry.objects.all()
    attempts: list[Callable[[], object]] = [
        entry.save,
        lambda: entry.save(update_fields=["minutes"]),
        lambda: rows_of_all.update(minutes=5),
        lambda: LedgerEntry.objects.bulk_update([entry], ["minutes"]),
        lambda: LedgerEntry.objects.update_or_create(pk=entry.pk, defaults={"minutes": 5}),
        lambda: LedgerEntry.objects.bulk_create(
            [entry], update_conflicts=True, update_fields=["minutes"], unique_fields=["id"]
        ),
        lambda: models.QuerySet(LedgerEntry)._raw_delete("default"),
    ]
    for attempt in attempts:
        with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
            attempt()
    with pytest.raises(ProtectedError), transaction.atomic():
        rows_of_all.delete()


@pytest.mark.usefixtures("_nothing_changes")
def test_the_admin_changes_nothing(client: Client, ledger: Ledger) -> None:
    User.objects.create_superuser("root@oura.example", PASSWORD, name="Root")
    client.login(email="root@oura.example", password=PASSWORD)
    changed = {"minutes": "5", "hourly_rate": "1", "_save": "Save", "post": "yes", "action": "delete_selected"}
    for label in ("consulting_sessions/ledgerentry", "consulting_sessions/entryshare", "support_packages/rateline"):
        for path in ("", "add/", f"{ledger.full.pk}/change/", f"{ledger.full.pk}/delete/"):
            response = client.post(f"/admin/{label}/{path}", {**changed, "_selected_action": str(ledger.full.pk)})
            assert response.status_code in (302, 403, 404, 405), path


def test_a_late_entry_and_a_reversal_are_still_welcome(app: Connection, ledger: Ledger) -> None:
    """The refusals above refuse change, not growth: appending as the application's role works."""
    logged(ledger.contract, "operations", 15, "2026-02-20 10:00")
    assert EntryShare.objects.filter(contract=ledger.contract).count() == 7
    assert Contract.objects.filter(pk=ledger.contract.pk).update(ends_on="2027-06-30") == 1
