"""Child processes that never outlive their launcher."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dev.accounts import Account
from dev.failures import LauncherError

PR_SET_PDEATHSIG = 1
# Loaded before any fork: between fork and exec nothing may be imported.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def shared_memory_works() -> bool:
    """Whether processes can share semaphores and memory; small containers have no writable /dev/shm."""
    return sys.platform != "linux" or os.access("/dev/shm", os.W_OK)  # noqa: S108 - the kernel's, not a file of ours


def _die_with_parent(parent: int, death_signal: int) -> Callable[[], None]:
    def set_death_signal() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
            if os.getppid() != parent:  # the parent died before the call above
                os.kill(os.getpid(), signal.SIGKILL)

    return set_death_signal


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to run, where, as whom, and with which signals it ends."""

    name: str
    arguments: Sequence[str | Path]
    environment: Mapping[str, str]
    cwd: Path
    account: Account | None = None
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 10


class Child:
    """One running command: own session (the terminal's Ctrl-C does not reach it), output in a log file.

    The kernel ends a child when the *thread* that started it ends, so children are started by the main thread only.
    """

    def __init__(self, command: Command, *, log: Path) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("Children die with the thread that started them: start them from the main thread.")
        self.command = command
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        self._asked_to_stop = False
        self._log_start = log.stat().st_size if log.exists() else 0
        account = command.account
        with log.open("ab") as output:
            try:
                self._process = subprocess.Popen(
                    [str(argument) for argument in command.arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=command.cwd,
                    env=dict(command.environment),
                    start_new_session=True,
                    user=account.uid if account else None,
                    group=account.gid if account else None,
                    extra_groups=[] if account else None,
                    # Only calls that are safe between fork and exec; no other thread runs our code meanwhile.
                    preexec_fn=_die_with_parent(os.getpid(), command.stop_signal),  # noqa: PLW1509
                )
            except OSError as error:
                raise LauncherError(f"{command.name} cannot be started: {error}.") from error

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.poll()

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def output(self) -> str:
        """What this run has written to its log so far."""
        with self.log.open("rb") as file:
            file.seek(self._log_start)
            return file.read().decode(errors="replace")

    def log_tail(self, lines: int = 15) -> str:
        """The last lines of what this run wrote."""
        return "\n".join(self.output().splitlines()[-lines:])

    def wait(self, seconds: float | None = None) -> int:
        """Wait for the end.

        :raises subprocess.TimeoutExpired: if it still runs after `seconds`
        """
        return self._process.wait(seconds)

    def signal(self, number: int) -> None:
        """Send a signal to this process alone, if it still runs."""
        if self.running:
            self._process.send_signal(number)

    def request_stop(self) -> None:
        """Ask for an orderly end and return at once; asked once only, a second time means "at once" to some."""
        if not self._asked_to_stop:
            self._asked_to_stop = True
            self.signal(self.command.stop_signal)

    def stop(self) -> None:
        """Ask for an orderly end; what is left of the session after `stop_seconds` is killed."""
        self.request_stop()
        try:
            self._process.wait(self.command.stop_seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the process and every process of its session, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Wait until `ready()`.

        :raises LauncherError: if the process ends before, or is not ready after `seconds`
        """
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running:
                raise LauncherError(f"{self.command.name} ended with code {self.returncode}:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise LauncherError(f"{self.command.name} is not ready after {seconds:.0f} s:\n{self.log_tail()}")
            time.sleep(0.03)


def run_to_end(command: Command, *, log: Path) -> str:
    """Run a command that ends by itself and return what it wrote.

    :raises LauncherError: if it ends with another code than 0
    """
    child = Child(command, log=log)
    try:
        code = child.wait()
    except BaseException:
        child.kill()
        raise
    if code != 0:
        raise LauncherError(f"{command.name} ended with code {code}:\n{child.log_tail(30)}")
    return child.output()
