"""Which hourly rate is in force when (DOMAIN.md §5)."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Self

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from packages.models import Contract, RateLine


@dataclass(frozen=True, slots=True)
class RatePeriod:
    """A stretch of days with one rate; `last` is None where nothing ends it, `line` None where no rate is in force."""

    line: RateLine | None
    first: date
    last: date | None


def rate_in_force(contract: str, *, day: str) -> Coalesce:
    """The hourly rate as `RateBook.rate_on` finds it, for lists that the database sorts or narrows by it.

    :param contract: the path to the contract, from the rows that are annotated
    :param day: the path to the date in the contract's zone
    """
    lines = RateLine.objects.filter(currency=OuterRef(f"{contract}__currency"), valid_from__lte=OuterRef(day)).order_by(
        "-valid_from"
    )
    negotiated, general = lines.filter(contract=OuterRef(contract)), lines.filter(contract__isnull=True)
    return Coalesce(Subquery(negotiated.values("hourly_rate")[:1]), Subquery(general.values("hourly_rate")[:1]))


@dataclass(frozen=True, slots=True)
class RateBook:
    """The rate lines of some contracts, read once: a page or a report asks it as often as it likes."""

    _lines: dict[tuple[str, int | None], list[RateLine]]

    @classmethod
    def load(cls, contracts: Iterable[Contract]) -> Self:
        """Read the general lines of the contracts' currencies and their negotiated ones. One query."""
        contracts = list(contracts)
        return cls.of_lines(
            RateLine.objects.filter(
                Q(contract__isnull=True, currency__in={contract.currency for contract in contracts})
                | Q(contract__in=[contract.pk for contract in contracts])
            ).order_by("valid_from")
        )

    @classmethod
    def of_lines(cls, lines: Iterable[RateLine]) -> Self:
        """A book of `lines`, which come in the order of their dates."""
        book: dict[tuple[str, int | None], list[RateLine]] = defaultdict(list)
        for line in lines:
            book[line.currency, line.contract_id].append(line)
        return cls(dict(book))

    def line_on(self, contract: Contract, day: date) -> RateLine | None:
        """The line in force for `contract` on `day` (a date in the contract's zone): negotiated before general."""
        return self._line(contract.currency, contract.pk, day)

    def rate_on(self, contract: Contract, day: date) -> Decimal | None:
        """The hourly rate for `contract` on `day`, in its currency; None where no line is in force."""
        line = self.line_on(contract, day)
        return line.hourly_rate if line is not None else None

    def rate_for(self, currency: str, contract_id: int, day: date) -> Decimal | None:
        """The same for the contract of that id and currency, which need not be loaded."""
        line = self._line(currency, contract_id, day)
        return line.hourly_rate if line is not None else None

    def periods(self, contract: Contract) -> list[RatePeriod]:
        """What is in force for `contract` from its first day on, one stretch after the other."""
        lines = [
            *self._lines.get((contract.currency, None), []),
            *self._lines.get((contract.currency, contract.pk), []),
        ]
        changes = {line.valid_from for line in lines if line.valid_from > contract.starts_on}
        periods: list[RatePeriod] = []
        for first in sorted({contract.starts_on, *changes}):
            line = self.line_on(contract, first)
            if periods and periods[-1].line == line:
                continue
            if periods:
                periods[-1] = RatePeriod(periods[-1].line, periods[-1].first, first - timedelta(days=1))
            periods.append(RatePeriod(line, first, None))
        return periods

    def _line(self, currency: str, contract_id: int, day: date) -> RateLine | None:
        negotiated = self._latest(currency, contract_id, day)
        if negotiated is not None and negotiated.hourly_rate is not None:
            return negotiated
        return self._latest(currency, None, day)

    def _latest(self, currency: str, contract_id: int | None, day: date) -> RateLine | None:
        lines = self._lines.get((currency, contract_id), [])
        position = bisect_right(lines, day, key=lambda line: line.valid_from)
        return lines[position - 1] if position else None
