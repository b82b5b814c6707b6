"""From a file to a plan: what is new, what is here already, and what forbids it (docs/contract-import.md)."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.sheets.columns import is_heading, rows_by_column
from core.sheets.faults import Fault
from core.sheets.reading import SheetOfText, read
from home.domain.contract_import.columns import COLUMNS
from home.domain.contract_import.contract_rows import ContractRows
from home.domain.contract_import.customer_rows import CustomerRows
from home.domain.contract_import.known import Known
from home.domain.contract_import.parsing import ParsedRow, emails_of, parse
from home.domain.contract_import.plans import Plan
from home.domain.contract_import.report import Report


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that was read and compared with what is here: its plan, or its faults. Nothing is written."""

    sheet: SheetOfText
    rows: list[ParsedRow]
    plan: Plan
    faults: list[Fault]


def check(content: bytes) -> Checked:
    """Read the file and find out what importing it would do, and everything that forbids it.

    :raises UnreadableFile: if it cannot be read at all
    """
    sheet = read(content, is_heading=lambda text: is_heading(text, COLUMNS))
    raw = rows_by_column(sheet, COLUMNS)
    rows, faults = parse(raw)
    known = Known.load(rows=[(row.text("name"), row.text("reference")) for row in rows], emails=emails_of(rows))
    plan, report = Plan(), Report(raw.headings, [*raw.faults, *faults])
    if not known.has_terms:
        report.add("no_terms", _("No service terms are published: publish a version before importing."))
    customers, contracts = CustomerRows(known, report, plan), ContractRows(known, report, plan)
    for row in rows:
        contract = contracts.contract_here(row)
        customer = contract.customer if contract else customers.customer_here(row)
        customers.take(row, customer)
        contracts.take(row, contract, customer)
    return Checked(sheet, rows, plan, report.faults())
