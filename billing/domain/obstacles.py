"""What stands in the way of a close, before somebody tries it: what blocks, and what only warns (DOMAIN.md §6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import DateTimeField, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet

from billing.domain.closing import over_at
from billing.domain.lines import Due
from billing.domain.preview import Previews
from billing.domain.queries import questions_visible_to
from billing.domain.questions import open_questions
from billing.models import LineQuestion
from core.dates import add_months, local_day, month_of
from customers.models import User
from sessions.domain.queries import sessions_visible_to, time_entries_visible_to
from sessions.models import ConsultingSession, LedgerEntry

LISTED = 20
UNPRICED_LISTED = 10


@dataclass(frozen=True, slots=True)
class Obstacles:
    """Of the month that begins on `month`. The first three block its close, the others are to be looked at.

    Lists hold what is shown first; a session, a waiver, an overlap or a question does not hinder anybody from closing.
    """

    month: date
    over_at: datetime
    is_over: bool
    earlier_months: Sequence[date]
    unpriced_total: int
    unpriced: Sequence[Due]
    not_logged: Sequence[ConsultingSession]
    undecided: Sequence[LedgerEntry]
    overlapping: Sequence[LedgerEntry]
    questioned: Sequence[LineQuestion]

    @property
    def blocks(self) -> bool:
        """Whether a close would be refused now."""
        return not self.is_over or bool(self.earlier_months) or bool(self.unpriced_total)

    @property
    def warns(self) -> bool:
        return bool(self.not_logged or self.undecided or self.overlapping or self.questioned)


def obstacles(
    month: date,
    *,
    coming: Previews,
    earlier_months: Sequence[date],
    user: User,
    now: datetime,
) -> Obstacles:
    """What stands in the way of closing `month`, as `user` sees it: four queries, one more for unpriced lines.

    :param coming: the previews, up to the month at least
    :param earlier_months: the open months before it that have time entries
    """
    entries = time_entries_visible_to(user).filter(reversed_by__isnull=True)
    unpriced_total, unpriced = coming.unpriced_through(month, at_most=UNPRICED_LISTED)
    return Obstacles(
        month=month,
        over_at=over_at(month),
        is_over=now >= over_at(month),
        earlier_months=earlier_months,
        unpriced_total=unpriced_total,
        unpriced=unpriced,
        not_logged=_not_logged(month, user=user, now=now),
        undecided=list(
            entries.filter(
                service_date__lt=add_months(month, 1), waiver__isnull=False, waiver__decision__isnull=True
            ).order_by("service_date", "pk")[:LISTED]
        ),
        overlapping=list(_overlapping(entries, month)[:LISTED]),
        questioned=list(
            open_questions(questions_visible_to(user)).filter(entry__service_date__lt=add_months(month, 1))[:LISTED]
        ),
    )


def _not_logged(month: date, *, user: User, now: datetime) -> list[ConsultingSession]:
    """Sessions of the month that are over and neither logged, nor cancelled, nor a no-show."""
    a_day = timedelta(days=1)  # the date is that of the contract's zone: what the database finds is looked at again
    first, last = datetime.combine(month, over_at(month).timetz()), over_at(month)
    found = sessions_visible_to(user).filter(
        status=ConsultingSession.Status.BOOKED,
        ends_at__lt=now,
        starts_at__gte=first - a_day,
        starts_at__lt=last + a_day,
    )
    of_month = [
        session
        for session in found.order_by("starts_at", "pk")
        if month_of(local_day(session.starts_at, session.contract.time_zone)) == month
    ]
    return of_month[:LISTED]


def _overlapping(entries: "QuerySet[LedgerEntry]", month: date) -> "QuerySet[LedgerEntry]":
    """Time entries of the month that begin while the same person is still at another one."""
    length = ExpressionWrapper(F("minutes") * timedelta(minutes=1), output_field=DurationField())
    end = ExpressionWrapper(F("started_at") + length, output_field=DateTimeField())
    beside = (
        LedgerEntry.objects.time_entries()
        .unreversed()
        .annotate(ends_at=end)
        .filter(
            Q(started_at__lt=OuterRef("started_at")) | Q(started_at=OuterRef("started_at"), pk__lt=OuterRef("pk")),
            staff=OuterRef("staff"),
            ends_at__gt=OuterRef("started_at"),
            started_at__gt=OuterRef("started_at") - timedelta(hours=1),
        )
    )
    return entries.filter(Exists(beside), service_date__gte=month, service_date__lt=add_months(month, 1)).order_by(
        "service_date", "pk"
    )
