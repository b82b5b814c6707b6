"""Files that only the portal reads and hands out, behind Django's storage API (an object store can take its place)."""

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from core import faults

PARTS = ".parts"
ABANDONED_AFTER_SECONDS = 24 * 60 * 60
OWNER_ONLY, OWNER_ONLY_FOLDER = 0o600, 0o700


class WholeFileStorage(FileSystemStorage):
    """A folder in which a file stands under its name whole or not at all, whatever ends the process that writes it.

    Names are given by content (`name_by_content`), so that a file which is there already is the same file.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        modes = {"file_permissions_mode": OWNER_ONLY, "directory_permissions_mode": OWNER_ONLY_FOLDER}
        super().__init__(*args, **{**modes, **kwargs})

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The name itself: whoever writes it again writes the same bytes."""
        return name

    def _save(self, name: str, content: "File[Any]") -> str:
        place = Path(self.path(name))
        parts = Path(self.base_location) / PARTS
        for folder in (parts, place.parent):
            folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        _remove_abandoned(parts)
        handle, part = tempfile.mkstemp(dir=parts)
        with os.fdopen(handle, "wb") as file:
            for chunk in content.chunks():
                file.write(chunk)
                faults.reach("while_storing")
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(place)
        return name


def private_files() -> Storage:
    """Where the portal keeps its own files."""
    return storages["private"]


def name_by_content(folder: str, sha256: str, suffix: str) -> str:
    """Where a file of that hash lies: `2026-02/3f….csv`."""
    return f"{folder}/{sha256}.{suffix}"


def _remove_abandoned(parts: Path) -> None:
    """What writers left behind that were killed: long enough ago that none of them can be alive."""
    for part in parts.iterdir():
        try:
            if time.time() - part.stat().st_mtime > ABANDONED_AFTER_SECONDS:
                part.unlink()
        except FileNotFoundError:  # another one was quicker
            continue
