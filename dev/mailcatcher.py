"""The demo's post office: an SMTP server that files every message as one `.eml` and delivers nothing."""

import argparse
import asyncio
import signal
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from dev.ports import LOCALHOST


class FileEveryMessage:
    """Writes each message into a folder, under a name that sorts by arrival."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd
        """File one message, whole or not at all."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        recipients = "".join(f"Delivered-To: {recipient}\r\n" for recipient in envelope.rcpt_tos)
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{next(self._numbers):04}"
        half_done = self._folder / f"{name}.part"
        half_done.write_bytes(recipients.encode() + content)
        half_done.rename(self._folder / f"{name}.eml")
        return "250 OK"


async def serve(port: int, folder: Path) -> None:
    """Accept mail until SIGTERM."""
    handler = FileEveryMessage(folder)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = await loop.create_server(lambda: SMTP(handler, enable_SMTPUTF8=True), LOCALHOST, port)
    async with server:
        await ended.wait()


def main() -> None:
    """Run as a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    asyncio.run(serve(arguments.port, arguments.folder))


if __name__ == "__main__":
    main()
