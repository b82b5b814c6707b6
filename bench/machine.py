"""The servers of one run: PostgreSQL and Valkey of its own, durable as in production, and web servers on top."""

import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case

from dev.assets import compile_catalogues, stylesheet_command
from dev.paths import ROOT
from dev.ports import LOCALHOST, free_port
from dev.postgres import PostgresServer
from dev.processes import Child, Command, run_to_end
from dev.provision import APPLICATION, OWNER, RolePasswords, ensure_database, ensure_extensions, ensure_roles
from dev.valkey import ValkeyServer

DATABASE = "portal_bench"
START_SECONDS = 60.0
PORTAL, FLOOR = "bench.settings", "bench.floor_settings"
APPLICATIONS = {PORTAL: "oura_success.wsgi:application", FLOOR: "bench.floor:application"}


@dataclass(frozen=True)
class Web:
    """A gunicorn that answers under `url`; `seconds_to_start` from its start to its first answer."""

    url: str
    child: Child
    seconds_to_start: float


@dataclass(kw_only=True)
class Machine:
    """What a run has: a folder, two servers, the environment of the portal's settings."""

    folder: Path
    postgres: PostgresServer
    valkey: ValkeyServer
    passwords: RolePasswords
    environment: dict[str, str] = field(default_factory=dict)

    def connect(self) -> Connection:
        """A connection to the run's database as its superuser."""
        return self.postgres.connect(DATABASE)

    @contextmanager
    def web(self, settings: str, *, processes: int) -> Iterator[Web]:
        """The portal, or the bare Django beside it, in so many processes."""
        port = free_port()
        url = f"http://{LOCALHOST}:{port}"
        began = time.monotonic()
        child = Child(
            Command(
                name=f"The web server of {settings}",
                arguments=[
                    *(sys.executable, "-m", "gunicorn", APPLICATIONS[settings], "--bind", f"{LOCALHOST}:{port}"),
                    *("--workers", str(processes), "--threads", "4", "--preload", "--no-control-socket"),
                    *("--worker-tmp-dir", self.folder, "--graceful-timeout", "3", "--keep-alive", "30"),
                ],
                environment={**os.environ, **self.environment, "DJANGO_SETTINGS_MODULE": settings},
                cwd=ROOT,
                stop_seconds=8,
            ),
            log=self.folder / f"web-{port}.log",
        )
        try:
            child.wait_until(lambda: _answers(url), seconds=START_SECONDS)
            yield Web(url=url, child=child, seconds_to_start=time.monotonic() - began)
        finally:
            child.stop()


@contextmanager
def machine() -> Iterator[Machine]:
    """Start both servers in a folder of their own, make and migrate the database; remove everything at the end."""
    folder = ROOT / ".data" / "bench" / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o711)  # PostgreSQL's account passes through to its own folder
    with ExitStack() as stack:
        postgres = PostgresServer(
            data=folder / "postgres",
            log=folder / "postgres.log",
            superuser_password=secrets.token_urlsafe(24),
            settings={"shared_buffers": "512MB", "max_wal_size": "4GB"},
        )
        valkey = ValkeyServer(data=folder / "valkey", log=folder / "valkey.log", password=secrets.token_urlsafe(24))
        run = Machine(
            folder=folder,
            postgres=postgres,
            valkey=valkey,
            passwords=RolePasswords(owner=secrets.token_urlsafe(24), application=secrets.token_urlsafe(24)),
        )
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(shutil.rmtree, postgres.data, ignore_errors=True)
        stack.callback(postgres.stop)
        postgres.start()
        stack.callback(valkey.stop)
        valkey.start()
        postgres.wait_ready()
        valkey.wait_ready()
        _fill(run)
        yield run


def _fill(run: Machine) -> None:
    """Roles, an empty database, the portal's tables and its catalogue."""
    connection = run.postgres.connect("postgres")
    ensure_roles(connection, run.passwords)
    ensure_database(connection, name=DATABASE)
    connection.close()
    with run.connect() as inside:
        ensure_extensions(inside)
    run.environment = environment_of(run)
    compile_catalogues()
    run_to_end(stylesheet_command(), log=run.folder / "stylesheet.log")
    run_to_end(
        Command(
            name="The migration of the bench's database",
            arguments=[sys.executable, "-m", "dev.commands", "migrate", "load_catalogue"],
            environment={**os.environ, **run.environment},
            cwd=ROOT,
        ),
        log=run.folder / "migration.log",
    )


def environment_of(run: Machine) -> dict[str, str]:
    """The environment of the portal's settings, for this process and for the servers."""
    urls: Mapping[str, str] = {
        name: run.postgres.url(database=DATABASE, user=role, password=password)
        for name, role, password in (
            ("DATABASE_URL", APPLICATION, run.passwords.application),
            ("DATABASE_OWNER_URL", OWNER, run.passwords.owner),
        )
    }
    return {
        **urls,
        "DJANGO_SETTINGS_MODULE": PORTAL,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "LOG_LEVEL": "ERROR",
        "REDIS_URL": run.valkey.url(),
        "DATA_DIR": str(run.folder),
    }


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=5).ok
    except requests.RequestException:
        return False
