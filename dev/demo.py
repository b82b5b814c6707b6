"""`make demo`: the whole portal on this machine, from empty folder to sign-in page, until Ctrl-C or SIGTERM."""

import os
import shutil
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from dev.accounts import place_for, server_account
from dev.assets import compile_catalogues, stylesheet_command
from dev.credentials import FILE_NAME as SECRETS_FILE
from dev.credentials import stored_credentials
from dev.databases import own_postgres, own_valkey, provision_named, provision_own
from dev.environment import FILE_NAME as ENVIRONMENT_FILE
from dev.environment import read_environment, remove_environment, write_environment
from dev.failures import LauncherError
from dev.lock import AlreadyRunning, LauncherLock
from dev.paths import ROOT, data_dir
from dev.ports import LOCALHOST, accepts, free_port, is_free
from dev.preparation import FILE_NAME as PREPARATION_FILE
from dev.preparation import is_prepared, remember_preparation
from dev.processes import Child, Command, run_to_end
from dev.services import Services
from dev.supervisor import Supervisor

DEFAULT_PORT = 8000
HIGHEST_PORT = 65535
PREPARE = ("migrate", "load_catalogue", "load_demo_world")
# What a start makes in the data folder, and what RESET=1 therefore removes: never the folder as a whole.
OWN_FOLDERS = ("postgres", "postgres.new", "valkey", "mail", "files", "logs", "run")
OWN_FILES = (SECRETS_FILE, ENVIRONMENT_FILE, PREPARATION_FILE)
DEMO_SIGN_IN = "demo-portal"
PERSONAS = (
    ("admin@acme.example", "customer admin of Acme"),
    ("admin@globex.example", "customer admin of Globex, another customer"),
    ("am@oura.example", "account manager and customer success manager"),
    ("finance@oura.example", "finance"),
    ("ops@oura.example", "operations lead"),
)


class StopRequested(BaseException):
    """Ctrl-C, SIGTERM, or the terminal was closed."""


def say(text: str) -> None:
    """One line for the person at the terminal."""
    print(text, flush=True)


def chosen_port() -> int:
    """The port of the web server: `PORT`, else 8000.

    :raises LauncherError: if it is no port, not ours to use, or taken
    """
    text = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= HIGHEST_PORT):
        raise LauncherError(f"PORT={text} is no port: choose a number from 1 to {HIGHEST_PORT}.")
    port = int(text)
    try:
        free = is_free(port)
    except PermissionError as error:
        raise LauncherError(f"Port {port} is for root only: choose another, e.g. PORT=8001 make demo.") from error
    if not free:
        other = port + 1 if port < HIGHEST_PORT else DEFAULT_PORT
        raise LauncherError(f"Port {port} is taken by another program: choose another, e.g. PORT={other} make demo.")
    return port


def reset(data: Path) -> None:
    """Remove what earlier starts made.

    :raises LauncherError: if the data lie in a database that is not the demo's own
    """
    if os.environ.get("DATABASE_URL"):
        raise LauncherError("RESET=1 empties the demo's own database only, and DATABASE_URL names another.")
    shutil.rmtree(place_for(server_account(), data / "postgres"), ignore_errors=True)
    for name in OWN_FOLDERS:
        shutil.rmtree(data / name, ignore_errors=True)
    for path in (*(data / name for name in OWN_FILES), *data.glob("beat-schedule*")):
        path.unlink(missing_ok=True)


def keep_previous_logs(logs: Path) -> None:
    """The logs of the last run stay beside the new ones, as `.log.1`."""
    for log in logs.glob("*.log"):
        log.replace(log.with_name(f"{log.name}.1"))


class Demo:
    """One run of the demo on one data folder."""

    def __init__(self, data: Path, port: int) -> None:
        self._data = data
        self._port = port
        self._logs = data / "logs"
        self._supervisor = Supervisor(self._logs, say=say)
        self._stopping = False
        self._began = time.monotonic()

    def handle_signal(self, _number: int, _frame: FrameType | None) -> None:
        """The first signal asks for an orderly end, a second one for an end at once."""
        if self._stopping:
            self._supervisor.kill_all()
        else:
            self._stopping = True
            raise StopRequested

    def start(self) -> None:
        """Start everything and wait until it is ready.

        :raises LauncherError: if something does not start
        """
        self._logs.mkdir(parents=True, exist_ok=True)
        keep_previous_logs(self._logs)
        stylesheet = Child(stylesheet_command(), log=self._logs / "stylesheet.log")
        environment = self._start_servers()
        compile_catalogues()
        if stylesheet.wait() != 0:
            raise LauncherError(f"The stylesheet could not be compiled:\n{stylesheet.log_tail()}")
        is_own = not os.environ.get("DATABASE_URL")
        prepared = is_own and is_prepared(self._data)
        if not prepared:
            self._prepare(environment)
        write_environment(self._data, environment)
        say("Starting web, worker and beat …")
        services = self._start_portal({**os.environ, **environment})
        if prepared and not services.database_is_migrated():
            self._prepare(environment)

    def watch(self) -> None:
        """Restart what dies, until a signal comes."""
        while True:
            self._supervisor.check()
            time.sleep(0.5)

    def stop(self) -> None:
        """End everything in order."""
        self._stopping = True
        remove_environment(self._data)
        self._supervisor.stop_all()

    def announce(self) -> None:
        """Where to go and as whom."""
        url = f"http://{LOCALHOST}:{self._port}"
        say(f"\nOura Success is ready after {time.monotonic() - self._began:.0f} s:  {url}/\n")
        say(f"  sign in as (password for all: {DEMO_SIGN_IN})")
        for address, role in PERSONAS:
            say(f"    {address:<22} {role}")
        say(f"\n  the mail it sends     {url}/demo/mail/")
        say(f"  the component gallery {url}/demo/gallery/")
        say(f"  logs                  {self._logs}")
        say("\nCtrl-C stops everything; the data stay (make demo RESET=1 starts afresh).")

    def _start_servers(self) -> dict[str, str]:
        credentials = stored_credentials(self._data)
        postgres, valkey = own_postgres(self._data, credentials), own_valkey(self._data, credentials)
        say("Starting PostgreSQL and Valkey …" if postgres or valkey else "Using the servers of the environment …")
        if valkey:
            self._supervisor.adopt_server(valkey.start())
        if postgres:
            self._supervisor.adopt_server(postgres.start())
            postgres.wait_ready()
        addresses = provision_own(postgres, credentials) if postgres else provision_named(credentials)
        if addresses.remark:
            say(addresses.remark)
        if valkey:
            valkey.wait_ready()
        self._mail_port = free_port()
        return {
            **addresses.environment,
            "REDIS_URL": valkey.url() if valkey else os.environ["REDIS_URL"],
            "DJANGO_SETTINGS_MODULE": "oura_success.settings.demo",
            "SECRET_KEY": credentials.secret_key,
            "DATA_DIR": str(self._data),
            "DEMO_MAIL_DIR": str(self._data / "mail"),
            "EMAIL_URL": f"smtp://{LOCALHOST}:{self._mail_port}",
            "PORTAL_BASE_URL": f"http://{LOCALHOST}:{self._port}",
        }

    def _prepare(self, environment: dict[str, str]) -> None:
        say("Preparing the database …")
        command = Command(
            name="The preparation of the database",
            arguments=[sys.executable, "-m", "dev.commands", *PREPARE],
            environment={**os.environ, **environment},
            cwd=ROOT,
        )
        run_to_end(command, log=self._logs / "prepare.log")
        remember_preparation(self._data)

    def _start_portal(self, environment: dict[str, str]) -> Services:
        services = Services(environment=environment, data=self._data, port=self._port, mail_port=self._mail_port)
        moment = time.time()
        mail = self._supervisor.start(services.mail_catcher(), log_name="mail.log")
        worker = self._supervisor.start(services.worker(), log_name="worker.log")
        beat = self._supervisor.start(services.beat(), log_name="beat.log")
        web = self._supervisor.start(services.web(), log_name="web.log")
        mail.wait_until(lambda: accepts(self._mail_port), seconds=20)
        web.wait_until(services.page_answers, seconds=60)
        worker.wait_until(services.worker_answers, seconds=60)
        beat.wait_until(lambda: services.beat_has_written_since(moment), seconds=60)
        return services


def run() -> None:
    """Run the demo until somebody stops it.

    :raises LauncherError: if it cannot start
    """
    data = data_dir()
    try:
        with LauncherLock(data):
            port = chosen_port()
            if os.environ.get("RESET") not in {None, "", "0"}:
                reset(data)
            demo = Demo(data, port)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, demo.handle_signal)
            try:
                demo.start()
                demo.announce()
                demo.watch()
            except StopRequested:
                say("\nStopping …")
            finally:
                demo.stop()
    except AlreadyRunning as error:
        address = read_environment(data).get("PORTAL_BASE_URL")
        where = f"at {address}/" if address else "or is just starting"
        raise LauncherError(f"The demo of this folder already runs {where}: use that one, or stop it first.") from error


if __name__ == "__main__":
    try:
        run()
    except LauncherError as problem:
        sys.exit(str(problem))
