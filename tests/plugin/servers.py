"""PostgreSQL and Valkey for the tests, started before anybody reads the settings, once for all xdist workers.

The process that starts first (xdist's controller, or pytest itself) owns the servers; workers inherit their addresses
through the environment. Each worker gets a database (`tests/plugin/databases.py`) and a numbered Valkey database.
"""

import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pytest

from dev.assets import compile_catalogues, stylesheet_command
from dev.failures import LauncherError
from dev.lock import LOCK_NAME, LauncherLock, is_running
from dev.postgres import SUPERUSER, PostgresServer
from dev.processes import run_to_end
from dev.provision import APPLICATION, OWNER, RolePasswords, ensure_roles
from dev.valkey import ValkeyServer

pytest_plugins = ("tests.plugin.databases", "tests.plugin.processes", "tests.plugin.mail", "tests.plugin.browser")

INHERITED = "PORTAL_TEST_SERVERS"
TEMPLATE = "portal_template"
PREFIX = "oura-success-tests-"
SURELY_LOCKED_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class TestServers:
    """Addresses and passwords of the servers, as the workers inherit them; `worker` tells whose databases are meant."""

    __test__ = False

    postgres_port: int
    valkey_port: int
    superuser_password: str
    owner_password: str
    application_password: str
    valkey_password: str
    folder: str
    worker: str = ""

    @property
    def database(self) -> str:
        """This worker's database."""
        return f"portal_{self.worker or 'main'}"

    def database_url(self, *, role: str, database: str | None = None) -> str:
        """The address of a database, this worker's unless another is named."""
        password = {
            OWNER: self.owner_password,
            APPLICATION: self.application_password,
            SUPERUSER: self.superuser_password,
        }[role]
        return f"postgres://{role}:{password}@127.0.0.1:{self.postgres_port}/{database or self.database}"

    @property
    def redis_url(self) -> str:
        """This worker's numbered database: 0 without xdist, else 1 and up."""
        number = int(self.worker.removeprefix("gw")) + 1 if self.worker else 0
        return f"redis://:{self.valkey_password}@127.0.0.1:{self.valkey_port}/{number}"

    def environment(self, *, database: str | None = None) -> dict[str, str]:
        """The environment of the settings, for this process and for every process that a test starts."""
        return {
            "DJANGO_SETTINGS_MODULE": "oura_success.settings.test",
            "SECRET_KEY": "the-tests-have-no-secrets-" + "0" * 40,
            "DATABASE_URL": self.database_url(role=APPLICATION, database=database),
            "DATABASE_OWNER_URL": self.database_url(role=OWNER, database=database),
            "REDIS_URL": self.redis_url,
            "DATA_DIR": str(Path(self.folder) / (self.worker or "main")),
        }


def remove_leftovers() -> None:
    """Remove the folders of earlier runs that were killed; a run that lives holds the lock of its folder."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            status = folder.stat()
        except FileNotFoundError:  # a run beside this one has just ended
            continue
        is_old = time.time() - status.st_mtime > SURELY_LOCKED_SECONDS
        was_locked = status.st_uid == os.geteuid() and (folder / LOCK_NAME).exists()
        if is_old and was_locked and not is_running(folder):
            shutil.rmtree(folder, ignore_errors=True)


class RunningServers:
    """The two servers and their temporary folder."""

    def __init__(self) -> None:
        remove_leftovers()
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self.folder.chmod(0o711)  # PostgreSQL's account passes through to its own folder
        self._stack = ExitStack()
        self._stack.enter_context(LauncherLock(self.folder))
        logs = self.folder / "logs"
        self.postgres = PostgresServer(
            data=self.folder / "postgres",
            log=logs / "postgres.log",
            superuser_password=secrets.token_urlsafe(24),
            settings={"max_connections": "300", "shared_buffers": "128MB", "deadlock_timeout": "200ms"},
            durable=False,
        )
        self.valkey = ValkeyServer(
            data=self.folder / "valkey", log=logs / "valkey.log", password=secrets.token_urlsafe(24), durable=False
        )
        self.passwords = RolePasswords(owner=secrets.token_urlsafe(24), application=secrets.token_urlsafe(24))

    def start(self) -> TestServers:
        """Start both, make the roles, compile the catalogues and the stylesheet meanwhile."""
        self.valkey.start()
        self.postgres.start()
        compile_catalogues()
        run_to_end(stylesheet_command(), log=self.folder / "logs" / "stylesheet.log")
        self.valkey.wait_ready()
        self.postgres.wait_ready()
        connection = self.postgres.connect("postgres")
        ensure_roles(connection, self.passwords, owner_may_create_databases=True)
        connection.close()
        return TestServers(
            postgres_port=self.postgres.port,
            valkey_port=self.valkey.port,
            superuser_password=self.postgres.superuser_password,
            owner_password=self.passwords.owner,
            application_password=self.passwords.application,
            valkey_password=self.valkey.password,
            folder=str(self.folder),
        )

    def stop(self) -> None:
        """Stop both and remove what they wrote."""
        self.valkey.stop()
        self.postgres.stop()
        self._stack.close()
        shutil.rmtree(self.postgres.data, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)


_running: RunningServers | None = None


def servers_of_this_run() -> TestServers:
    """The servers, with this worker's name."""
    return replace(TestServers(**json.loads(os.environ[INHERITED])), worker=os.environ.get("PYTEST_XDIST_WORKER", ""))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None]:
    """Start the servers before pytest-django (whose hook is no wrapper, so it comes later) reads the settings."""
    global _running  # noqa: PLW0603 - pytest offers no place to keep it this early
    if INHERITED not in os.environ:
        _running = RunningServers()
        try:
            os.environ[INHERITED] = json.dumps(asdict(_running.start()))
        except LauncherError as error:
            _running.stop()
            raise pytest.UsageError(str(error)) from error
    os.environ.update(servers_of_this_run().environment())
    return (yield)


def pytest_unconfigure() -> None:
    """Stop what this process started."""
    global _running  # noqa: PLW0603
    if _running is not None:
        del os.environ[INHERITED]
        _running.stop()
        _running = None


@pytest.fixture(scope="session")
def servers() -> TestServers:
    """Addresses and passwords of PostgreSQL and Valkey."""
    return servers_of_this_run()


@pytest.fixture
def postgres_of_this_run() -> PostgresServer:
    """The server itself, for a test that takes it down and up again: alone on the machine, without xdist."""
    assert _running is not None, "only the process that started the servers may restart them"
    return _running.postgres
