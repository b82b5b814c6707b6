"""Which contracts somebody should look at now, and why: minutes or days run out (the moments of DOMAIN.md §11)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from django.db.models import DateField, F, Func, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from core.dates import local_day
from packages.domain.queries import Standing, in_standing
from packages.models import Contract
from sessions.domain.numbers import ContractNumbers, numbers_of_many
from sessions.domain.proposals import proposed_contract
from sessions.models import ConsultingSession, EntryShare

NEARLY_DRAWN_PERCENT = 80
WINDOW_ENDS_WITHIN_DAYS = 30
CONTRACT_ENDS_WITHIN_DAYS = 60
MOST_CANDIDATES = 200


class Concern(StrEnum):
    """Why a contract wants attention, the most pressing first."""

    WINDOW_ENDS = "window_ends"
    CONTRACT_ENDS = "contract_ends"
    NEARLY_DRAWN = "nearly_drawn"
    NOTHING_FREE = "nothing_free"


@dataclass(frozen=True, slots=True)
class Watched:
    """A contract with its numbers and what is pressing about it. Days count from today in the contract's zone."""

    contract: Contract
    numbers: ContractNumbers
    window_days_left: int
    days_left: int
    concerns: tuple[Concern, ...]


def watched(contracts: Iterable[Contract], *, now: datetime) -> list[Watched]:
    """`contracts`, which run today, with what is pressing about each, in three queries; the order is kept."""
    contracts = list(contracts)
    numbers = numbers_of_many(contracts, now=now)
    return [_watched(contract, numbers[contract.pk], local_day(now, contract.time_zone)) for contract in contracts]


def pressing(contracts: QuerySet[Contract], *, now: datetime) -> list[Watched]:
    """Those of `contracts` that run and have a concern, the most pressing first, in four queries."""
    order = {concern: place for place, concern in enumerate(Concern)}
    candidates = _candidates(in_standing(contracts, Standing.RUNNING, now=now), now.astimezone(UTC).date())
    return sorted(
        (each for each in watched(candidates[:MOST_CANDIDATES], now=now) if each.concerns),
        key=lambda each: (order[each.concerns[0]], min(each.window_days_left, each.days_left), each.contract.pk),
    )


def _candidates(contracts: QuerySet[Contract], today: date) -> QuerySet[Contract]:
    """All contracts that may have a concern, and some that have none: whoever runs a thousand loads a few of them."""

    def minutes(of: QuerySet[EntryShare] | QuerySet[ConsultingSession], field: str) -> Coalesce:
        total = of.filter(contract=OuterRef("pk")).order_by().values("contract").annotate(total=Sum(field))
        return Coalesce(Subquery(total.values("total")), 0)

    booked = ConsultingSession.objects.filter(status=ConsultingSession.Status.BOOKED)
    day_after_window = Func(
        F("starts_on"),
        F("package_version__window_days"),
        template="%(expressions)s",
        arg_joiner=" + ",
        output_field=DateField(),
    )
    # Days are those of UTC here, those of the contract's zone in `watched`: a day of slack holds both.
    soon = today + timedelta(days=WINDOW_ENDS_WITHIN_DAYS + 2)
    return (
        contracts.alias(
            drawn=minutes(EntryShare.objects.all(), "included_minutes") + minutes(booked, "duration_minutes"),
            day_after_window=day_after_window,
        )
        .filter(
            Q(ends_on__lte=today + timedelta(days=CONTRACT_ENDS_WITHIN_DAYS + 2))
            | Q(day_after_window__range=(today - timedelta(days=2), soon))
            | Q(drawn__gte=F("package_version__included_minutes") * NEARLY_DRAWN_PERCENT / 100)
        )
        .order_by("ends_on", "pk")
    )


def _watched(contract: Contract, numbers: ContractNumbers, today: date) -> Watched:
    window_days_left = (numbers.window.last - today).days + 1
    days_left = (contract.ends_on - today).days + 1
    return Watched(
        contract=contract,
        numbers=numbers,
        window_days_left=max(window_days_left, 0),
        days_left=days_left,
        concerns=tuple(_concerns(numbers, window_days_left, days_left)),
    )


def _concerns(numbers: ContractNumbers, window_days_left: int, days_left: int) -> Iterable[Concern]:
    drawn = numbers.available - numbers.free
    if not numbers.lapsed and numbers.free > 0 and window_days_left <= WINDOW_ENDS_WITHIN_DAYS:
        yield Concern.WINDOW_ENDS
    if days_left <= CONTRACT_ENDS_WITHIN_DAYS:
        yield Concern.CONTRACT_ENDS
    if not numbers.lapsed and numbers.free <= 0:
        yield Concern.NOTHING_FREE
    elif not numbers.lapsed and drawn * 100 >= numbers.available * NEARLY_DRAWN_PERCENT:
        yield Concern.NEARLY_DRAWN


def proposed_for_booking(contracts: Iterable[Watched], *, now: datetime) -> Contract | None:
    """Of `contracts` the one that booking itself proposes (DOMAIN.md §2)."""
    numbers = {each.contract: each.numbers for each in contracts}
    return proposed_contract(numbers, {contract.pk: mine for contract, mine in numbers.items()}, now=now)
