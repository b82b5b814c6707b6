"""What a killed test run leaves in the temporary folder goes with the next run; a living run keeps its own."""

import os
import tempfile
from pathlib import Path

import pytest

from dev.lock import LOCK_NAME, LauncherLock
from tests.plugin.servers import PREFIX, TestServers, remove_leftovers


def run_folder(parent: Path, name: str, *, locked_once: bool = True, age: float = 3600) -> Path:
    folder = parent / f"{PREFIX}{name}"
    folder.mkdir()
    if locked_once:
        (folder / LOCK_NAME).touch()
    moment = folder.stat().st_mtime - age
    os.utime(folder, (moment, moment))
    return folder


def test_only_folders_of_dead_runs_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead, living = run_folder(tmp_path, "dead"), run_folder(tmp_path, "living")
    just_made = run_folder(tmp_path, "just-made", age=0)
    somebodys = run_folder(tmp_path, "somebodys", locked_once=False)
    with LauncherLock(living):
        remove_leftovers()
    assert [folder.exists() for folder in (dead, living, just_made, somebodys)] == [False, True, True, True]


def test_each_worker_has_its_own_database_and_queue(servers: TestServers) -> None:
    assert servers.database in os.environ["DATABASE_URL"]
    assert servers.redis_url == os.environ["REDIS_URL"]
    assert servers.worker == os.environ.get("PYTEST_XDIST_WORKER", "")
