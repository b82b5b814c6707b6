"""The columns of the file: their headings in both languages, which must be there, how long a cell may be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from home.domain.contract_import.faults import Fault
from home.domain.contract_import.reading import SheetOfText


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


COLUMNS = (
    Column("reference", "contract_reference", "riferimento_contratto", 100, _("The CRM's own id of this contract.")),
    Column("name", "customer", "cliente", 200, _("The name of the organisation.")),
    Column("country", "country", "paese", 100, _("Two letters, such as IT, or the name.")),
    Column("time_zone", "time_zone", "fuso_orario", 64, _("Such as Europe/Rome.")),
    Column("language", "language", "lingua", 40, _("en or it: how its people are written to at first.")),
    Column("currency", "currency", "valuta", 3, _("In which overage is billed, such as EUR.")),
    Column("package", "package", "pacchetto", 100, _("launch-kit, pro-lite or premium.")),
    Column("starts_on", "start", "inizio", 20, _("First day of the contract, such as 2026-01-31.")),
    Column("ends_on", "end", "fine", 20, _("Last day of the contract.")),
    Column("lead", "lead", "referente_oura", 254, _("E-mail address of the customer's lead, one of our staff.")),
    Column(
        "dedicated",
        "dedicated",
        "persona_dedicata",
        254,
        _("E-mail address of the contract's dedicated person; empty: the lead."),
        required=False,
    ),
    Column(
        "contact_name",
        "primary_contact_name",
        "nome_referente",
        150,
        _("The customer's primary contact, who gets an invitation as its admin."),
    ),
    Column("contact_email", "primary_contact_email", "email_referente", 254, _("Their e-mail address.")),
    Column("billing_name", "billing_name", "intestazione", 200, _("To whom statements are made out."), required=False),
    Column(
        "billing_address",
        "billing_address",
        "indirizzo_fatturazione",
        500,
        _("Where they are; may have several lines."),
        required=False,
        lines=True,
    ),
    Column("vat_id", "vat_id", "partita_iva", 30, _("Their VAT id."), required=False),
    Column("purchase_order", "purchase_order", "ordine_acquisto", 60, _("The order number they want."), required=False),
    Column("billing_email", "billing_email", "email_fatturazione", 254, _("Who gets statements."), required=False),
    Column(
        "hourly_rate",
        "hourly_rate",
        "tariffa_oraria",
        20,
        _("A negotiated rate from the first day on; empty: the general one."),
        required=False,
    ),
)
_BY_HEADING = {heading: column for column in COLUMNS for heading in (column.english, column.italian)}


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

    def heading(self, name: str) -> str:
        """The heading of the column `name` as it stands in the file."""
        return self.headings[name]

    def is_italian(self, name: str) -> bool:
        """Whether the column `name` is headed in Italian."""
        return _is_italian(self.headings[name])


def is_heading(text: str) -> bool:
    """Whether `text` is the heading of a column, in either language; case, spaces and dashes do not matter."""
    return _plain(text) in _BY_HEADING


def rows_by_column(sheet: SheetOfText) -> RawRows:
    """The rows of `sheet` by the names of the columns.

    A fault is each column that is missing, unknown or there twice, and each row with more cells than headings. A
    column without a heading is left out where nothing stands below it, as spreadsheets write them.
    """
    columns: list[Column | None] = []
    headings: dict[str, str] = {}
    faults = list(sheet.faults)
    for place, heading in enumerate(sheet.headings):
        column = _BY_HEADING.get(_plain(heading))
        if column is None and (heading or _stands_below(sheet, place)):
            sentence = _("The import does not know this column. Leave it out, or use a heading from the list.")
            faults.append(Fault.of("unknown_column", sentence, row=1, column=heading))
        elif column is not None and column.name in headings:
            faults.append(Fault.of("column_twice", _("This column is there twice."), row=1, column=heading))
            column = None
        elif column is not None:
            headings[column.name] = heading
        columns.append(column)
    faults += _missing(headings)
    rows = []
    for record in sheet.records:
        extra = "".join(record.cells[len(columns) :]).strip()
        if extra:
            sentence = _("This row has more cells than there are headings: is a quotation mark missing?")
            faults.append(Fault.of("too_many_cells", sentence, row=record.row, value=extra))
        cells = {column.name: cell.strip() for column, cell in zip(columns, record.cells, strict=False) if column}
        rows.append(RawRow(record.row, cells))
    return RawRows(headings, rows, faults)


def _missing(headings: Mapping[str, str]) -> Iterator[Fault]:
    italian = sum(map(_is_italian, headings.values())) * 2 > len(headings)
    for column in COLUMNS:
        if column.required and column.name not in headings:
            heading = column.italian if italian else column.english
            yield Fault.of("missing_column", _("This column is missing."), row=1, column=heading)


def _stands_below(sheet: SheetOfText, place: int) -> bool:
    return any(len(record.cells) > place and record.cells[place].strip() for record in sheet.records)


def _is_italian(heading: str) -> bool:
    return _BY_HEADING[_plain(heading)].italian == _plain(heading)


def _plain(heading: str) -> str:
    return "_".join(heading.casefold().replace("-", " ").replace("_", " ").split())
