"""The columns of a file: known by their headings in both languages, wherever in the file they stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.sheets.faults import Fault
from core.sheets.reading import SheetOfText


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in the code, its heading in English and in Italian, what the page says of it."""

    name: str
    english: str
    italian: str
    longest: int
    about: Promise
    required: bool = True
    lines: bool = False
    """Whether a cell may hold several lines."""


Columns = Sequence[Column]


@dataclass(frozen=True, slots=True)
class RawRow:
    """The cells of a row by the names of their columns, without white space around them."""

    row: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class RawRows:
    """All rows, how each column is headed in the file, and what is wrong with the shape of both."""

    headings: dict[str, str]
    rows: list[RawRow]
    faults: list[Fault]
    columns: Columns

    def heading(self, name: str) -> str:
        """The heading of the column `name` as it stands in the file."""
        return self.headings[name]

    def is_italian(self, name: str) -> bool:
        """Whether the column `name` is headed in Italian."""
        return _is_italian(self.headings[name], _by_heading(self.columns))


def is_heading(text: str, columns: Columns) -> bool:
    """Whether `text` heads one of `columns`, in either language; case, spaces and dashes do not matter."""
    return _plain(text) in _by_heading(columns)


def rows_by_column(sheet: SheetOfText, columns: Columns) -> RawRows:
    """The rows of `sheet` by the names of `columns`.

    A fault is each column that is missing, unknown or there twice, and each row with more cells than headings. A
    column without a heading is left out where nothing stands below it, as spreadsheets write them.
    """
    by_heading = _by_heading(columns)
    found: list[Column | None] = []
    headings: dict[str, str] = {}
    faults = list(sheet.faults)
    for place, heading in enumerate(sheet.headings):
        column = by_heading.get(_plain(heading))
        if column is None and (heading or _stands_below(sheet, place)):
            sentence = _("The import does not know this column. Leave it out, or use a heading from the list.")
            faults.append(Fault.of("unknown_column", sentence, row=1, column=heading))
        elif column is not None and column.name in headings:
            faults.append(Fault.of("column_twice", _("This column is there twice."), row=1, column=heading))
            column = None
        elif column is not None:
            headings[column.name] = heading
        found.append(column)
    faults += _missing(headings, columns)
    rows = []
    for record in sheet.records:
        extra = "".join(record.cells[len(found) :]).strip()
        if extra:
            sentence = _("This row has more cells than there are headings: is a quotation mark missing?")
            faults.append(Fault.of("too_many_cells", sentence, row=record.row, value=extra))
        cells = {column.name: cell.strip() for column, cell in zip(found, record.cells, strict=False) if column}
        rows.append(RawRow(record.row, cells))
    return RawRows(headings, rows, faults, columns)


def _missing(headings: Mapping[str, str], columns: Columns) -> Iterator[Fault]:
    by_heading = _by_heading(columns)
    italian = sum(_is_italian(each, by_heading) for each in headings.values()) * 2 > len(headings)
    for column in columns:
        if column.required and column.name not in headings:
            heading = column.italian if italian else column.english
            yield Fault.of("missing_column", _("This column is missing."), row=1, column=heading)


def _stands_below(sheet: SheetOfText, place: int) -> bool:
    return any(len(record.cells) > place and record.cells[place].strip() for record in sheet.records)


def _by_heading(columns: Columns) -> dict[str, Column]:
    return {heading: column for column in columns for heading in (column.english, column.italian)}


def _is_italian(heading: str, by_heading: Mapping[str, Column]) -> bool:
    return by_heading[_plain(heading)].italian == _plain(heading)


def _plain(heading: str) -> str:
    return "_".join(heading.casefold().replace("-", " ").replace("_", " ").split())
