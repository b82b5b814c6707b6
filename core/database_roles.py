"""Who may do what in the database: the owner makes tables, the application's role only uses them.

The application connects as a role that owns nothing, so that no code of the portal, right or wrong, can switch a
trigger off, empty a table or change a row of the ledger. `migrate` gives it its rights after every run:

* every table: SELECT, INSERT, UPDATE, DELETE, by default privileges too, so that a table is usable at once;
* append-only tables (a trigger calls `refuse_change()` for every UPDATE and DELETE): SELECT and INSERT alone;
* Django's record of migrations: SELECT alone;
* nobody but the owner: TRUNCATE, REFERENCES, TRIGGER.
"""

from collections.abc import Sequence
from typing import Protocol

from psycopg2 import sql
from psycopg2.sql import Composable

# Made by whoever provisions the database: an application's owner role may not create all of them.
EXTENSIONS = ("btree_gist", "citext", "pg_trgm", "unaccent")
REFUSING_FUNCTION = "refuse_change"
MIGRATION_RECORD = "django_migrations"
EACH_ROW_UPDATE_DELETE = 0b1_1001  # bits of pg_trigger.tgtype


class Cursor(Protocol):
    """What is needed of a cursor: Django's and the driver's own both have it."""

    def execute(self, query: str | Composable, params: Sequence[str | int] | None = None) -> object:
        """Run one statement."""

    def fetchall(self) -> list[tuple[str, ...]]:
        """The rows of the last statement."""


def append_only_tables(cursor: Cursor) -> list[str]:
    """Tables of the public schema with a trigger that refuses every UPDATE and DELETE, by name.

    A trigger with a condition (frozen columns) does not count: the other columns of its table may change.
    """
    cursor.execute(
        """
        SELECT DISTINCT pg_class.relname
          FROM pg_trigger
          JOIN pg_proc ON pg_proc.oid = pg_trigger.tgfoid
          JOIN pg_class ON pg_class.oid = pg_trigger.tgrelid
          JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
         WHERE pg_namespace.nspname = 'public'
           AND pg_proc.proname = %s
           AND pg_trigger.tgtype & %s = %s
           AND pg_trigger.tgqual IS NULL
         ORDER BY 1
        """,
        [REFUSING_FUNCTION, EACH_ROW_UPDATE_DELETE, EACH_ROW_UPDATE_DELETE],
    )
    return [name for (name,) in cursor.fetchall()]


def grant_application_rights(cursor: Cursor, *, application_role: str) -> None:
    """Give the application's role exactly its rights; run as the owner, inside one transaction, as often as one likes.

    One transaction, because between the general grant and the narrowing of the append-only tables they would lie open.
    """
    role = sql.Identifier(application_role)
    for statement in (
        "GRANT USAGE ON SCHEMA public TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ):
        cursor.execute(sql.SQL(statement).format(role=role))
    for table in append_only_tables(cursor):
        cursor.execute(sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), role))
    cursor.execute(
        sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(MIGRATION_RECORD), role)
    )
