"""The portal's own processes in the demo: mail catcher, worker, beat, web; and how one sees that each is at work."""

import http.client
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from celery import Celery

from dev.paths import ROOT
from dev.ports import LOCALHOST
from dev.processes import Command, shared_memory_works

SIGN_IN_PATH = "/accounts/login/"
READINESS_PATH = "/readyz"
WORKER_NODE = "demo@localhost"
WEB_PROCESSES = "2"
WEB_THREADS = "4"


@dataclass(frozen=True, kw_only=True)
class Services:
    """The commands, with the environment and the folder that they share."""

    environment: Mapping[str, str]
    data: Path
    port: int
    mail_port: int

    def mail_catcher(self) -> Command:
        """Files what the portal sends."""
        folder = self.environment["DEMO_MAIL_DIR"]
        return self._python("The mail catcher", "dev.mailcatcher", "--port", str(self.mail_port), "--folder", folder)

    def worker(self) -> Command:
        """The Celery worker."""
        pool = "prefork" if shared_memory_works() else "threads"
        options = ("--concurrency", "2", "--pool", pool, "--hostname", WORKER_NODE, "--without-mingle")
        worker = ("celery", "-A", "oura_success", "worker", "--loglevel", "INFO")
        return self._python("The Celery worker", *worker, *options, stop_seconds=15)

    def beat(self) -> Command:
        """The Celery scheduler; its schedule file is in the data folder by the settings."""
        return self._python("Celery beat", "celery", "-A", "oura_success", "beat")

    def web(self) -> Command:
        """The web server; the heartbeat files of its processes need a folder that surely can be written to."""
        run = self.data / "run"
        run.mkdir(exist_ok=True)
        return self._python(
            "The web server",
            "gunicorn",
            "oura_success.wsgi",
            *("--bind", f"{LOCALHOST}:{self.port}", "--workers", WEB_PROCESSES, "--threads", WEB_THREADS),
            *("--preload", "--no-control-socket", "--worker-tmp-dir", str(run), "--graceful-timeout", "5"),
            *("--access-logfile", "-"),
        )

    def page_answers(self) -> bool:
        """Whether the sign-in page comes with 200."""
        return self._status_of(SIGN_IN_PATH) == http.HTTPStatus.OK

    def database_is_migrated(self) -> bool:
        """Whether the portal finds its database there and up to date."""
        return self._status_of(READINESS_PATH) == http.HTTPStatus.OK

    def worker_answers(self) -> bool:
        """Whether the worker answers a ping over the broker."""
        with Celery(broker=self.environment["REDIS_URL"], set_as_current=False) as app:
            try:
                return bool(app.control.ping(destination=[WORKER_NODE], timeout=1))
            except app.connection_for_read().recoverable_connection_errors:
                return False

    def beat_has_written_since(self, moment: float) -> bool:
        """Whether beat has opened its schedule, as it does before its first tick, since then (epoch seconds)."""
        return any(path.stat().st_mtime >= moment for path in self.data.glob("beat-schedule*"))

    def _status_of(self, path: str) -> int | None:
        connection = http.client.HTTPConnection(LOCALHOST, self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def _python(self, name: str, module: str, *arguments: str, stop_seconds: float = 10) -> Command:
        return Command(
            name=name,
            arguments=[sys.executable, "-m", module, *arguments],
            environment={**self.environment, "PYTHONUNBUFFERED": "1"},
            cwd=ROOT,
            stop_seconds=stop_seconds,
        )
