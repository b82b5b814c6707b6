"""Run as a program: what the files of every close would be if they were rendered here and now, without storing any.

Prints a JSON object: each file's id with the SHA-256 of its bytes. With the number of a close: the most memory that
this process took, in KiB, after it wrote the files of that close alone.
"""

import hashlib
import json
import sys
import tempfile
from pathlib import Path

import django


def main(arguments: list[str]) -> None:
    """Render the files of all closes, or of the one whose number is given."""
    django.setup()
    from django.utils.translation import override

    from billing.domain.files.rendering import write_file
    from billing.domain.files.subjects import Subject
    from billing.models import BillingFile

    files = BillingFile.objects.select_related("close", "statement__customer")
    if arguments:
        files = files.filter(close=int(arguments[0]))
    hashes = {}
    for file in files.order_by("pk"):
        with tempfile.TemporaryDirectory() as folder, override(file.language or "en"):
            path = Path(folder) / "file"
            write_file(Subject.of(file), file.format, path, lambda _done: None)
            with path.open("rb") as written:  # in pieces: what is measured is the rendering, not the hash
                hashes[str(file.pk)] = hashlib.file_digest(written, "sha256").hexdigest()
    sys.stdout.write(json.dumps(peak() if arguments else hashes))


def peak() -> int:
    """The most memory that this program had, in KiB; `getrusage` would count that of who started it."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    main(sys.argv[1:])
