"""Where the checks put what they find."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.refusals import InvalidInput, Refusal
from core.sheets.faults import Fault
from home.domain.contract_import.columns import COLUMNS
from home.domain.contract_import.parsing import ParsedRow


class Report:
    """The faults of a file, in the order in which somebody who reads it meets them."""

    def __init__(self, headings: Mapping[str, str], faults: Iterable[Fault]) -> None:
        self._headings = headings
        self._faults = list(faults)

    def add(
        self, code: str, sentence: Any, *, row: ParsedRow | None = None, name: str = "", **particulars: Any
    ) -> None:
        """A fault of the file, or of the cell of a row's column `name`."""
        self._faults.append(
            Fault.of(
                code,
                sentence,
                row=row.row if row else 0,
                column=self._headings.get(name, name),
                value=row.cells.get(name, "") if row else "",
                **particulars,
            )
        )

    def add_refusal(self, refusal: Refusal, *, row: ParsedRow, name: str) -> None:
        """What a rule of the portal says to the cell of a row's column `name`."""
        self.add(f"refused_{name}", refusal.message, row=row, name=name)

    def add_refusals(self, refusals: Iterable[InvalidInput], *, row: ParsedRow, beside: Mapping[str, str]) -> None:
        """What rules say to those columns of a row that can be read; `beside` names the column of a rule's field."""
        for refusal in refusals:
            name = beside.get(refusal.field, refusal.field)
            if name in row.values:
                self.add_refusal(refusal, row=row, name=name)

    def faults(self) -> list[Fault]:
        """All of them by row, then by column; the file's own first."""
        places = {self._headings.get(column.name): place for place, column in enumerate(COLUMNS)}
        return sorted(self._faults, key=lambda fault: (fault.row, places.get(fault.column, len(places))))
