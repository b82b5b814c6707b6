"""Answering with a stored file whose bytes never change: its hash is its ETag."""

from collections.abc import Callable
from typing import IO

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

NOTHING_RUNS = "default-src 'none'; sandbox"
"""For a browser that opens the file all the same: nothing in it runs or fetches."""
CACHED = "private, no-cache"
"""Kept by the reader's own browser alone, which asks each time whether it still may have it.

Not `no-store`: what is downloaded lies on the reader's disk anyway, and a file that they have is not sent twice.
"""


def stored_file(
    request: HttpRequest, open_file: Callable[[], IO[bytes]], *, name: str, media_type: str, sha256: str, size: int
) -> HttpResponseBase:
    """The file to keep under `name`, or 304 for who has it. The caller has made sure that this person may have it."""
    etag = quote_etag(sha256)
    answer = get_conditional_response(request, etag=etag)
    if answer is not None:
        answer["Cache-Control"] = CACHED
        return answer
    return FileResponse(
        open_file(),
        as_attachment=True,
        filename=name,
        content_type=media_type,
        headers={
            "Content-Length": str(size),
            "ETag": etag,
            "Cache-Control": CACHED,
            "Content-Security-Policy": NOTHING_RUNS,
        },
    )
