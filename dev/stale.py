"""Servers that an earlier launcher left behind."""

import os
import platform
import signal
import subprocess
import time
from pathlib import Path

from dev.failures import LauncherError

STOP_SECONDS = 10


def stop_stale_server(pid_file: Path, *, data: Path, name: str) -> None:
    """Stop the server that a pid file names, if it truly works in `data`, and remove the file.

    The caller holds the lock of the data folder, so whoever still runs there is left from a launcher that died.

    :raises LauncherError: if the server does not end
    """
    try:
        pid = int(pid_file.read_text().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return
    for number in (signal.SIGINT, signal.SIGQUIT):
        if not _works_in(pid, data):
            break
        os.kill(pid, number)
        _wait_for_end(pid, data)
    else:
        if _works_in(pid, data):
            raise LauncherError(f"{name} (process {pid}) still runs on {data} and does not end: stop it by hand.")
    pid_file.unlink(missing_ok=True)


def _wait_for_end(pid: int, data: Path) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while _works_in(pid, data) and time.monotonic() < deadline:
        time.sleep(0.05)


def _works_in(pid: int, data: Path) -> bool:
    """Whether the process is a server on this folder: both of ours make their data folder the working directory."""
    if platform.system() == "Linux":
        try:
            return Path(f"/proc/{pid}/cwd").resolve(strict=True) == data.resolve()
        except OSError:
            return False
    answer = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return str(data) in answer.stdout
