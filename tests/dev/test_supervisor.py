"""What dies is started again with growing pauses; what is stopped is stopped in order."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dev.failures import LauncherError
from dev.paths import ROOT
from dev.processes import Child, Command, run_to_end
from dev.supervisor import Supervisor

NOTES_ITS_END = """
import pathlib, signal, sys, time
def end(*_):
    with pathlib.Path(sys.argv[1]).open("a") as file:
        file.write(sys.argv[2] + "\\n")
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
time.sleep(60)
"""
STUBBORN = """
import signal, subprocess, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(subprocess.Popen(["sleep", "60"]).pid, flush=True)
time.sleep(60)
"""
LAUNCHER = """
import os, pathlib, sys, time
from dev.processes import Child, Command
log = pathlib.Path(sys.argv[1])
command = Command(name="sleeper", arguments=["sleep", "60"], environment=dict(os.environ), cwd=pathlib.Path("/"))
print(Child(command, log=log).pid, flush=True)
time.sleep(60)
"""


def python(code: str, *arguments: str, name: str = "A child") -> Command:
    return Command(
        name=name, arguments=[sys.executable, "-c", code, *arguments], environment=dict(os.environ), cwd=ROOT
    )


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def ends_soon(pid: int) -> bool:
    """Whether the process is gone within 5 s: the kernel delivers a SIGKILL when that process is next scheduled."""
    deadline = time.monotonic() + 5
    while lives(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not lives(pid)


def test_what_dies_starts_again_after_pauses_that_double(tmp_path: Path) -> None:
    said: list[str] = []
    clock = Clock()
    supervisor = Supervisor(tmp_path, say=said.append, clock=clock)
    first = supervisor.start(python("print('out of ink'); raise SystemExit(3)", name="The printer"), log_name="a.log")
    first.wait(20)
    supervisor.check()
    assert said[0].startswith("The printer ended with code 3 and starts again in 1 s.")
    assert "out of ink" in said[0]
    supervisor.check()
    assert len(said) == 1
    deadline = time.monotonic() + 20
    while len(said) < 3 and time.monotonic() < deadline:
        clock.now += 30
        supervisor.check()
        time.sleep(0.05)
    assert ["in 2 s" in said[1], "in 4 s" in said[2]] == [True, True]


def test_servers_end_after_those_whom_they_serve(tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    supervisor = Supervisor(tmp_path, say=print)
    database = Child(python(NOTES_ITS_END, str(ends), "database"), log=tmp_path / "database.log")
    supervisor.adopt_server(database)
    web = supervisor.start(python(NOTES_ITS_END, str(ends), "web"), log_name="web.log")
    for child in (database, web):
        child.wait_until(lambda child=child: "up" in child.output(), seconds=20)  # type: ignore[misc]  # a default binds it
    supervisor.stop_all()
    assert ends.read_text().split() == ["web", "database"]


def test_a_child_that_does_not_end_is_killed_with_its_whole_session(tmp_path: Path) -> None:
    stubborn = Command(
        name="x", arguments=[sys.executable, "-c", STUBBORN], environment=dict(os.environ), cwd=ROOT, stop_seconds=0.3
    )
    child = Child(stubborn, log=tmp_path / "x.log")
    child.wait_until(lambda: child.output().endswith("\n"), seconds=20)
    grandchild = int(child.output())
    child.stop()
    assert child.returncode == -signal.SIGKILL
    assert ends_soon(grandchild)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")
def test_no_child_survives_a_launcher_that_was_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(tmp_path / "log")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as launcher:
        assert launcher.stdout is not None
        sleeper = int(launcher.stdout.readline())
        assert lives(sleeper)
        launcher.kill()
        launcher.wait()
    assert ends_soon(sleeper)


def test_a_command_that_fails_says_its_last_lines(tmp_path: Path) -> None:
    with pytest.raises(LauncherError, match=r"A child ended with code 1:\nwhy it failed"):
        run_to_end(python("print('why it failed'); raise SystemExit(1)"), log=tmp_path / "log")
