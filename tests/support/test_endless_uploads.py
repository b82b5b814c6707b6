"""A stream without end, sent over a socket to real web processes: cut off, nothing of it stays, others are served."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings
from django.test import Client
from django.urls import reverse

from core.uploads import MOST_BYTES
from customers.models import User
from home.models import ImportRun
from support.models import MaterialVersion, OrderImport, RequestAttachment, SupportRequest
from tests.factories import giulia, marta, sofia
from tests.plugin.processes import WebServer
from tests.races.rush import token_of
from tests.support.examples import asked

MEGABYTE = 1024 * 1024
PIECE = 64 * 1024
MOST_SENT = MOST_BYTES + 64 * MEGABYTE
"""What is on its way in buffers when the server hangs up, and far more: who comes here is never stopped."""
CSRF = "a" * 32


@dataclass
class Upload:
    """A stream without end: how much of it was sent, the most of it that lay on the disk, and the answer."""

    spool: Path
    sent: int = 0
    most_on_disk: int = 0
    answer: bytes = b""
    left_on_disk: list[Path] = field(default_factory=list)

    @property
    def status(self) -> int:
        return int(self.answer.split(b" ", 2)[1]) if self.answer else 0

    def pour(self, url: str, head: bytes) -> "Upload":
        """Send `head`, then the same byte for ever, until the server no longer takes any."""
        address = urlsplit(url)
        assert address.hostname is not None
        assert address.port is not None
        with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
            connection.sendall(head)
            try:
                while self.sent < MOST_SENT:
                    connection.sendall(b"x" * PIECE)
                    self.sent += PIECE
                    self.most_on_disk = max(self.most_on_disk, sum(each.stat().st_size for each in self._files()))
            except ConnectionError:
                pass
            try:
                while piece := connection.recv(PIECE):
                    self.answer += piece
            except ConnectionError:
                pass
        self.left_on_disk = list(self._files())
        return self

    def _files(self) -> Iterator[Path]:
        for path in self.spool.rglob("*"):
            if path.is_file() and "wgunicorn" not in path.name:
                yield path


def cookies_of(person: User) -> str:
    """The header of somebody who is signed in in a browser."""
    browser = Client()
    browser.force_login(person, backend="customers.authentication.PortalBackend")
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={browser.cookies[name].value}; {settings.CSRF_COOKIE_NAME}={CSRF}"


def multipart(path: str, *, person: User, field: str, file: str, fields: dict[str, str], host: str) -> bytes:
    """The beginning of a form with a file that never ends."""
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in {"csrfmiddlewaretoken": CSRF, **fields}.items()
    )
    return (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies_of(person)}\r\nContent-Length: {10**12}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        f'{parts}--b\r\nContent-Disposition: form-data; name="{field}"; filename="{file}"\r\n'
        "Content-Type: image/png\r\n\r\n"
    ).encode()


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """The only folder in which the web processes keep what they were sent."""
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


@pytest.fixture
def url(spool: Path, portal_server_factory: Callable[..., WebServer]) -> str:
    return portal_server_factory({"TMPDIR": str(spool)}, processes=1).url


def test_a_file_without_end_is_cut_off_wherever_one_can_be_sent(url: str, spool: Path) -> None:
    request, host = asked(), urlsplit(url).netloc
    words = {"kind": "technical_issue", "subject": "Endless", "body": "Plain words"}
    doors = [
        (reverse("support:request-create"), marta(), "attachments", words),
        (reverse("support:request-write", args=[request.pk]), giulia(), "attachments", {"then": "answered", **words}),
        (reverse("support:material-create"), giulia(), "file", {"title": "Endless", "language": "en"}),
        (reverse("support:order-import"), giulia(), "file", {}),
        ("/contracts/import/", sofia(), "file", {}),
    ]
    for path, person, name, fields in doors:
        head = multipart(path, person=person, field=name, file="ring.png", fields=fields, host=host)
        upload = Upload(spool).pour(url, head)
        assert upload.sent < MOST_SENT, path
        assert MEGABYTE < upload.most_on_disk <= MOST_BYTES + MEGABYTE, path
        assert upload.left_on_disk == [], path
        assert upload.status in {0, HTTPStatus.UNPROCESSABLE_ENTITY}, path
    assert SupportRequest.objects.get() == request
    assert request.messages.count() == 1
    for nothing in (RequestAttachment, MaterialVersion, OrderImport, ImportRun):
        assert not nothing.objects.exists()
    assert requests.get(f"{url}/livez", timeout=30).status_code == HTTPStatus.OK


def test_a_body_without_end_that_is_no_file_never_reaches_the_disk(url: str, spool: Path) -> None:
    asked()
    host, token = urlsplit(url).netloc, token_of(marta())
    signed_in = f"Host: {host}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    form = f"Host: {host}\r\nCookie: {cookies_of(marta())}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    endless, in_chunks = f"Content-Length: {10**12}\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n"
    for head in (
        f"POST /api/v1/requests/ HTTP/1.1\r\n{signed_in}{endless}",
        f"POST /api/v1/requests/ HTTP/1.1\r\n{signed_in}{in_chunks}",
        f"POST /requests/new/ HTTP/1.1\r\n{form}{endless}",
        f"POST /requests/new/ HTTP/1.1\r\n{form}{in_chunks}",
    ):
        upload = Upload(spool).pour(url, head.encode())
        assert upload.sent < MOST_SENT
        assert upload.most_on_disk == 0
        assert 400 <= upload.status < 500
    assert SupportRequest.objects.count() == 1
