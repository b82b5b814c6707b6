"""The reminders of project health checks, to the primary contact and the dedicated person (DOMAIN.md §8, §11).

One row: the window opens; 14 days before it ends nothing is planned; 7 days and 24 h before the meeting, unless
operations chose other moments. Each ends when the next begins. A scan of the present state finds what is due, so
nothing is told of what was moved or cancelled.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Max, Q

from core.dates import local_day, start_of_day
from notifications.domain.moments import morning_of, reminder_policy
from notifications.domain.muting import without_muted
from notifications.domain.outbox import Owed, owe_all
from notifications.models import ReminderPolicy
from packages.models import Contract, DeliveryTeamMember
from reviews.domain.queries import reviews_promised_now
from reviews.domain.standings import last_day_of
from reviews.models import Review, ReviewEvent
from sessions.domain.contract_readers import Reader, readers_of

WINDOW_OPENS = "review_window_opens"
NOT_PLANNED = "review_not_planned"
FIRST_REMINDER = "review_week_before"
LAST_REMINDER = "review_day_before"
KINDS = (WINDOW_OPENS, NOT_PLANNED, FIRST_REMINDER, LAST_REMINDER)

SLACK = timedelta(days=2)
"""Days are those of UTC in the query, those of the contract's and the reader's zones afterwards."""

_ARRANGED = (ReviewEvent.Kind.PLANNED, ReviewEvent.Kind.MOVED, ReviewEvent.Kind.CANCELLED, ReviewEvent.Kind.NOT_HELD)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a review's row: due at an instant, told unless `kind` is empty, about what arose at `arose_at`."""

    kind: str
    due_at: datetime
    arose_at: datetime


def moment_of(
    review: Review, policy: ReminderPolicy, *, zone: str, arranged_at: datetime | None, now: datetime
) -> Moment | None:
    """The moment of `review` that is on at `now` for a reader in the IANA `zone`; None where none is.

    :param arranged_at: when the review was last planned, moved, or its plan given up
    """
    signed_at = review.contract.signed_at
    arranged_at = max(arranged_at or signed_at, signed_at)
    last = last_day_of(review)
    if review.status == Review.Status.HELD or review.contract.voided_at is not None:
        return None
    opens_at = morning_of(review.window_starts_on, zone)
    planned = review.starts_at is not None
    # Where it is planned there is nothing to say so near the end; what opened so long ago is not told any more.
    unplanned_at = morning_of(last - timedelta(days=policy.review_unplanned_days), zone)
    row = [Moment(WINDOW_OPENS, opens_at, signed_at)]
    if unplanned_at > opens_at:
        row.append(Moment("" if planned else NOT_PLANNED, unplanned_at, arranged_at))
    over_at = start_of_day(last + timedelta(days=1), review.contract.time_zone)
    if review.starts_at is not None:
        first_day = local_day(review.starts_at, zone) - timedelta(days=policy.review_first_days)
        row.append(Moment(FIRST_REMINDER, morning_of(first_day, zone), arranged_at))
        last_at = review.starts_at - timedelta(hours=policy.review_last_hours)
        row.append(Moment(LAST_REMINDER, last_at, arranged_at))
        over_at = review.starts_at
    begun = [each for each in row if each.due_at <= now < over_at]
    latest = max(begun, key=lambda each: each.due_at, default=None)
    return latest if latest is not None and latest.kind else None


def readers_of_reviews(contracts: Iterable[Contract], *, now: datetime) -> dict[int, list[Reader]]:
    """The primary contact and the dedicated person of each contract, by its id: one query more than `readers_of`."""
    contracts = list(contracts)
    contacts = readers_of([contract.customer for contract in contracts], now=now)
    dedicated = DeliveryTeamMember.objects.filter(contract__in=contracts, dedicated=True, staff__is_active=True)
    ours = {member.contract_id: member.staff for member in dedicated.select_related("staff")}
    return {
        contract.pk: [reader for reader in contacts[contract.customer_id] if not reader.on_our_side]
        + ([Reader(ours[contract.pk], contract.signed_at, on_our_side=True)] if contract.pk in ours else [])
        for contract in contracts
    }


def last_arrangement() -> Max:
    """When a review was last planned, moved, or its plan given up, for `annotate`."""
    return Max("events__at", filter=Q(events__kind__in=_ARRANGED))


def owe_review_reminders(*, now: datetime) -> int:
    """Owe every reminder of a review whose moment is on; a fixed number of queries whatever the number of reviews."""
    policy = reminder_policy()
    today = now.astimezone(UTC).date()
    open_now = Q(window_starts_on__lte=today + SLACK, window_ends_on__gte=today - SLACK)
    coming = Q(starts_at__gt=now, starts_at__lte=now + timedelta(days=policy.review_first_days) + SLACK)
    open_reviews = reviews_promised_now().exclude(status=Review.Status.HELD).filter(open_now | coming)
    arranged: list[tuple[Review, datetime | None]] = [
        (review, review.arranged_at) for review in open_reviews.annotate(arranged_at=last_arrangement())
    ]
    readers = readers_of_reviews({review.contract for review, _at in arranged}, now=now)
    return owe_all(without_muted(_due(arranged, readers, policy, now)), now=now)


def _due(
    arranged: Iterable[tuple[Review, datetime | None]],
    readers: Mapping[int, list[Reader]],
    policy: ReminderPolicy,
    now: datetime,
) -> Iterator[Owed]:
    for review, arranged_at in arranged:
        for reader in readers[review.contract_id]:
            zone = reader.person.time_zone
            moment = moment_of(review, policy, zone=zone, arranged_at=arranged_at, now=now)
            # A moment that was over when its cause arose is not sent.
            if moment is None or moment.due_at < max(moment.arose_at, reader.since):
                continue
            yield Owed(
                kind=moment.kind,
                key=f"{moment.kind}:{review.pk}:{thing_of(review, moment.kind)}",
                to=reader.person,
                facts={"about": thing_of(review, moment.kind)},
                due_at=moment.due_at,
                subject_id=review.pk,
            )


def thing_of(review: Review, kind: str) -> str:
    """What a reminder of that kind is about, as its key names it: a start, a last day, or the window's first day."""
    if kind in (FIRST_REMINDER, LAST_REMINDER):
        assert review.starts_at is not None
        return f"{review.starts_at:%Y%m%dT%H%MZ}"
    return str(review.window_starts_on if kind == WINDOW_OPENS else last_day_of(review))
