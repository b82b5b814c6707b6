"""The environment of the running demo, written down so that `manage.py` in another terminal uses the same servers."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from dev.lock import is_running
from dev.paths import data_dir

FILE_NAME = "demo.env"


def write_environment(folder: Path, environment: Mapping[str, str]) -> None:
    """Write the variables to a file that only this account can read; a shell can source it too."""
    path = folder / FILE_NAME
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in sorted(environment.items())))


def read_environment(folder: Path) -> dict[str, str]:
    """The variables of the demo that runs on this data folder; empty if none runs."""
    path = folder / FILE_NAME
    if not path.exists() or not is_running(folder):
        return {}
    words = shlex.split(path.read_text())
    return dict(word.split("=", 1) for word in words if "=" in word)


def remove_environment(folder: Path) -> None:
    """The demo has ended: nobody shall look for its servers."""
    (folder / FILE_NAME).unlink(missing_ok=True)


def adopt_running_demo() -> bool:
    """Take over the environment of the demo of this project, if one runs; tells whether one does."""
    environment = read_environment(data_dir())
    os.environ.update(environment)
    return bool(environment)
