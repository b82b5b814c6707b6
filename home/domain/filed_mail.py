"""The demo's mail, as its post office filed it: one `.eml` a message, under a name that sorts by arrival."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from functools import lru_cache
from pathlib import Path

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail."""

    number: int
    file_name: str
    content_type: str
    content: bytes

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)


@dataclass(frozen=True, slots=True)
class FiledMail:
    """One mail, read. `text` and `html` are empty where the mail has no such part."""

    name: str
    sender: str
    to: str
    addresses: str
    reply_to: str
    subject: str
    sent_at: datetime | None
    language: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]


def newest_mails(folder: Path) -> list[FiledMail]:
    """The newest mails, the newest first; none where the folder does not exist yet."""
    files = sorted(folder.glob("*.eml"), reverse=True)[:SHOWN]
    return [_read(file) for file in files]


def mail_called(folder: Path, name: str) -> FiledMail | None:
    """The mail of that name, looked up in the folder's list: a name is never made into a path."""
    return next((_read(file) for file in folder.glob("*.eml") if file.stem == name), None)


@lru_cache(maxsize=2 * SHOWN)
def _read(file: Path) -> FiledMail:
    # A filed mail never changes, so that its path is a key.
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    to = str(message["To"] or ", ".join(message.get_all("Delivered-To", [])))
    return FiledMail(
        name=file.stem,
        sender=str(message["From"] or ""),
        to=to,
        addresses=", ".join(address for _name, address in getaddresses([to])),
        reply_to=str(message["Reply-To"] or ""),
        subject=str(message["Subject"] or ""),
        sent_at=_date_of(message),
        language=str(message["Content-Language"] or ""),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        attachments=tuple(
            Attachment(number, part.get_filename() or f"{number}", part.get_content_type(), _bytes_of(part))
            for number, part in enumerate(message.iter_attachments(), start=1)
        ),
    )


def _date_of(message: EmailMessage) -> datetime | None:
    header = message["Date"]
    date: datetime | None = header.datetime if header is not None else None
    # `-0000` is UTC from a sender that does not say where it is (RFC 5322 §3.3): parsed without a zone.
    return date.replace(tzinfo=UTC) if date is not None and date.tzinfo is None else date


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return "" if part is None else str(part.get_content())


def _bytes_of(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
