"""What a file tells of: a closed month with all its statements, or one of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet, Sum

from billing.models import BillingFile, Close, Statement, StatementLine

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Subject:
    """The lines and statements of one file. `statement` is None for a whole month.

    A `month` that was closed along with the one of its `close` has none.
    """

    month: date
    close: Close
    statement: Statement | None = None

    @classmethod
    def of(cls, file: BillingFile) -> "Subject":
        """What `file` tells of; it comes with its close and statement."""
        return cls(file.close.month, file.close, file.statement)

    @property
    def close_number(self) -> int:
        return self.close.number

    @property
    def close_sha256(self) -> str:
        return self.close.sha256

    @property
    def closed_at(self) -> datetime:
        return self.close.closed_at

    def lines(self) -> QuerySet[StatementLine]:
        """Its lines, in no order yet."""
        lines = StatementLine.objects.filter(close=self.close, close__month=self.month)
        return lines if self.statement is None else lines.filter(statement=self.statement)

    def statements(self) -> Iterator[Statement]:
        """Its statements with their customers, by number, read as a stream."""
        found = self._statements().select_related("customer").order_by("selling_entity", "number")
        return found.iterator(chunk_size=AT_ONCE)

    def totals(self) -> list[tuple[str, int, Decimal]]:
        """Currency, minutes and amount of its statements, by currency: never added across currencies."""
        sums = self._statements().order_by("currency").values_list("currency")
        return list(sums.annotate(Sum("minutes"), Sum("amount")))

    def _statements(self) -> QuerySet[Statement]:
        own = Statement.objects.filter(close=self.close, close__month=self.month)
        return own if self.statement is None else own.filter(pk=self.statement.pk)
