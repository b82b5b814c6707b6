"""Files that people attach: known by their content, stored under names of ours, shown under names that do nothing."""

import hashlib
import re
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from core.refusals import InvalidInput
from core.text import is_plain
from core.uploads import MOST_BYTES, Upload
from support.models import RequestAttachment, RequestMessage

MOST_FILES = 5
LONGEST_NAME = 100
MEGABYTE = 1024 * 1024
FOLDER = "support"
ACCEPTED = ".png,.jpg,.jpeg,.webp,.heic,.pdf,.txt,.csv"
"""What a browser's file dialog offers."""

_HEAD = 64
_CHUNK = 64 * 1024
_TEXT_ENDINGS = {".txt": "text/plain", ".csv": "text/csv", ".log": "text/plain"}
_NOT_IN_NAMES = re.compile(r'[<>:"|?*%;]')


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its media type, and the endings under which it may come."""

    media_type: str
    endings: tuple[str, ...]


PNG = Format("image/png", (".png",))
JPEG = Format("image/jpeg", (".jpg", ".jpeg"))
WEBP = Format("image/webp", (".webp",))
HEIC = Format("image/heic", (".heic", ".heif"))
PDF = Format("application/pdf", (".pdf",))
MEDIA_TYPES = (*(each.media_type for each in (PNG, JPEG, WEBP, HEIC, PDF)), *sorted(set(_TEXT_ENDINGS.values())))
"""Every type that a kept file can have."""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """An upload that may be kept: the name to show, the type that its content has, its size and hash."""

    upload: Upload
    name: str
    media_type: str
    size: int
    sha256: str


def check_files(uploads: Sequence[Upload]) -> list[CheckedFile]:
    """The files as they may be kept.

    :raises InvalidInput: on `files`, if there are too many, if one is empty or too large together with the others, or
        if one is not of a type that is taken, by its content and by its name alike
    """
    if len(uploads) > MOST_FILES:
        raise InvalidInput(_("Attach up to %(most)s files at once.") % {"most": MOST_FILES}, field="files")
    if sum(upload.size or 0 for upload in uploads) > MOST_BYTES:
        raise too_large()
    return [_checked(upload) for upload in uploads]


def too_large() -> InvalidInput:
    """The refusal of files above the limit."""
    sentence = _("Files may have up to %(most)s MB together. Choose smaller ones, or send them one by one.")
    return InvalidInput(sentence % {"most": MOST_BYTES // MEGABYTE}, field="files")


def keep_files(message: RequestMessage, files: Sequence[CheckedFile]) -> None:
    """Put `files` into storage and beside `message`; the last step of an act, so that no file stays without one."""
    stored: list[str] = []
    try:
        for each in files:
            each.upload.seek(0)
            stored.append(default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}", File(each.upload)))
        RequestAttachment.objects.bulk_create(
            RequestAttachment(
                message=message,
                file=name,
                name=each.name,
                content_type=each.media_type,
                size=each.size,
                sha256=each.sha256,
            )
            for name, each in zip(stored, files, strict=True)
        )
    except BaseException:
        for name in stored:
            default_storage.delete(name)
        raise


def open_attachment(attachment: RequestAttachment) -> IO[bytes]:
    """The bytes of a file, for a door that has made sure that its reader may have them.

    :raises FileNotFoundError: if the storage lost it
    """
    return default_storage.open(attachment.file.name or "", "rb")


def inert_name(name: str) -> str:
    """`name` without folders and without what no reader sees, that breaks a header or turns text round; never empty."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(char for char in last if is_plain(char, lines=False))
    plain = " ".join(_NOT_IN_NAMES.sub("_", seen).split()).lstrip(". ")
    path = PurePosixPath(plain or "file")
    return f"{path.stem[: LONGEST_NAME - len(path.suffix[:10])]}{path.suffix[:10]}"


def _checked(upload: Upload) -> CheckedFile:
    name = inert_name(upload.name or "")
    digest, size, is_text = hashlib.sha256(), 0, True
    head = b""
    decoder = _Utf8()
    for chunk in upload.chunks(_CHUNK):
        head = head or chunk[:_HEAD]
        size += len(chunk)
        digest.update(chunk)
        is_text = is_text and decoder.reads(chunk)
    upload.seek(0)
    if not size:
        raise InvalidInput(_("%(name)s is empty.") % {"name": name}, field="files")
    media_type = _type_of(head, ending=PurePosixPath(name).suffix.lower(), is_text=is_text and decoder.ended)
    if media_type is None:
        sentence = _("%(name)s cannot be attached: only images, PDF and plain text, under a name that says so.")
        raise InvalidInput(sentence % {"name": name}, field="files")
    return CheckedFile(upload, name, media_type, size, digest.hexdigest())


def _type_of(head: bytes, *, ending: str, is_text: bool) -> str | None:
    """The type of a file by its content, if its ending is one of that type; else None."""
    found = _format_of(head)
    if found is not None:
        return found.media_type if ending in found.endings else None
    return _TEXT_ENDINGS.get(ending) if is_text else None


def _format_of(head: bytes) -> Format | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"msf1"):
        return HEIC
    return PDF if head.startswith(b"%PDF-") else None


class _Utf8:
    """Reads text in pieces, which may end within a character."""

    def __init__(self) -> None:
        self._rest = b""

    def reads(self, chunk: bytes) -> bool:
        """Whether everything until now is text that can be seen."""
        data = self._rest + chunk
        try:
            text = data.decode()
            self._rest = b""
        except UnicodeDecodeError as error:
            if error.reason != "unexpected end of data" or len(data) - error.start > 3:  # noqa: PLR2004 - of a character
                return False
            text, self._rest = data[: error.start].decode(), data[error.start :]
        return is_plain(text.replace("\f", ""), lines=True)

    @property
    def ended(self) -> bool:
        """Whether no character was cut in half."""
        return not self._rest
