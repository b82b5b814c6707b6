"""Which database and broker the demo works on: its own servers, or those that the environment names."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2
from psycopg2.errors import InsufficientPrivilege

from dev.credentials import Credentials
from dev.failures import LauncherError
from dev.postgres import PostgresServer
from dev.provision import (
    APPLICATION,
    OWNER,
    RolePasswords,
    ensure_database,
    ensure_extensions,
    ensure_role,
    ensure_roles,
)
from dev.valkey import ValkeyServer

DATABASE = "portal"
ONE_ROLE = (
    "The role of DATABASE_URL may not make another one, so the portal works as the owner of its tables: "
    "triggers guard the ledger, grants do not."
)


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """The variables that tell the settings where everything is, and what the person should know about them."""

    environment: Mapping[str, str]
    remark: str = ""


def own_postgres(data: Path, credentials: Credentials) -> PostgresServer | None:
    """The demo's own PostgreSQL, unless `DATABASE_URL` names another."""
    if os.environ.get("DATABASE_URL"):
        return None
    return PostgresServer(
        data=data / "postgres",
        log=data / "logs" / "postgres.log",
        superuser_password=credentials.superuser_password,
    )


def own_valkey(data: Path, credentials: Credentials) -> ValkeyServer | None:
    """The demo's own Redis-protocol server, unless `REDIS_URL` names another."""
    if os.environ.get("REDIS_URL"):
        return None
    return ValkeyServer(data=data / "valkey", log=data / "logs" / "valkey.log", password=credentials.valkey_password)


def provision_own(postgres: PostgresServer, credentials: Credentials) -> Addresses:
    """Roles, database and extensions on the demo's own server."""
    passwords = RolePasswords(owner=credentials.owner_password, application=credentials.application_password)
    admin = postgres.connect("postgres")
    ensure_roles(admin, passwords)
    ensure_database(admin, name=DATABASE)
    admin.close()
    inside = postgres.connect(DATABASE)
    ensure_extensions(inside)
    inside.close()
    return Addresses(
        environment={
            "DATABASE_URL": postgres.url(database=DATABASE, user=APPLICATION, password=passwords.application),
            "DATABASE_OWNER_URL": postgres.url(database=DATABASE, user=OWNER, password=passwords.owner),
        }
    )


def provision_named(credentials: Credentials) -> Addresses:
    """The database that the environment names. `DATABASE_URL` alone is the owner's: the other role is made from it.

    :raises LauncherError: if it does not answer
    """
    url = os.environ["DATABASE_URL"]
    if os.environ.get("DATABASE_OWNER_URL"):
        return Addresses(environment={"DATABASE_URL": url, "DATABASE_OWNER_URL": os.environ["DATABASE_OWNER_URL"]})
    try:
        owner = psycopg2.connect(url)
    except psycopg2.OperationalError as error:
        raise LauncherError(f"The database of DATABASE_URL does not answer: {error}") from error
    owner.autocommit = True
    try:
        ensure_role(owner, name=APPLICATION, password=credentials.application_password)
    except InsufficientPrivilege:
        return Addresses(environment={"DATABASE_URL": url, "DATABASE_OWNER_URL": ""}, remark=ONE_ROLE)
    finally:
        owner.close()
    return Addresses(
        environment={
            "DATABASE_URL": with_role(url, APPLICATION, credentials.application_password),
            "DATABASE_OWNER_URL": url,
        }
    )


def with_role(url: str, role: str, password: str) -> str:
    """The same database, connected to as another role."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role)}:{quote(password, safe='')}@{place}"))
