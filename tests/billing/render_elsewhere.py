"""Run as a program: what the files of every close would be if they were rendered here and now, without storing any.

Prints a JSON object: each file's id with the SHA-256 of its bytes; with `--peak` the peak of this process's memory in
KiB instead, after the files of one format were written.
"""

import hashlib
import json
import resource
import sys
import tempfile
from pathlib import Path

import django


def main(arguments: list[str]) -> None:
    """Render all files, or those of one format."""
    django.setup()
    from django.utils.translation import override

    from billing.domain.files.rendering import write_file
    from billing.domain.files.subjects import Subject
    from billing.models import BillingFile

    files = BillingFile.objects.select_related("close", "statement__customer")
    formats = [argument for argument in arguments if not argument.startswith("--")]
    if formats:
        files = files.filter(format__in=formats)
    hashes = {}
    for file in files.order_by("pk"):
        with tempfile.TemporaryDirectory() as folder, override(file.language or "en"):
            path = Path(folder) / "file"
            write_file(Subject.of(file), file.format, path, lambda _done: None)
            hashes[str(file.pk)] = hashlib.sha256(path.read_bytes()).hexdigest()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(json.dumps(peak if "--peak" in arguments else hashes))


if __name__ == "__main__":
    main(sys.argv[1:])
