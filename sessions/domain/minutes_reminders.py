"""Reminders at 80 % and at 100 % of the included minutes (DOMAIN.md §11).

What is drawn counts entries and bookings, so it falls too. Each level is told once, only the higher when both are
crossed at once, and again after an adjustment: the key names the last one.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from notifications.domain.muting import without_muted
from notifications.domain.outbox import Owed, owe_all
from notifications.models import Message
from packages.domain.queries import Standing, in_standing
from packages.models import Contract
from sessions.domain.contract_readers import readers_of
from sessions.domain.numbers import ContractNumbers, numbers_of_many
from sessions.models import ConsultingSession, EntryShare, LedgerEntry

LEVELS = (80, 100)
KINDS = {level: f"included_minutes_{level}" for level in LEVELS}


def level_of(numbers: ContractNumbers) -> int:
    """The highest level that is drawn, bookings counted; 0 below the first, and once the minutes have lapsed."""
    if numbers.lapsed or numbers.available <= 0:
        return 0
    drawn = numbers.available - numbers.free
    return max((level for level in LEVELS if drawn * 100 >= numbers.available * level), default=0)


def last_adjustments(contracts: Iterable[Contract]) -> dict[int, int]:
    """The id of the last ledger row that changed what a contract was given, by contract id; none where nothing did."""
    rows = LedgerEntry.objects.filter(
        Q(kind=LedgerEntry.Kind.ADJUSTMENT)
        | Q(kind=LedgerEntry.Kind.REVERSAL, reverses__kind=LedgerEntry.Kind.ADJUSTMENT),
        contract__in=[contract.pk for contract in contracts],
    )
    return dict(rows.order_by().values("contract").annotate(last=Max("pk")).values_list("contract", "last"))


def owe_included_minutes(*, now: datetime) -> int:
    """Owe the reminder of the level that each contract has reached, unless it or a higher one was told already.

    The number of queries does not depend on the number of contracts.
    """
    contracts = list(_nearly_drawn(now).select_related("customer", "package_version"))
    numbers, adjusted = numbers_of_many(contracts, now=now), last_adjustments(contracts)
    reached = {contract: level_of(numbers[contract.pk]) for contract in contracts}
    told = _told(reached, adjusted)
    due = [
        contract
        for contract, level in reached.items()
        if level and not any(_key(contract, each, adjusted) in told for each in LEVELS if each >= level)
    ]
    readers = readers_of([contract.customer for contract in due], now=now)
    owed = [
        Owed(
            kind=KINDS[reached[contract]],
            key=_key(contract, reached[contract], adjusted),
            to=reader.person,
            facts={"adjusted": adjusted.get(contract.pk, 0)},
            due_at=now,
            subject_id=contract.pk,
        )
        for contract in due
        for reader in readers[contract.customer_id]
    ]
    # A level that was left again before anybody could be told counts as not told.
    return owe_all(without_muted(owed), now=now, anew=True)


def _key(contract: Contract, level: int, adjusted: dict[int, int]) -> str:
    return f"{KINDS[level]}:{contract.pk}:{adjusted.get(contract.pk, 0)}"


def _told(contracts: Iterable[Contract], adjusted: dict[int, int]) -> set[str]:
    keys = [_key(contract, level, adjusted) for contract in contracts for level in LEVELS]
    told = Message.objects.filter(key__in=keys).exclude(state=Message.State.WITHDRAWN)
    return set(told.values_list("key", flat=True))


def _nearly_drawn(now: datetime) -> "QuerySet[Contract]":
    """Every running contract that may have reached a level, and few others: logged and booked minutes, whatever they
    draw, come near to what was given.
    """

    def minutes(of: "QuerySet[EntryShare] | QuerySet[ConsultingSession]", field: str) -> Coalesce:
        total = of.filter(contract=OuterRef("pk")).order_by().values("contract").annotate(total=Sum(field))
        return Coalesce(Subquery(total.values("total")), 0)

    given = LedgerEntry.objects.filter(kind__in=[LedgerEntry.Kind.GRANT, LedgerEntry.Kind.ADJUSTMENT]).unreversed()
    granted = given.filter(contract=OuterRef("pk")).order_by().values("contract").annotate(total=Sum("minutes"))
    booked = ConsultingSession.objects.filter(status=ConsultingSession.Status.BOOKED)
    return (
        in_standing(Contract.objects.all(), Standing.RUNNING, now=now)
        .alias(
            given=Coalesce(Subquery(granted.values("total")), 0),
            drawn=minutes(EntryShare.objects.all(), "included_minutes") + minutes(booked, "duration_minutes"),
        )
        .filter(given__gt=0, drawn__gte=F("given") * min(LEVELS) / 100)
    )
