"""The launcher's own decisions: the port, what RESET=1 removes, whether the database must be prepared again."""

import socket
from pathlib import Path

import pytest

from dev import demo, preparation
from dev.credentials import stored_credentials
from dev.databases import with_role
from dev.failures import LauncherError


def test_a_taken_port_is_one_sentence_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(LauncherError) as refusal:
            demo.chosen_port()
    assert str(refusal.value) == (
        f"Port {port} is taken by another program: choose another, e.g. PORT={port + 1} make demo."
    )


@pytest.mark.parametrize("text", ["abc", "0", "65536", "-1", "8000.0", "٨٠٠٠"])
def test_what_is_no_port_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", text)
    with pytest.raises(LauncherError, match="is no port"):
        demo.chosen_port()


def test_reset_removes_what_the_demo_made_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    first = stored_credentials(tmp_path)
    for name in demo.OWN_FOLDERS:
        (tmp_path / name).mkdir()
    (tmp_path / "beat-schedule.dat").touch()
    (tmp_path / "holiday.jpg").touch()
    demo.reset(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]
    assert stored_credentials(tmp_path) != first


def test_reset_leaves_a_database_alone_that_is_not_the_demos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@elsewhere/else")
    with pytest.raises(LauncherError, match="DATABASE_URL names another"):
        demo.reset(tmp_path)


def test_the_database_is_prepared_again_when_the_code_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not preparation.is_prepared(tmp_path)
    preparation.remember_preparation(tmp_path)
    assert preparation.is_prepared(tmp_path)
    monkeypatch.setattr(preparation, "fingerprint", lambda: "of other code")
    assert not preparation.is_prepared(tmp_path)


def test_the_fingerprint_knows_every_line_of_the_apps(tmp_path: Path) -> None:
    (tmp_path / "requirements-demo.txt").touch()
    (tmp_path / "app" / "migrations").mkdir(parents=True)
    (tmp_path / "app" / "apps.py").touch()
    seen = {preparation.fingerprint(tmp_path)}
    migration = tmp_path / "app" / "migrations" / "0001_initial.py"
    for change in (migration.touch, lambda: migration.write_text("a"), lambda: migration.write_text("b")):
        change()
        seen.add(preparation.fingerprint(tmp_path))
    assert len(seen) == 4


def test_secrets_are_made_once_and_kept_to_ourselves(tmp_path: Path) -> None:
    made = stored_credentials(tmp_path)
    assert stored_credentials(tmp_path) == made
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert len({made.superuser_password, made.owner_password, made.application_password, made.secret_key}) == 4


def test_another_role_connects_to_the_same_place() -> None:
    assert with_role("postgres://me:p%40ss@db:5433/portal?sslmode=require", "portal_app", "a/b") == (
        "postgres://portal_app:a%2Fb@db:5433/portal?sslmode=require"
    )
