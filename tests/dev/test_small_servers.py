"""Valkey keeps its queue, the mail catcher files every message, catalogues are compiled when they change."""

import os
import smtplib
import stat
import sys
from collections.abc import Callable, Generator
from email import message_from_bytes
from gettext import GNUTranslations
from pathlib import Path

import pytest
import redis

from dev.assets import compile_catalogues
from dev.failures import LauncherError
from dev.paths import ROOT
from dev.ports import accepts, free_port
from dev.processes import Child, Command
from dev.valkey import ValkeyServer

CATALOGUE = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Hours"\nmsgstr "{}"\n'


@pytest.fixture
def start_valkey(tmp_path: Path) -> Generator[Callable[[], ValkeyServer]]:
    """Starts a server on a folder with a space in its name, the same one at every call."""
    started: list[ValkeyServer] = []

    def start() -> ValkeyServer:
        server = ValkeyServer(data=tmp_path / "with space", log=tmp_path / "log", password="secret")
        started.append(server)
        server.start()
        server.wait_ready()
        return server

    yield start
    for server in started:
        server.stop()


def test_valkey_keeps_its_queue_and_takes_over_from_a_leftover(start_valkey: Callable[[], ValkeyServer]) -> None:
    first = start_valkey()
    with redis.Redis.from_url(first.url()) as client:
        client.rpush("queue", "work")
    second = start_valkey()  # the first was never stopped: its launcher died
    with redis.Redis.from_url(second.url()) as client:
        assert client.lrange("queue", 0, -1) == [b"work"]
    assert not accepts(first.port)


def test_valkey_wants_its_password_which_only_we_can_read(start_valkey: Callable[[], ValkeyServer]) -> None:
    server = start_valkey()
    with redis.Redis(port=server.port) as client, pytest.raises(redis.AuthenticationError):
        client.ping()
    assert stat.S_IMODE((server.data / "valkey.conf").stat().st_mode) == 0o600


def test_the_mail_catcher_files_one_message_a_file(tmp_path: Path) -> None:
    port, folder = free_port(), tmp_path / "mail"
    command = Command(
        name="The mail catcher",
        arguments=[sys.executable, "-m", "dev.mailcatcher", "--port", str(port), "--folder", folder],
        environment=dict(os.environ),
        cwd=ROOT,
    )
    catcher = Child(command, log=tmp_path / "log")
    try:
        catcher.wait_until(lambda: accepts(port), seconds=20)
        with smtplib.SMTP("127.0.0.1", port) as client:
            for subject in ("first", "second"):
                client.sendmail("a@oura.example", ["b@acme.example"], f"Subject: {subject}\r\n\r\nHello".encode())
    finally:
        catcher.stop()
    messages = [message_from_bytes(path.read_bytes()) for path in sorted(folder.iterdir())]
    assert [(message["Subject"], message["Delivered-To"]) for message in messages] == [
        ("first", "b@acme.example"),
        ("second", "b@acme.example"),
    ]
    assert catcher.returncode == 0


def test_a_catalogue_is_compiled_when_it_is_newer(tmp_path: Path) -> None:
    source = tmp_path / "locale" / "it" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    for age, word in ((20, "Ore"), (10, "Orario")):
        source.write_text(CATALOGUE.format(word))
        compile_catalogues(tmp_path)
        compiled = source.with_suffix(".mo")
        with compiled.open("rb") as file:
            assert GNUTranslations(file).gettext("Hours") == word
        moment = compiled.stat().st_mtime - age
        os.utime(compiled, (moment, moment))


def test_a_broken_catalogue_is_named(tmp_path: Path) -> None:
    source = tmp_path / "locale" / "it" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text('<<<<<<< HEAD\nmsgid "Hours"\nmsgstr "Ore"\n')
    with pytest.raises(LauncherError, match=r"django\.po cannot be read"):
        compile_catalogues(tmp_path)
