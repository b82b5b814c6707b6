"""A database a worker, cloned from one migrated template; connections as the owner and as the application's role.

The tests connect as the application's role, which may not TRUNCATE: instead of Django's flush a transactional test
is followed by a new clone of the template. The triggers and grants are those of production.
"""

import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest
import redis
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case

from dev.paths import ROOT
from dev.postgres import SUPERUSER
from dev.processes import Command, run_to_end
from dev.provision import OWNER, ensure_database, ensure_extensions
from tests.plugin.servers import TEMPLATE, TestServers, servers_of_this_run

TEMPLATE_LOCK = 4_187_001
FILL_THE_TEMPLATE = ("migrate", "load_catalogue")


@contextmanager
def connected(servers: TestServers, *, role: str, database: str) -> Iterator[Connection]:
    """An autocommitting connection that is closed at the end."""
    with closing(psycopg2.connect(servers.database_url(role=role, database=database))) as connection:
        connection.autocommit = True
        yield connection


def ensure_template(servers: TestServers) -> None:
    """Migrate one database as `manage.py` would and fill it with the catalogue: once a run, whoever comes first."""
    with connected(servers, role=SUPERUSER, database="postgres") as admin, admin.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE])
        if cursor.fetchone():
            return
        unfinished = f"{TEMPLATE}_unfinished"
        ensure_database(admin, name=unfinished)
        with connected(servers, role=SUPERUSER, database=unfinished) as inside:
            ensure_extensions(inside)
        run_to_end(
            Command(
                name="The migration of the test database",
                arguments=[sys.executable, "-m", "dev.commands", *FILL_THE_TEMPLATE],
                environment={**os.environ, **servers.environment(database=unfinished)},
                cwd=ROOT,
            ),
            log=Path(servers.folder) / "logs" / "template.log",
        )
        cursor.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(TEMPLATE))
        )


def clone_template(servers: TestServers) -> None:
    """Put a new clone of the template in the place of this worker's database, whoever is connected to it."""
    names = [sql.Identifier(name) for name in (servers.database, TEMPLATE, OWNER)]
    with connected(servers, role=SUPERUSER, database="postgres") as admin, admin.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(names[0]))
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(*names))


def _clone_instead_of_flush(_test_case: object) -> None:
    from django.db import connections

    connections.close_all()
    clone_template(servers_of_this_run())


@pytest.fixture(scope="session")
def worker_database(servers: TestServers) -> Generator[None]:
    """This worker's database, and Django's transactional tests taught to clone instead of TRUNCATE."""
    from django.test import TransactionTestCase

    ensure_template(servers)
    clone_template(servers)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _clone_instead_of_flush)
        yield


@pytest.fixture(autouse=True)
def _empty_valkey(servers: TestServers) -> Generator[None]:
    """No cache, rate limit or queue of one test reaches the next."""
    yield
    with closing(redis.Redis.from_url(servers.redis_url)) as client:
        client.flushdb()


@pytest.fixture
def owner_connection(servers: TestServers, django_db_setup: None) -> Generator[Connection]:
    """A connection of the driver as the owner of the tables, in autocommit."""
    with connected(servers, role=OWNER, database=servers.database) as connection:
        yield connection


@pytest.fixture
def app_connection_factory(servers: TestServers, django_db_setup: None) -> Generator[Callable[[], Connection]]:
    """Opens connections of the driver as the application's role: a new one each call, with transactions by hand."""
    opened: list[Connection] = []

    def connect() -> Connection:
        connection = psycopg2.connect(os.environ["DATABASE_URL"])
        opened.append(connection)
        return connection

    yield connect
    for connection in opened:
        connection.close()
