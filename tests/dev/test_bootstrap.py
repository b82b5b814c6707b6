"""The environment is made once, and made again only when its lock file changes."""

import json
import re
from pathlib import Path

import pytest

from dev import bootstrap
from dev.paths import ROOT

PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE | re.IGNORECASE)


@pytest.fixture
def installs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was installed; nothing really is."""
    done: list[str] = []
    for level in ("demo", "dev"):
        (tmp_path / f"requirements-{level}.txt").write_text(f"{level}==1")
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(bootstrap, "ROOT", str(tmp_path))
    monkeypatch.setattr(bootstrap, "MARKER", str(tmp_path / ".venv" / "installed.json"))
    monkeypatch.setattr(bootstrap, "find_uv", lambda: None)
    monkeypatch.setattr(bootstrap, "works", lambda python: True)
    monkeypatch.setattr(bootstrap, "install", lambda uv, level: done.append(level))
    return done


def test_a_second_start_installs_nothing(installs: list[str]) -> None:
    bootstrap.ensure("demo")
    bootstrap.ensure("demo")
    assert installs == ["demo"]


def test_what_the_tests_need_holds_what_the_demo_needs(installs: list[str]) -> None:
    for level in ("dev", "demo", "dev"):
        bootstrap.ensure(level)
    assert installs == ["dev"]


def test_the_demos_environment_is_completed_for_the_tests(installs: list[str]) -> None:
    for level in ("demo", "dev"):
        bootstrap.ensure(level)
    assert installs == ["demo", "dev"]


def test_a_changed_lock_file_is_installed_again(installs: list[str], tmp_path: Path) -> None:
    bootstrap.ensure("demo")
    (tmp_path / "requirements-demo.txt").write_text("demo==2")
    bootstrap.ensure("demo")
    assert installs == ["demo", "demo"]


def test_an_installation_that_failed_is_not_remembered(
    installs: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.ensure("demo")
    (tmp_path / "requirements-demo.txt").write_text("demo==2")

    def fail(uv: object, level: object) -> None:
        raise bootstrap.CannotGoOn

    monkeypatch.setattr(bootstrap, "install", fail)
    with pytest.raises(bootstrap.CannotGoOn):
        bootstrap.ensure("demo")
    assert bootstrap.read_marker() == {}


def test_an_old_python_is_told_so_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "NEEDED", (9, 0))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(bootstrap.CannotGoOn, match=r"^Python 9\.0 or newer is needed and this is 3\.\d+: [^.]+\.\.\.$"):
        bootstrap.find_python()


def test_the_lock_files_agree() -> None:
    pins = {
        level: dict(PIN.findall((ROOT / f"requirements{level}.txt").read_text())) for level in ("", "-demo", "-dev")
    }
    assert pins[""].items() <= pins["-demo"].items() <= pins["-dev"].items()


def test_every_locked_package_has_its_hashes() -> None:
    for path in ROOT.glob("requirements*.txt"):
        text = path.read_text()
        entries = re.split(r"\n(?=\S)", text.strip())
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
        assert json.dumps(text).count("http") == json.dumps(text).count("httpcore") + json.dumps(text).count("httpx")
