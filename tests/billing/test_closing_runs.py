"""Random lives of six contracts in three currencies and six zones: whatever is logged, taken back, waived, adjusted
and priced between the closes, each close leaves every entry billed for what it should cost as that close knew it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Q, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.domain import lines
from billing.domain.closing import close_month
from billing.domain.preview import previews
from billing.domain.proof import check_lines, check_numbers, check_statements
from billing.domain.statements import canonical
from billing.domain.totals import totals_of_closes
from billing.models import Close, Statement, StatementLine
from core.dates import add_months, start_of_day
from core.money import CURRENCIES, cost_of
from core.refusals import Refusal
from packages.domain.rates import RateBook
from packages.models import Contract
from sessions.domain import ledger, pricing
from sessions.domain.periods import closed_through
from sessions.domain.shares import differences
from sessions.domain.waivers import waive
from sessions.models import LedgerEntry
from tests.billing.naive_money import MINOR_UNITS, should_cost
from tests.factories import LONG_AGO, at, customer, giulia, launch_kit, pekka, premium, pro_lite, rate, sofia
from tests.sessions.test_ledger_runs import only_new_ones

pytestmark = pytest.mark.django_db

FIRST = date(2026, 2, 1)
LATER = at("2026-07-01 10:00")
TYPES = ["kickoff", "operations", "software-training", "supplementary-training"]


@dataclass(frozen=True)
class Log:
    """Minutes of a type on one of the contracts, on a day counted from its first one, at a local hour."""

    contract: int
    day: int
    hour: int
    session_type: str
    minutes: int


@dataclass(frozen=True)
class Reverse:
    """The row of that place in a contract's ledger, counted round, taken back."""

    contract: int
    place: int


@dataclass(frozen=True)
class Waive:
    """The time entry of that place, waived by operations."""

    contract: int
    place: int


@dataclass(frozen=True)
class Adjust:
    """Minutes added by operations."""

    contract: int
    minutes: int


@dataclass(frozen=True)
class Price:
    """A rate from a day on: negotiated with a contract, or general in its currency."""

    contract: int
    negotiated: bool
    hourly_rate: int
    day: int


@dataclass(frozen=True)
class CloseNext:
    """The first open month is closed."""


Deed = Log | Reverse | Waive | Adjust | Price | CloseNext

which = st.integers(0, 5)
days = st.sampled_from([0, 1, 26, 27, 28, 29, 57, 58, 59, 60, 88, 89, 90, 100])
logs = st.builds(Log, which, days, st.sampled_from([0, 9, 10, 23]), st.sampled_from(TYPES), st.integers(1, 60))
deeds: st.SearchStrategy[Deed] = st.one_of(
    logs,
    logs,
    logs,
    logs,
    st.builds(Reverse, which, st.integers(0, 12)),
    st.builds(Waive, which, st.integers(0, 12)),
    st.builds(Adjust, which, st.integers(1, 60)),
    st.builds(Price, which, st.booleans(), st.integers(1, 9999), days),
    st.builds(CloseNext),
    st.builds(CloseNext),
)
lives = st.lists(deeds, min_size=8, max_size=24).map(lambda life: [*life, CloseNext(), CloseNext()])


@pytest.fixture
def contracts() -> list[Contract]:
    """Two in euro beside the clock changes, two at the ends of the day, one in dollars, one in yen."""
    for currency in MINOR_UNITS:
        rate(currency, "101" if currency == "JPY" else "101.30", now=LONG_AGO)
    return [
        launch_kit(starts_on=FIRST),
        pro_lite(customer("Helsinki", zone="Europe/Helsinki"), starts_on=FIRST),
        premium(customer("Kiritimati", zone="Pacific/Kiritimati"), starts_on=FIRST),
        pro_lite(customer("Pago Pago", zone="Pacific/Pago_Pago"), starts_on=FIRST),
        launch_kit(customer("Initech", country="US", zone="America/New_York", currency="USD"), starts_on=FIRST),
        premium(customer("Sakura", country="JP", zone="Asia/Tokyo", currency="JPY"), starts_on=FIRST),
    ]


def do(contracts: Sequence[Contract], deed: Deed) -> Close | None:
    """Do it as somebody who may; the portal may refuse. The close, if it was one."""
    if isinstance(deed, CloseNext):
        return close_month(month=next_month(), by=pekka(), now=LATER)
    contract = contracts[deed.contract]
    match deed:
        case Log():
            ledger.log_time(
                contract=contract,
                session_type=deed.session_type,
                staff=giulia(),
                started_at=local(contract, deed.day, deed.hour),
                minutes=deed.minutes,
                now=LATER,
            )
        case Reverse():
            rows = list(LedgerEntry.objects.filter(contract=contract).order_by("pk"))
            ledger.reverse_entry(entry=rows[deed.place % len(rows)], by=sofia(), reason="Wrong", now=LATER)
        case Waive():
            entries = list(LedgerEntry.objects.time_entries().filter(contract=contract).order_by("pk"))
            if entries:
                waive(entry=entries[deed.place % len(entries)], by=sofia(), reason="Goodwill", now=LATER)
        case Adjust():
            ledger.adjust(contract=contract, minutes=deed.minutes, reason="Goodwill", by=sofia(), now=LATER)
        case Price():
            amount = Decimal(deed.hourly_rate) / MINOR_UNITS[contract.currency]
            own = contract if deed.negotiated else None
            day = FIRST + timedelta(days=deed.day)
            rate(contract.currency, str(amount), valid_from=day, contract=own, now=LATER)
    return None


def next_month() -> date:
    """The month that is to be closed next."""
    through = closed_through()
    return FIRST if through is None else add_months(through, 1)


def previewed() -> tuple[Any, ...]:
    """What the preview says that the next close bills: statements, totals, lines."""
    month = next_month()
    coming = previews(until=month)
    due = [(each.entry.pk, each.minutes, each.amount, each.reason, each.caused_by) for each in coming.lines_of(month)]
    preview = coming.of(month)
    return len(preview.accounts), preview.totals, due, len(coming.lines_of(month))


def billed_by(close: Close) -> tuple[Any, ...]:
    """What a close billed, told as the preview tells it."""
    due = list(
        StatementLine.objects.filter(close=close)
        .order_by("service_date", "entry")
        .values_list("entry", "minutes", "amount", "reason", "caused_by")
    )
    totals = totals_of_closes([close.month]).get(close.month, {})
    return Statement.objects.filter(close=close).count(), totals, due, len(due)


def local(contract: Contract, day: int, hour: int) -> datetime:
    """The instant of a full hour of a day of the contract's term, on its own clock."""
    return start_of_day(FIRST + timedelta(days=day), contract.time_zone) + timedelta(hours=hour)


def live(contracts: Sequence[Contract], life: Sequence[Deed]) -> bool:
    """Whether everything held after every close of the contracts' lives, which are then undone."""
    held = True
    with transaction.atomic():
        frozen: dict[str, bytes] = {}
        for deed in life:
            foreseen = previewed() if isinstance(deed, CloseNext) else None
            try:
                with transaction.atomic():
                    close = do(contracts, deed)
            except Refusal as refusal:
                held = held and refusal.code != "sums_do_not_meet"
                continue
            if close is not None:
                held = held and foreseen == billed_by(close)
                held = held and billed_as_it_should_be(contracts, close) and derived_again(contracts)
                written = texts()
                held = held and all(written[reference] == text for reference, text in frozen.items())
                frozen = written
            if not held:
                break
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what the database checks at a commit
        transaction.set_rollback(True)
    return held


def billed_as_it_should_be(contracts: Sequence[Contract], close: Close) -> bool:
    """Whether the lines of each entry add up to what the naive model says, and no package gave more than it holds."""
    for contract in contracts:
        billed = {
            entry: (minutes, int(amount * MINOR_UNITS[contract.currency]))
            for entry, minutes, amount in StatementLine.objects.filter(contract=contract)
            .order_by()
            .values_list("entry")
            .annotate(Sum("minutes"), Sum("amount"))
        }
        due = should_cost(contract, until=add_months(close.month, 1))
        if {entry: money for entry, money in due.items() if money != (0, 0)} != {
            entry: money for entry, money in billed.items() if money != (0, 0)
        }:
            return False
    return not list(differences(contracts))


def derived_again(contracts: Sequence[Contract]) -> bool:
    """Whether every closed statement can be derived from the ledger as its close knew it."""
    statements = list(Statement.objects.all())
    closes = list(Close.objects.order_by("number"))
    return not [*check_lines(contracts, closes), *check_statements(statements), *check_numbers(statements)]


def texts() -> dict[str, bytes]:
    """Every statement as it would be hashed now."""
    return {
        statement.reference: canonical(statement, statement.lines.order_by("service_date", "entry"))
        for statement in Statement.objects.prefetch_related("lines")
    }


@given(life=lives)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_close_bills_what_it_should(contracts: list[Contract], life: list[Deed]) -> None:
    assert live(contracts, life)


def rebills(_entry: LedgerEntry) -> tuple[int, Decimal]:
    """Forgets what earlier closes billed."""
    return 0, Decimal(0)


def without_news(_closing: lines.Closing) -> Q:
    """Reads the month alone: late entries, reversals and moves of closed months are never billed."""
    return Q(pk__in=[])


def half_even(minutes: int, hourly_rate: Decimal, currency: str) -> Decimal:
    """Rounds a half to the even neighbour."""
    exact = hourly_rate * minutes / 60
    return exact.quantize(Decimal(1).scaleb(-CURRENCIES[currency]), rounding=ROUND_HALF_EVEN)


def newest_rate(book: RateBook, contract: Contract, _day: date) -> Any:
    """Takes the rate of today for every day."""
    return LINE_ON(book, contract, date(2099, 1, 1))


def minutes_times_rate(due: lines.Due) -> Decimal | None:
    """Prices the difference instead of taking the difference of two prices."""
    if due.priced.hourly_rate is None:
        return due.priced.amount
    cost = cost_of(abs(due.minutes), due.priced.hourly_rate, due.priced.currency)
    return cost if due.minutes > 0 else -cost


def never_waived(_entry: LedgerEntry) -> bool:
    """Bills what was given away."""
    return False


def trained(minutes: int, *, day: int) -> Log:
    """A supplementary training of Acme's: all of it is overage."""
    return Log(0, day, 9, "supplementary-training", minutes)


def met(minutes: int, *, day: int, hour: int) -> Log:
    """An operations meeting of Acme's, which draws on its 240 minutes."""
    return Log(0, day, hour, "operations", minutes)


LINE_ON = RateBook.line_on
CLOSE = CloseNext()
USED_UP = [met(60, day=26, hour=hour) for hour in (9, 10, 11, 12)]
FAULTS: list[tuple[Any, str, Callable[..., Any] | property, list[Deed]]] = [
    (lines, "_billed", rebills, [trained(30, day=0), CLOSE, trained(20, day=1), CLOSE]),
    (lines, "_of_closed_months", without_news, [trained(30, day=0), CLOSE, trained(20, day=1), CLOSE]),
    (pricing, "cost_of", half_even, [trained(3, day=0), CLOSE]),
    (RateBook, "line_on", newest_rate, [trained(60, day=0), Price(0, negotiated=False, hourly_rate=50, day=29), CLOSE]),
    (
        lines.Due,
        "amount",
        property(minutes_times_rate),
        [*USED_UP, met(17, day=27, hour=9), CLOSE, Adjust(0, 2), CLOSE],
    ),
    (pricing, "is_waived", never_waived, [trained(30, day=0), Waive(0, 0), CLOSE]),
    (ledger, "rewrite_shares", only_new_ones, [*USED_UP, met(30, day=0, hour=9), CLOSE]),
]


@pytest.mark.parametrize(("place", "name", "fault", "life"), FAULTS, ids=[fault[1] for fault in FAULTS])
def test_a_fault_in_the_code_is_found(
    contracts: list[Contract],
    monkeypatch: pytest.MonkeyPatch,
    place: Any,
    name: str,
    fault: Callable[..., Any] | property,
    life: list[Deed],
) -> None:
    assert live(contracts, life)
    monkeypatch.setattr(place, name, fault)
    assert not live(contracts, life)
