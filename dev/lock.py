"""One launcher a data folder: whoever finds the lock free knows that servers still running there are left over."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

LOCK_NAME = "launcher.lock"


class AlreadyRunning(Exception):
    """Another launcher works on this data folder."""


class LauncherLock:
    """Held as long as the launcher lives; the kernel lets go of it however the launcher ends."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / LOCK_NAME
        self._file: int | None = None

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(file)
            raise AlreadyRunning from error
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def is_running(data_dir: Path) -> bool:
    """Whether a launcher works on this data folder now."""
    if not (data_dir / LOCK_NAME).exists():
        return False
    try:
        with LauncherLock(data_dir):
            return False
    except AlreadyRunning:
        return True
