"""A real SMTP server that keeps what it received and refuses when told to."""

import asyncio
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from dev.ports import LOCALHOST, free_port

ACCEPTED = "250 OK"


@dataclass(frozen=True)
class ReceivedMail:
    """One message with the recipients of its envelope."""

    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain-text part."""
        part = self.message.get_body(preferencelist=("plain",))
        assert part is not None
        return str(part.get_content())


@dataclass
class MailServer:
    """What a test sees of the server. `refuse_with` is the answer to DATA while it is set, e.g. "451 try later".

    It thinks for `seconds_a_mail` before it takes one.
    """

    port: int
    received: list[ReceivedMail] = field(default_factory=list)
    refuse_with: str | None = None
    refused: int = 0
    seconds_a_mail: float = 0.0
    before_answer: Callable[[ReceivedMail], None] | None = None

    @property
    def url(self) -> str:
        """The address, as `EMAIL_URL` wants it."""
        return f"smtp://{LOCALHOST}:{self.port}"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd
        """Keep or refuse one message."""
        if self.refuse_with:
            self.refused += 1
            return self.refuse_with
        await asyncio.sleep(self.seconds_a_mail)
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        mail = ReceivedMail(tuple(envelope.rcpt_tos), message_from_bytes(content, policy=policy.default))
        self.received.append(mail)
        if self.before_answer:
            self.before_answer(mail)
        return ACCEPTED

    def wait_for(self, count: int, *, seconds: float = 30) -> list[ReceivedMail]:
        """Wait until so many messages are there, and return all.

        :raises AssertionError: if fewer came in time
        """
        deadline = time.monotonic() + seconds
        while len(self.received) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(self.received) >= count, f"{len(self.received)} of {count} messages after {seconds} s"
        return self.received


@pytest.fixture
def smtp_server() -> Generator[MailServer]:
    """A real SMTP server of this test: give `smtp_server.url` as EMAIL_URL to the processes."""
    server = MailServer(port=free_port())
    controller = Controller(server, hostname=LOCALHOST, port=server.port)
    with closing(_Started(controller)):
        yield server


class _Started:
    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        controller.start()

    def close(self) -> None:
        self._controller.stop()
