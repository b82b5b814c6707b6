"""What a file holds and does, in numbers: kept with the run and shown on its page."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from core.sheets.reading import ENCODINGS
from home.domain.contract_import.checking import Checked
from home.domain.contract_import.parsing import ParsedRow
from home.domain.contract_import.plans import Outcome

LINES_SHOWN = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """How the file was read, and what it does: new customers and contracts, contracts that only get their reference,
    customers whose billing details change, rows that are here already. `lines` are its first rows.
    """

    encoding: str = ""
    separator: str = ""
    rows: int = 0
    customers: int = 0
    contracts: int = 0
    references: int = 0
    billing: int = 0
    here: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, checked: Checked) -> Self:
        """The numbers of a file that was checked."""
        plan = checked.plan
        outcomes = Counter(plan.outcomes.values())
        return cls(
            encoding=ENCODINGS[checked.sheet.encoding],
            separator=checked.sheet.separator,
            rows=len(checked.rows),
            customers=len(plan.customers),
            contracts=len(plan.contracts),
            references=len(plan.references),
            billing=len(plan.billing),
            here=outcomes[Outcome.HERE],
            lines=[_line(row, plan.outcomes.get(row.row, "")) for row in checked.rows[:LINES_SHOWN]],
        )

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """The numbers as `as_json` kept them."""
        return cls(**kept)

    def as_json(self) -> dict[str, Any]:
        """Ready to be kept."""
        return asdict(self)


def _line(row: ParsedRow, outcome: str) -> dict[str, Any]:
    starts_on, ends_on = row.day("starts_on"), row.day("ends_on")
    return {
        "row": row.row,
        "name": row.text("name"),
        "package": row.text("package"),
        "starts_on": starts_on.isoformat() if starts_on else "",
        "ends_on": ends_on.isoformat() if ends_on else "",
        "contact": row.text("contact_email"),
        "outcome": outcome,
    }
