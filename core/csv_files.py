"""CSV that a spreadsheet opens without computing it: UTF-8 with BOM, RFC 4180, no formulas (DOMAIN.md §6)."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import TypeVar

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import get_language, override

ROWS_A_CHUNK = 500
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"

Cell = str | int | Decimal | date | None
Item = TypeVar("Item")

_FORMULA_SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫"
_SIGN_AT_START = re.compile(f"[{_FORMULA_SIGNS}]")
# Where the list separator is a semicolon, quotes inside a field do not hold: what follows a separator or a line break
# starts a cell of its own.
_SIGN_AFTER_BREAK = re.compile(f"([;\\t\\r\\n][\\s\"']*)([{_FORMULA_SIGNS}])")


def harmless(text: str) -> str:
    """`text` as a cell that no spreadsheet computes: an apostrophe stands before whatever could start a formula.

    That is `=`, `+`, `-`, `@` and their full-width twins, and white space or control characters, which spreadsheets
    drop before they look. NUL is left out: it ends the file for some readers.
    """
    text = _SIGN_AFTER_BREAK.sub(r"\1'\2", text.replace("\0", ""))
    if text and (_SIGN_AT_START.match(text) or text[0].isspace() or unicodedata.category(text[0]) in ("Cc", "Cf")):
        return f"'{text}"
    return text


def written(cell: Cell) -> str:
    """A cell as it stands in the file. Numbers stay numbers, minus and all; dates are ISO 8601."""
    match cell:
        case None:
            return ""
        case str():
            return harmless(cell)
        case Decimal():
            return f"{cell:f}"
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


class _Echo:
    """A file for `csv.writer` that hands each line straight back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The file line by line, each with its CRLF; the first one starts with the byte order mark."""
    # What is not a plain word is quoted, numbers never: a reader that guesses types then guesses right.
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield BYTE_ORDER_MARK + writer.writerow([written(name) for name in header])
    for row in rows:
        yield writer.writerow([written(cell) for cell in row])


def csv_download(
    file_name: str, header: Sequence[str], chunks: Iterable[Sequence[Sequence[Cell]]]
) -> StreamingHttpResponse:
    """The rows of `chunks` as a file to keep, written while they are read: memory holds one chunk at a time.

    Each chunk is computed in the language of the request, which is put away before an answer is streamed.
    """
    return StreamingHttpResponse(
        csv_lines(header, _in_language(get_language() or "en", chunks)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"', "Cache-Control": "no-store"},
    )


def in_chunks(rows: Iterable[Item], size: int = ROWS_A_CHUNK) -> Iterator[list[Item]]:
    """`rows` in lists of `size`; a queryset is read through a cursor, never as a whole."""
    items = rows.iterator(chunk_size=size) if isinstance(rows, QuerySet) else iter(rows)
    while chunk := list(islice(items, size)):
        yield chunk


def _in_language(language: str, chunks: Iterable[Sequence[Sequence[Cell]]]) -> Iterator[Sequence[Cell]]:
    waiting = iter(chunks)
    while True:
        with override(language):
            chunk = next(waiting, None)
        if chunk is None:
            return
        yield from chunk
