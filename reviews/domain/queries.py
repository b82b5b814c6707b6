"""The only way to reviews: what is not visible does not exist (DOMAIN.md §12); and what is owed now (§8, §11)."""

from datetime import datetime

from django.db.models import DateField, DateTimeField, F, Func, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from customers.domain.roles import memberships_of
from customers.models import User
from packages.domain.contracts import contract_scope
from reviews.domain.standings import Standing
from reviews.models import Review, ReviewAttendee

Status = Review.Status


def reviews_promised_now() -> QuerySet[Review]:
    """The reviews of contracts that stand, without the windows that their terms do not reach; with their contracts.

    What was held stays, whatever becomes of the contract.
    """
    promised = Q(window_starts_on__lte=F("contract__ends_on"), contract__voided_at__isnull=True)
    return Review.objects.filter(promised | Q(status=Status.HELD)).select_related(
        "contract__customer", "contract__package_version__package"
    )


def reviews_visible_to(user: User) -> QuerySet[Review]:
    """Reviews of the contracts that `user` sees, and those of their own customers that they attend."""
    attended = ReviewAttendee.objects.filter(
        user=user, review__contract__customer__in=list(memberships_of(user))
    ).values("review")
    return reviews_promised_now().filter(contract_scope(user, "contract") | Q(pk__in=attended))


def owed_with_nothing_planned(*, now: datetime) -> QuerySet[Review]:
    """The reviews whose window is open at `now`, by the calendar of their contracts' zones, and that nobody planned.

    Of all customers, for whoever reminds; `standings.last_day_of` says when a window ends.
    """
    due = reviews_promised_now().filter(status=Status.DUE).alias(today=_today_there(now))
    return due.filter(
        window_starts_on__lte=F("today"), window_ends_on__gte=F("today"), contract__ends_on__gte=F("today")
    )


def planned_reviews() -> QuerySet[Review]:
    """The reviews that are planned (`starts_at`, `ends_at`), of all customers, with who takes part, for reminders."""
    return reviews_promised_now().filter(status=Status.PLANNED).prefetch_related("staff__person", "attendees__user")


def missed_and_not_planned(*, now: datetime) -> QuerySet[Review]:
    """The reviews that were missed and can still be made up for: the contract runs."""
    due = reviews_promised_now().filter(status=Status.DUE).alias(today=_today_there(now))
    return due.filter(window_ends_on__lt=F("today"), contract__ends_on__gte=F("today"))


def reviews_to_do(reviews: QuerySet[Review], *, now: datetime) -> QuerySet[Review]:
    """Those of `reviews` that somebody has to do with now: planned, owed in an open window, or missed in a contract
    that still runs.
    """
    today = _today_there(now)
    begun = Q(status=Status.DUE, window_starts_on__lte=F("today"), contract__ends_on__gte=F("today"))
    return reviews.alias(today=today).filter(Q(status=Status.PLANNED) | begun)


def in_standing(reviews: QuerySet[Review], standing: str, *, now: datetime) -> QuerySet[Review]:
    """Those of `reviews` that stand there at `now`: the same rule as `standings.standing_of`, for whole lists."""
    dated = reviews.alias(today=_today_there(now), held_on=_day_there(F("starts_at")))
    over = Q(window_ends_on__lt=F("today")) | Q(contract__ends_on__lt=F("today"))
    conditions: dict[str, Q] = {
        Standing.UPCOMING: Q(status=Status.DUE, window_starts_on__gt=F("today")),
        Standing.DUE: Q(status=Status.DUE, window_starts_on__lte=F("today")) & ~over,
        Standing.MISSED: Q(status=Status.DUE, window_starts_on__lte=F("today")) & over,
        Standing.PLANNED: Q(status=Status.PLANNED, ends_at__gt=now),
        Standing.UNRECORDED: Q(status=Status.PLANNED, ends_at__lte=now),
        Standing.HELD: Q(status=Status.HELD, held_on__lte=F("window_ends_on")),
        Standing.MADE_UP: Q(status=Status.HELD, held_on__gt=F("window_ends_on")),
    }
    return dated.filter(conditions[standing])


def _day_there(instant: Combinable) -> Cast:
    """The date of an instant in the zone of a review's contract."""
    return Cast(Func(F("contract__time_zone"), instant, function="timezone", output_field=DateTimeField()), DateField())


def _today_there(now: datetime) -> Cast:
    """The date of `now` in the zone of a review's contract, as the database computes it."""
    return _day_there(Value(now))
