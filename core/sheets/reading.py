"""From the bytes of a file to rows of text: encodings, separators, line ends (docs/contract-import.md)."""

import csv
import io
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.sheets.faults import Fault, UnreadableFile

LARGEST_FILE = 5 * 1024 * 1024
"""Bytes."""
MOST_ROWS = 10_000
LONGEST_CELL = 10_000
"""Characters; far above every column's own limit, so that a forgotten quotation mark is noticed as such."""

SEPARATORS = {",": _("comma"), ";": _("semicolon"), "\t": _("tab")}
ENCODINGS = {"utf-8": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}


@dataclass(frozen=True, slots=True)
class Record:
    """A row of the file: its number as a spreadsheet counts (the headings are row 1), and its cells."""

    row: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class SheetOfText:
    """A file that was read: how, its headings, its rows without empty ones, and where reading had to stop."""

    encoding: str
    separator: str
    headings: list[str]
    records: list[Record]
    faults: list[Fault]


def read(content: bytes, *, is_heading: Callable[[str], bool]) -> SheetOfText:
    """Read `content`; the separator is the one with which most of the first row's cells are headings.

    :param is_heading: whether a text is the heading of a column
    :raises UnreadableFile: with what is wrong with the file as a whole
    """
    if len(content) > LARGEST_FILE:
        raise UnreadableFile(too_large())
    encoding, text = _decoded(content)
    if not text.strip():
        raise UnreadableFile(Fault.of("empty_file", _("The file is empty.")))
    separator = _separator_of(text, is_heading)
    records, faults = _all_records(text, separator)
    if not records:
        raise UnreadableFile(*faults)
    head, rows = records[0], records[1:]
    if not rows and not faults:
        raise UnreadableFile(Fault.of("no_rows", _("The file has headings, but no row below them.")))
    if len(rows) > MOST_ROWS:
        sentence = _("The file has %(rows)s rows. Up to %(most)s are imported at once: split the file.")
        raise UnreadableFile(Fault.of("too_many_rows", sentence, rows=len(rows), most=MOST_ROWS))
    return SheetOfText(encoding, separator, [cell.strip() for cell in head.cells], rows, faults)


def too_large() -> Fault:
    """The fault of a file above the limit."""
    sentence = _("The file is larger than %(most)s MB. Leave columns out that are not imported, or split it.")
    return Fault.of("too_large", sentence, most=LARGEST_FILE // (1024 * 1024))


def _decoded(content: bytes) -> tuple[str, str]:
    """The encoding and the text: by the mark at the start, else UTF-8 if the bytes are that, else Windows-1252.

    Text of another encoding is practically never valid UTF-8, so that the guess is safe; the preview shows it.
    """
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16", _decode(content, "utf-16")
    if content.startswith(BOM_UTF8):
        return "utf-8", _decode(content.removeprefix(BOM_UTF8), "utf-8")
    try:
        return "utf-8", content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252", _decode(content, "cp1252")


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        sentence = _("This is not a text file in UTF-8, UTF-16 or Windows-1252. Export it as “CSV UTF-8”.")
        raise UnreadableFile(Fault.of("encoding", sentence)) from None


def _separator_of(text: str, is_heading: Callable[[str], bool]) -> str:
    def headings(separator: str) -> int:
        try:
            first = next(record.cells for record in _records(text, separator) if any(record.cells))
        except (UnreadableFile, StopIteration):
            return 0
        return sum(is_heading(cell) for cell in first)

    return max(SEPARATORS, key=headings)


def _all_records(text: str, separator: str) -> tuple[list[Record], list[Fault]]:
    """The rows that hold something, up to where quotation marks are broken."""
    records: list[Record] = []
    try:
        # One by one, so that the rows before a broken one are there.
        records.extend(record for record in _records(text, separator) if any(cell.strip() for cell in record.cells))
    except UnreadableFile as broken:
        return records, broken.faults
    return records, []


def _records(text: str, separator: str) -> Iterator[Record]:
    """The rows one by one; line ends of Windows, Unix and old Macs, and those within quotation marks."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    row = 0
    while True:
        row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise UnreadableFile(_broken_quotes(row)) from None
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise UnreadableFile(_broken_quotes(row))
        yield Record(row, cells)


def _broken_quotes(row: int) -> Fault:
    sentence = _("From this row on the file cannot be read: a quotation mark is missing or stands in a wrong place.")
    return Fault.of("quotes", sentence, row=row)
