"""Private files: whole under their name or not there at all."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from core.private_files import ABANDONED_AFTER_SECONDS, PARTS, WholeFileStorage, name_by_content


class BrokenOff(ContentFile):  # type: ignore[type-arg]  # takes no parameters when it runs
    """A file whose second half never comes."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield b"half"
        raise OSError("the power went")


def test_what_breaks_off_leaves_nothing_under_the_name(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="power"):
        WholeFileStorage(location=tmp_path).save("2026-02/a.csv", BrokenOff(b""))
    assert not (tmp_path / "2026-02" / "a.csv").exists()


def test_the_usual_storage_would_leave_half_a_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="power"):
        FileSystemStorage(location=tmp_path).save("2026-02/a.csv", BrokenOff(b""))
    assert (tmp_path / "2026-02" / "a.csv").exists()


def test_a_name_is_kept_and_saving_again_changes_nothing(tmp_path: Path) -> None:
    storage = WholeFileStorage(location=tmp_path)
    name = name_by_content("2026-02", "3f", "csv")
    for _time in range(2):
        assert storage.save(name, ContentFile(b"whole")) == "2026-02/3f.csv"
    assert Path(storage.path(name)).read_bytes() == b"whole"
    assert list((tmp_path / PARTS).iterdir()) == []


def test_what_a_killed_writer_left_is_tidied_up_a_day_later(tmp_path: Path) -> None:
    storage = WholeFileStorage(location=tmp_path)
    storage.save("a", ContentFile(b"a"))
    old, fresh = tmp_path / PARTS / "old", tmp_path / PARTS / "fresh"
    for part in (old, fresh):
        part.write_bytes(b"half")
    long_ago = old.stat().st_mtime - ABANDONED_AFTER_SECONDS - 60
    os.utime(old, (long_ago, long_ago))
    storage.save("b", ContentFile(b"b"))
    assert (old.exists(), fresh.exists()) == (False, True)
