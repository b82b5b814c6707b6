"""That stored files are still the bytes that were handed out: each is hashed again (DOMAIN.md §6)."""

import hashlib
from collections.abc import Iterator

from billing.domain.files.queries import opened
from billing.domain.proof import Difference
from billing.models import BillingFile

AT_ONCE = 500
MISSING = "no file"


def check_files() -> Iterator[Difference]:
    """The stored files that are gone, or whose bytes are not those of their SHA-256. Read in pieces, one at a time."""
    rendered = BillingFile.objects.filter(rendered_at__isnull=False).select_related("close", "statement")
    for file in rendered.order_by("pk").iterator(chunk_size=AT_ONCE):
        found = _sha256_of(file)
        if found != file.sha256:
            yield Difference(file.close_id, f"{file.file_name} ({file.stored_as})", found, file.sha256)


def _sha256_of(file: BillingFile) -> str:
    try:
        with opened(file) as content:
            digest = hashlib.sha256()
            while piece := content.read(1 << 20):
                digest.update(piece)
    except FileNotFoundError:
        return MISSING
    return digest.hexdigest()
