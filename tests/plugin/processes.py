"""The portal as real processes on this worker's database: web, Celery worker, beat."""

import os
import re
import signal
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import pytest
import requests

from dev.paths import ROOT
from dev.ports import LOCALHOST, free_port
from dev.processes import Child, Command
from tests.plugin.servers import TestServers

CLOCK = ROOT / "tests" / "clock"
READY_PATH = "/livez"
START_SECONDS = 240  # a loaded machine starts slowly; what fails to start ends by itself at once


def shifted_clock(seconds: float) -> dict[str, str]:
    """Environment of processes that share a clock which is ahead by so many seconds: their own, and the workers'."""
    return {**wrong_clock(seconds), "PORTAL_TEST_SHARED_CLOCK_AHEAD": str(seconds)}


def wrong_clock(seconds: float) -> dict[str, str]:
    """Environment of processes of a machine whose clock alone is ahead by so many seconds (tests/clock)."""
    return {
        "PORTAL_TEST_CLOCK_OFFSET": str(seconds),
        "PYTHONPATH": os.pathsep.join([str(CLOCK), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }


@dataclass(kw_only=True)
class WebServer:
    """A running gunicorn."""

    url: str
    child: Child

    def log(self) -> str:
        """Everything it has written."""
        return self.child.output()


@dataclass(kw_only=True)
class CeleryProcesses:
    """A running worker and beat (either may be missing), with what it takes to do them harm."""

    worker: Child | None
    beat: Child | None

    def log(self) -> str:
        """Everything both have written."""
        return "".join(child.output() for child in (self.worker, self.beat) if child)

    def kill_worker(self) -> None:
        """End the worker and its pool as a power cut would."""
        if self.worker:
            self.worker.kill()

    def kill_pool_children(self) -> list[int]:
        """End the pool's processes but not the worker, as the kernel does when memory is short; returns their ids."""
        assert self.worker is not None
        children = Path(f"/proc/{self.worker.pid}/task/{self.worker.pid}/children")
        pids = [int(pid) for pid in children.read_text().split()]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return pids


@dataclass(kw_only=True)
class ProcessFactory:
    """Starts the portal's processes for one test (or one session) and stops them afterwards, last started first."""

    servers: TestServers
    folder: Path
    stack: ExitStack = field(default_factory=ExitStack)
    _number: int = 0

    def web(self, environment: Mapping[str, str] | None = None, *, processes: int = 2, threads: int = 4) -> WebServer:
        """A gunicorn with worker processes that answers under `url`."""
        port = free_port()
        url = f"http://{LOCALHOST}:{port}"
        child = self._start(
            "gunicorn",
            [
                *("-m", "gunicorn", "oura_success.wsgi", "--bind", f"{LOCALHOST}:{port}", "--no-control-socket"),
                *("--workers", str(processes), "--threads", str(threads), "--worker-tmp-dir", self.folder),
                *("--graceful-timeout", "3", "--access-logfile", "-"),
            ],
            {"PORTAL_BASE_URL": url, **(environment or {})},
        )
        child.wait_until(lambda: self._answers(url, processes, child), seconds=START_SECONDS)
        return WebServer(url=url, child=child)

    def celery(
        self,
        environment: Mapping[str, str] | None = None,
        *,
        worker: bool = True,
        beat: bool = True,
        concurrency: int = 2,
    ) -> CeleryProcesses:
        """A Celery worker and beat, returned when both are at work."""
        celery = ["-m", "celery", "-A", "oura_success"]
        environment = environment or {}
        running = CeleryProcesses(worker=None, beat=None)
        if worker:
            node = f"test-{self.servers.worker or 'main'}-{self._number}@localhost"
            arguments = [*celery, "worker", "--concurrency", str(concurrency), "--loglevel", "INFO", "-n", node]
            running.worker = self._start("The Celery worker", arguments, environment)
        if beat:
            arguments = [*celery, "beat", "--loglevel", "INFO", "--schedule", str(self._new_path("schedule"))]
            running.beat = self._start("Celery beat", arguments, environment)
        if running.worker:
            running.worker.wait_until(lambda: _says(running.worker, r"ready\."), seconds=START_SECONDS)
        if running.beat:
            running.beat.wait_until(lambda: _says(running.beat, r"beat: Starting"), seconds=START_SECONDS)
        return running

    def _start(self, name: str, arguments: Sequence[str | Path], environment: Mapping[str, str]) -> Child:
        command = Command(
            name=name,
            arguments=[sys.executable, *arguments],
            environment={**os.environ, **self.servers.environment(), "PYTHONUNBUFFERED": "1", **environment},
            cwd=ROOT,
            stop_seconds=8,
        )
        child = Child(command, log=self._new_path("log"))
        self.stack.callback(child.stop)
        return child

    def _new_path(self, suffix: str) -> Path:
        self._number += 1
        return self.folder / f"{self._number}.{suffix}"

    def _answers(self, url: str, processes: int, child: Child) -> bool:
        if child.output().count("Booting worker with pid") < processes:
            return False
        try:
            return requests.get(url + READY_PATH, timeout=5).status_code == HTTPStatus.OK
        except requests.RequestException:
            return False


def _says(child: Child | None, pattern: str) -> bool:
    return child is not None and re.search(pattern, child.output()) is not None


@pytest.fixture(scope="session")
def _processes_of_the_session(
    servers: TestServers, worker_database: None, tmp_path_factory: pytest.TempPathFactory
) -> Generator[ProcessFactory]:
    with ExitStack() as stack:
        yield ProcessFactory(servers=servers, folder=tmp_path_factory.mktemp("processes"), stack=stack)


@pytest.fixture(scope="session")
def _web_server_of_the_session(_processes_of_the_session: ProcessFactory) -> WebServer:
    return _processes_of_the_session.web()


@pytest.fixture
def portal_processes(transactional_db: None, servers: TestServers, tmp_path: Path) -> Generator[ProcessFactory]:
    """Starts web, worker and beat with an environment of one's own; stopped before the database is renewed."""
    with ExitStack() as stack:
        yield ProcessFactory(servers=servers, folder=tmp_path, stack=stack)


@pytest.fixture
def portal_server(transactional_db: None, _web_server_of_the_session: WebServer) -> str:
    """Base URL of a gunicorn with two processes on this worker's database, shared by the worker's tests."""
    return _web_server_of_the_session.url


@pytest.fixture
def portal_server_factory(portal_processes: ProcessFactory) -> Callable[..., WebServer]:
    """Starts a gunicorn of one's own: `portal_server_factory({"FAULT_POINTS": "skip_lock"}).url`."""
    return portal_processes.web


@pytest.fixture
def celery_processes(portal_processes: ProcessFactory) -> Callable[..., CeleryProcesses]:
    """Starts a real worker and beat: `celery_processes({"EMAIL_URL": smtp_server.url})`."""
    return portal_processes.celery
