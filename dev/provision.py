"""Roles and databases on a fresh server: what a database administrator does once in production."""

from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case

from core.database_roles import EXTENSIONS

OWNER = "portal_owner"
APPLICATION = "portal_app"


@dataclass(frozen=True, kw_only=True)
class RolePasswords:
    """The passwords of the two roles that the portal uses."""

    owner: str
    application: str


def ensure_role(connection: Connection, *, name: str, password: str, may_create_databases: bool = False) -> None:
    """Make the role, or give the one that exists this password and no more rights than these."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        cursor.execute(
            sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS {} PASSWORD {}").format(
                sql.SQL(verb),
                sql.Identifier(name),
                sql.SQL("CREATEDB" if may_create_databases else "NOCREATEDB"),
                sql.Literal(password),
            )
        )


def ensure_roles(connection: Connection, passwords: RolePasswords, *, owner_may_create_databases: bool = False) -> None:
    """The owner of the tables and the application's role, which owns nothing."""
    ensure_role(connection, name=OWNER, password=passwords.owner, may_create_databases=owner_may_create_databases)
    ensure_role(connection, name=APPLICATION, password=passwords.application)


def ensure_database(connection: Connection, *, name: str) -> None:
    """An empty database of the owner that nobody but the two roles can connect to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER)))
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        cursor.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(APPLICATION))
        )


def ensure_extensions(connection: Connection) -> None:
    """The extensions that the migrations take for granted; `connection` is one to the database that needs them."""
    with connection.cursor() as cursor:
        for extension in EXTENSIONS:
            cursor.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
