"""manage.py in another terminal works on the running demo, and only on a running one."""

import stat
from pathlib import Path

import pytest

from dev.environment import FILE_NAME, adopt_running_demo, read_environment, write_environment
from dev.lock import AlreadyRunning, LauncherLock, is_running

STRANGE = {"SECRET_KEY": 'it\'s "quoted" $HOME; and = too', "PORTAL_BASE_URL": "http://127.0.0.1:8000"}


def test_what_is_written_is_read_again_while_the_demo_runs(tmp_path: Path) -> None:
    write_environment(tmp_path, STRANGE)
    with LauncherLock(tmp_path):
        assert read_environment(tmp_path) == STRANGE


def test_what_a_dead_launcher_left_behind_is_not_believed(tmp_path: Path) -> None:
    write_environment(tmp_path, STRANGE)
    with LauncherLock(tmp_path):
        pass
    assert read_environment(tmp_path) == {}


def test_only_this_account_can_read_it(tmp_path: Path) -> None:
    write_environment(tmp_path, STRANGE)
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_two_launchers_never_share_a_data_folder(tmp_path: Path) -> None:
    assert not is_running(tmp_path)
    with LauncherLock(tmp_path):
        assert is_running(tmp_path)
        with pytest.raises(AlreadyRunning), LauncherLock(tmp_path):
            pass
    assert not is_running(tmp_path)


def test_manage_py_adopts_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert not adopt_running_demo()
    monkeypatch.setenv("SECRET_KEY", "another")
    write_environment(tmp_path, {"SECRET_KEY": "the demo's", "DATA_DIR": str(tmp_path)})
    with LauncherLock(tmp_path):
        assert adopt_running_demo()
        import os

        assert os.environ["SECRET_KEY"] == "the demo's"
