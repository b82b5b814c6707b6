"""The reminders of action items, to whoever took them on: before their day, and once it has passed (DOMAIN.md §8, §11).

One row: 3 days before the day unless operations chose otherwise, and the day after it while the item is open. The first
ends when the second begins. A scan of the present state finds what is due, so nothing is told of what is done.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from customers.models import Membership
from notifications.domain.moments import morning_of, reminder_policy
from notifications.domain.muting import without_muted
from notifications.domain.outbox import Owed, owe_all
from notifications.models import ReminderPolicy
from reviews.models import ActionItem, Side

ITEM_DUE = "action_item_due"
ITEM_OVERDUE = "action_item_overdue"

AFTER_ITS_DAY = timedelta(days=1)
TOLD_FOR = timedelta(days=30)
"""How long after its day an item is still told of, where nobody could send: what is older is on everybody's page."""
SLACK = timedelta(days=2)
"""Days are those of UTC in the query, those of the owner's zone afterwards."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment of an item's row that is on: which kind of mail, and since when."""

    kind: str
    due_at: datetime


def moment_of(item: ActionItem, policy: ReminderPolicy, *, zone: str, now: datetime) -> Moment | None:
    """The moment of the open `item` that is on at `now` for an owner in the IANA `zone`; None where none is."""
    overdue = Moment(ITEM_OVERDUE, morning_of(item.due_on + AFTER_ITS_DAY, zone))
    coming = Moment(ITEM_DUE, morning_of(item.due_on - timedelta(days=policy.action_item_days), zone))
    on = next((each for each in (overdue, coming) if each.due_at <= now), None)
    # A moment that was already over when its cause arose is not sent.
    return on if on is not None and item.added_at <= on.due_at else None


def open_items() -> QuerySet[ActionItem]:
    """Open action items of contracts that stand, whose owners still work on them; with review, contract and owner."""
    still_member = Membership.objects.filter(
        user=OuterRef("owner"), customer=OuterRef("review__contract__customer"), until__isnull=True
    )
    return ActionItem.objects.filter(
        Q(side=Side.OURA) | Q(Exists(still_member)),
        done_at__isnull=True,
        owner__is_active=True,
        review__contract__voided_at__isnull=True,
    ).select_related("review__contract__customer", "owner")


def owe_item_reminders(*, now: datetime) -> int:
    """Owe every reminder of an action item whose moment is on; a fixed number of queries whatever the number."""
    policy = reminder_policy()
    today = now.astimezone(UTC).date()
    until = today + timedelta(days=policy.action_item_days) + SLACK
    near = open_items().filter(due_on__range=(today - TOLD_FOR, until))
    owed = [
        Owed(
            kind=moment.kind,
            key=f"{moment.kind}:{item.pk}:{item.due_on}",
            to=item.owner,
            facts={"due_on": str(item.due_on)},
            due_at=moment.due_at,
            subject_id=item.pk,
        )
        for item in near.order_by("pk")
        if (moment := moment_of(item, policy, zone=item.owner.time_zone, now=now)) is not None
    ]
    return owe_all(without_muted(owed), now=now)
