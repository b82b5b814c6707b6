"""Reminders that are bound to the last day of something: of the included minutes, of the contract (DOMAIN.md §11)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import DateField, ExpressionWrapper, F, Func, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Least

from core.dates import start_of_day
from notifications.domain.moments import Moment, latest_moment, reminder_policy
from notifications.domain.muting import without_muted
from notifications.domain.outbox import Owed, owe_all
from notifications.models import ReminderPolicy
from packages.domain.windows import window_of
from packages.models import Contract
from sessions.domain.contract_readers import Reader, readers_of

UNUSED_MINUTES = "unused_minutes"
CONTRACT_ENDS = "contract_ends"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of reminders before a last day, all of one kind."""

    kind: str

    def days_before(self, policy: ReminderPolicy) -> Sequence[int]:
        """How many days before the last day each of them goes."""
        return policy.unused_minutes_days if self.kind == UNUSED_MINUTES else policy.contract_end_days

    def last_day(self, contract: Contract) -> date:
        """The day that the row counts down to, in the contract's zone."""
        return window_of(contract).last if self.kind == UNUSED_MINUTES else contract.ends_on

    def moment(self, contract: Contract, policy: ReminderPolicy, *, zone: str, now: datetime) -> Moment | None:
        """The moment that is on for a reader in `zone`; None before the first, once the last day is over, or voided."""
        last = self.last_day(contract)
        over = start_of_day(last + timedelta(days=1), contract.time_zone) <= now
        if over or contract.voided_at is not None:
            return None
        return latest_moment(last, self.days_before(policy), zone=zone, now=now)


UNUSED = Row(UNUSED_MINUTES)
ENDS = Row(CONTRACT_ENDS)
SLACK = timedelta(days=2)
"""Days are those of UTC in the query, those of the contract's and the reader's zones afterwards."""


def owe_unused_minutes(*, now: datetime) -> int:
    """Owe the reminders of minutes with a window of their own (the Launch Kit's) that is about to end.

    Whether minutes are free is asked when the mail is written: a row that was not wanted at its moment stays
    withdrawn, so minutes that come free later are told of at the next moment.
    """
    windowed = Contract.objects.filter(package_version__window_days__isnull=False)
    return _owe(UNUSED, windowed, _last_day_of_window(), now)


def owe_contract_ends(*, now: datetime) -> int:
    """Owe the reminders of contracts that are about to end."""
    return _owe(ENDS, Contract.objects.all(), F("ends_on"), now)


def _last_day_of_window() -> Least:
    days = F("starts_on") + F("package_version__window_days") - 1
    return Least(ExpressionWrapper(Func(days, template="(%(expressions)s)"), output_field=DateField()), F("ends_on"))


def _owe(row: Row, contracts: "QuerySet[Contract]", last_day: Combinable, now: datetime) -> int:
    policy = reminder_policy()
    today = now.astimezone(UTC).date()
    near = (
        contracts.alias(last_day=last_day)
        .filter(
            voided_at__isnull=True,
            last_day__range=(today - SLACK, today + timedelta(days=max(row.days_before(policy))) + SLACK),
        )
        .select_related("customer", "package_version")
    )
    found = list(near)
    readers = readers_of([contract.customer for contract in found], now=now)
    return owe_all(without_muted(_due(row, found, readers, policy, now)), now=now)


def _due(
    row: Row, contracts: Iterable[Contract], readers: dict[int, list[Reader]], policy: ReminderPolicy, now: datetime
) -> Iterator[Owed]:
    for contract in contracts:
        for reader in readers[contract.customer_id]:
            moment = row.moment(contract, policy, zone=reader.person.time_zone, now=now)
            # A moment that was over when its cause arose is not sent.
            if moment is None or moment.due_at < max(contract.signed_at, reader.since):
                continue
            last = row.last_day(contract)
            yield Owed(
                kind=row.kind,
                key=f"{row.kind}:{contract.pk}:{last}:{moment.days}",
                to=reader.person,
                facts={"last_day": last.isoformat(), "days": moment.days},
                due_at=moment.due_at,
                subject_id=contract.pk,
            )
