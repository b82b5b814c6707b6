"""Deriving a closed statement again, from the ledger as its close knew it (DOMAIN.md §6).

Written apart from the close: it allocates each contract anew instead of reading the stored shares, and bills every
entry instead of those with news. The two can only agree if both are right.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.domain.statements import digest
from billing.models import Close, Statement, StatementLine
from core.dates import add_months
from core.money import cost_of, round_to_minor_unit
from packages.domain.rates import RateBook
from packages.domain.windows import window_of
from packages.models import Contract, RateLine
from sessions.domain.allocation import Drawing, allocate
from sessions.models import LedgerEntry, WaiverDecision

Kind = LedgerEntry.Kind
Billed = tuple[int, Decimal]
NOTHING: Billed = (0, Decimal(0))


@dataclass(frozen=True, slots=True)
class Difference:
    """Where what a close left behind is not what the ledger gives: an entry's line, a statement, its number."""

    close: int
    subject: str
    stored: str
    derived: str


@dataclass(frozen=True, slots=True)
class _Known:
    """The rows of one contract, the waivers of its entries, and the entries billed so far."""

    contract: Contract
    rows: list[LedgerEntry]
    waived_in_close: dict[int, int]


def check_lines(contracts: Sequence[Contract], closes: Sequence[Close]) -> Iterator[Difference]:
    """Every entry of `contracts` whose line in one of `closes` (all of them, by number) is not what it should be."""
    rates = _Rates()
    lines: dict[tuple[int, int], StatementLine] = {
        (line.close_id, line.entry_id): line
        for line in StatementLine.objects.filter(contract__in=contracts).select_related("statement")
    }
    for known in _read(contracts):
        billed: dict[int, Billed] = {}
        for close in closes:
            due = _due(known, close, rates)
            for entry_id in sorted(due):
                minutes, amount = due[entry_id]
                before = billed.get(entry_id, NOTHING)
                derived = (minutes - before[0], amount - before[1])
                line = lines.pop((close.number, entry_id), None)
                stored = NOTHING if line is None else (line.minutes, line.amount)
                if stored != derived:
                    yield Difference(close.number, f"entry {entry_id}", _text(stored), _text(derived))
                billed[entry_id] = due[entry_id]
    for (number, entry_id), line in sorted(lines.items()):
        yield Difference(number, f"entry {entry_id}", _text((line.minutes, line.amount)), _text(NOTHING))


def check_statements(statements: Sequence[Statement]) -> Iterator[Difference]:
    """Every statement whose totals or hash are not those of its lines."""
    lines: dict[int, list[StatementLine]] = defaultdict(list)
    for line in StatementLine.objects.filter(statement__in=statements).order_by("service_date", "entry"):
        lines[line.statement_id].append(line)
    for statement in statements:
        own = lines[statement.pk]
        stored = (statement.minutes, statement.amount)
        derived = (sum(line.minutes for line in own), sum((line.amount for line in own), Decimal(0)))
        if stored != derived:
            yield Difference(statement.close_id, statement.reference, _text(stored), _text(derived))
        if digest(statement, own) != statement.sha256:
            yield Difference(statement.close_id, statement.reference, statement.sha256, digest(statement, own))


def check_numbers(statements: Sequence[Statement]) -> Iterator[Difference]:
    """Every gap in the numbers of a selling entity; `statements` are all there are."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for statement in statements:
        numbers[statement.selling_entity].append(statement.number)
    for selling_entity, given in sorted(numbers.items()):
        if sorted(given) != list(range(1, len(given) + 1)):
            yield Difference(
                0, f"numbers of {selling_entity}", f"{len(given)} up to {max(given)}", f"1 to {len(given)}"
            )


class _Rates:
    """The book of rates as each close knew it."""

    def __init__(self) -> None:
        self._lines = list(RateLine.objects.order_by("valid_from"))
        self._books: dict[int, RateBook] = {}

    def known_to(self, number: int) -> RateBook:
        if number not in self._books:
            self._books[number] = RateBook.of_lines(line for line in self._lines if line.known_in_close <= number)
        return self._books[number]


def _read(contracts: Sequence[Contract]) -> Iterator[_Known]:
    rows: dict[int, list[LedgerEntry]] = defaultdict(list)
    for row in LedgerEntry.objects.filter(contract__in=contracts).select_related("reverses"):
        rows[row.contract_id].append(row)
    waived: dict[int, dict[int, int]] = defaultdict(dict)
    decisions = WaiverDecision.objects.filter(confirmed=True, waiver__entry__contract__in=contracts)
    for contract_id, entry_id, number in decisions.values_list(
        "waiver__entry__contract", "waiver__entry", "known_in_close"
    ):
        waived[contract_id][entry_id] = number
    for contract in contracts:
        yield _Known(contract, rows[contract.pk], waived[contract.pk])


def _due(known: _Known, close: Close, rates: _Rates) -> dict[int, Billed]:
    """What each entry up to the month of `close` should cost in all, as that close knew it, by entry id."""
    contract, number = known.contract, close.number
    rows = [row for row in known.rows if row.known_in_close <= number]
    taken_back = {row.reverses_id for row in rows if row.kind == Kind.REVERSAL}
    standing = [row for row in rows if row.pk not in taken_back]
    granted = sum(row.minutes for row in standing if row.kind in (Kind.GRANT, Kind.ADJUSTMENT))
    shares = allocate(
        granted_minutes=granted,
        window=window_of(contract),
        drawings=[_drawing(row) for row in standing if row.kind == Kind.CONSUMPTION],
    )
    book = rates.known_to(number)
    due: dict[int, Billed] = {}
    for row in rows:
        if row.kind != Kind.CONSUMPTION or _service_date(row) >= add_months(close.month, 1):
            continue
        share = shares.get(row.pk)
        waived = known.waived_in_close.get(row.pk, number + 1) <= number
        if share is None or waived or share.overage_minutes == 0:
            due[row.pk] = (0, round_to_minor_unit(Decimal(0), contract.currency))
            continue
        rate = book.rate_on(contract, _service_date(row))
        # A close refuses unpriced entries: here it can only mean that a row was written past the close's lock.
        cost = Decimal("NaN") if rate is None else cost_of(share.overage_minutes, rate, contract.currency)
        due[row.pk] = (share.overage_minutes, cost)
    return due


def _drawing(row: LedgerEntry) -> Drawing[int]:
    assert row.started_at is not None
    assert row.session_type is not None
    return Drawing(
        key=row.pk,
        started_at=row.started_at,
        day=_service_date(row),
        session_type=row.session_type,
        minutes=row.minutes,
        number=row.pk,
    )


def _service_date(row: LedgerEntry) -> date:
    assert row.service_date is not None
    return row.service_date


def _text(billed: Billed) -> str:
    minutes, amount = billed
    return f"{minutes} min {amount:f}"
