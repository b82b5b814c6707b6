"""A PostgreSQL of our own: paths with spaces, kept data, leftovers of a launcher that died, other people's accounts."""

import os
import shutil
import signal
from collections.abc import Callable, Generator
from pathlib import Path

import psycopg2
import pytest

from dev.accounts import can_enter, server_account
from dev.failures import LauncherError
from dev.ports import accepts
from dev.postgres import PostgresServer

StartServer = Callable[..., PostgresServer]


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Generator[StartServer]:
    """Starts a server on a folder with a space in its name; the same folder for the same call."""
    folder = tmp_path_factory.mktemp("folder with spaces")
    started: list[PostgresServer] = []

    def start(password: str = "secret") -> PostgresServer:
        server = PostgresServer(data=folder / "data", log=folder / "log", superuser_password=password, durable=False)
        started.append(server)
        server.start()
        server.wait_ready()
        return server

    yield start
    for server in started:
        server.stop()
        shutil.rmtree(server.data, ignore_errors=True)


def query(server: PostgresServer, statement: str) -> object:
    connection = server.connect("postgres")
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    connection.close()
    return row and row[0]


def test_it_sorts_and_compares_as_in_production(start: StartServer) -> None:
    server = start()
    assert (
        query(server, "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'template0'")
        == "bC.UTF-8"
    )
    assert query(server, "SHOW server_encoding") == "UTF8"


def test_nobody_gets_in_without_the_password(start: StartServer) -> None:
    server = start()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(server.url(database="postgres", user="postgres", password="guess"))
    assert not list(Path("/tmp").glob(f".s.PGSQL.{server.port}"))


def test_data_outlive_the_server_and_a_leftover_server_gives_way(start: StartServer) -> None:
    first = start()
    connection = first.connect("postgres")
    connection.cursor().execute("CREATE TABLE kept AS SELECT 42 AS answer")
    connection.close()
    second = start()  # the first was never stopped: its launcher died
    assert query(second, "SELECT answer FROM kept") == 42
    assert not accepts(first.port)


def test_a_killed_server_starts_again_on_its_data(start: StartServer) -> None:
    first = start()
    assert first.child is not None
    os.kill(first.child.pid, signal.SIGKILL)
    first.child.wait(10)
    assert query(start(), "SELECT 1") == 1


def test_data_of_other_secrets_ask_for_a_reset(start: StartServer) -> None:
    start().stop()
    with pytest.raises(LauncherError, match="RESET=1"):
        start(password="another")


def test_data_of_another_version_ask_for_a_reset(start: StartServer) -> None:
    server = start()
    server.stop()
    (server.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(LauncherError, match="was made by PostgreSQL 9"):
        start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another account")
def test_root_hands_it_to_an_account_that_exists_and_opens_nothing_for_it(tmp_path: Path) -> None:
    account = server_account()
    assert account is not None
    assert account.uid != 0
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    server = PostgresServer(data=closed / "data", log=tmp_path / "log", superuser_password="x", durable=False)
    assert server.data.parent.is_relative_to("/var/tmp")
    assert closed.stat().st_mode & 0o777 == 0o700
    assert not can_enter(account, closed)
