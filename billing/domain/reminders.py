"""What finance is reminded of, and leads with them: overage each morning, months that can be closed (DOMAIN.md §11)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from billing.domain.closing import open_months_with_entries, over_at
from core.dates import add_months, local_day, month_of
from customers.domain.queries import staff_holding
from customers.models import ContactAssignment, Role, User
from notifications.domain.moments import morning_of
from notifications.domain.muting import without_muted
from notifications.domain.outbox import Owed, owe_all
from notifications.models import Message
from sessions.domain.periods import closed_through, is_closed
from sessions.models import LedgerEntry

OVERAGE_DIGEST = "overage_digest"
MONTH_READY = "month_ready"
LOOKS_BACK = timedelta(days=7)
"""How far back a digest reaches after mornings on which nobody could write one."""


def month_just_over(now: datetime) -> date:
    """The first day of the latest month that is over at `now`, everywhere."""
    this_month = month_of(now.astimezone(UTC).date())
    last = add_months(this_month, -1)
    return last if over_at(last) <= now else add_months(last, -1)


def is_ready_to_close(month: date) -> bool:
    """Whether `month` is open and time was logged in it, or in an earlier one that is open."""
    through = closed_through()
    if is_closed(month, through):
        return False
    return bool(open_months_with_entries(before=add_months(month, 1), through=through))


def owe_months_ready(*, now: datetime) -> int:
    """Owe finance the news of a month that is over and not closed; until the next one is over."""
    month = month_just_over(now)
    if not is_ready_to_close(month):
        return 0
    owed = [
        Owed(
            kind=MONTH_READY,
            key=f"{MONTH_READY}:{month:%Y-%m}",
            to=person,
            facts={"month": month.isoformat()},
            due_at=over_at(month),
        )
        for person in staff_holding([Role.FINANCE])
    ]
    return owe_all(without_muted(owed), now=now)


def owe_overage_digests(*, now: datetime) -> int:
    """Owe finance, and each lead for their customers, this morning's digest where the ledger grew since their last one.

    Whether overage grew with it is found out when the mail is written. Each digest begins where the last one ended, so
    that mornings without a scheduler lose nothing; the number of queries does not depend on customers or readers.
    """
    grew = LedgerEntry.objects.filter(created_at__gt=now - LOOKS_BACK, created_at__lte=now)
    movements = list(grew.exclude(kind=LedgerEntry.Kind.GRANT).values_list("contract__customer", "created_at"))
    finance = list(staff_holding([Role.FINANCE]))
    leads = _leads({customer_id for customer_id, _at in movements})
    ended = _ends_of_digests(now)
    owed = [
        digest
        for person, customers in [*((person, None) for person in finance), *leads.items()]
        if customers is None or person not in finance
        if (digest := _digest(person, _moments(movements, customers), ended.get(person.pk), now)) is not None
    ]
    return owe_all(without_muted(owed), now=now)


def _moments(movements: Iterable[tuple[int, datetime]], customers: set[int] | None) -> list[datetime]:
    """When the ledger grew, of some customers or of all."""
    return [at for customer_id, at in movements if customers is None or customer_id in customers]


def _digest(person: User, movements: list[datetime], ended: datetime | None, now: datetime) -> Owed | None:
    today = local_day(now, person.time_zone)
    until = morning_of(today, person.time_zone)
    since = max(ended or now - LOOKS_BACK, now - LOOKS_BACK)
    if now < until or not any(since < at <= until for at in movements):
        return None
    return Owed(
        kind=OVERAGE_DIGEST,
        key=f"{OVERAGE_DIGEST}:{today}",
        to=person,
        facts={"since": since.isoformat(), "until": until.isoformat()},
        due_at=until,
    )


def _leads(customer_ids: set[int]) -> dict[User, set[int]]:
    leads: dict[User, set[int]] = {}
    for assignment in ContactAssignment.objects.filter(
        customer__in=customer_ids, kind=ContactAssignment.Kind.LEAD, until__isnull=True, person__is_active=True
    ).select_related("person"):
        leads.setdefault(assignment.person, set()).add(assignment.customer_id)
    return leads


def _ends_of_digests(now: datetime) -> dict[int, datetime]:
    """Until when the last digest of each person reached, by their id."""
    recent = Message.objects.filter(kind=OVERAGE_DIGEST, due_at__gt=now - LOOKS_BACK, recipient__isnull=False)
    ended: dict[int, datetime] = {}
    for person_id, facts in recent.order_by("due_at").values_list("recipient", "facts"):
        assert person_id is not None
        ended[person_id] = datetime.fromisoformat(facts["until"])
    return ended
