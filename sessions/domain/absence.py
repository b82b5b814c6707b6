"""Time off, and who covers meanwhile (DOMAIN.md §7, docs/adr/0013)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.dates import in_calendar
from core.refusals import InvalidInput
from customers.domain.queries import served_scope
from customers.domain.roles import delivers
from customers.models import Customer, User
from sessions.domain.diary_places import lock_diary
from sessions.domain.in_the_way import check_seen, meetings_between
from sessions.models import TimeOff

LONGEST_REASON = 200


@transaction.atomic
def take_time_off(
    *,
    staff: User,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    cover: User | None,
    cover_customers: Sequence[Customer],
    seen: Collection[int],
    now: datetime,
    instead_of: TimeOff | None = None,
) -> TimeOff:
    """Keep the time between two instants free of bookings, and name who covers; meetings that are booked stay.

    :param cover_customers: for whom the cover is; none means for all
    :param seen: the meetings in that time that the person was shown
    :param instead_of: time off that is changed
    :raises InvalidInput: naming `ends_at`, `reason`, `cover` or `cover_customers`
    :raises MeetingsInTheWay: if other meetings than the ones `seen` are booked in that time
    """
    if not (in_calendar(starts_at.date()) and in_calendar(ends_at.date())) or ends_at <= starts_at:
        raise InvalidInput(_("Time off ends after it begins."), field="ends_at")
    if ends_at <= now:
        raise InvalidInput(_("This time is over."), field="ends_at")
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(_("Shorten the reason."), field="reason")
    _check_cover(staff, cover, cover_customers)
    lock_diary(staff)
    check_seen(meetings_between(staff, starts_at, ends_at, now=now), seen)
    time_off = instead_of or TimeOff(staff=staff)
    time_off.starts_at, time_off.ends_at = starts_at, ends_at
    time_off.reason, time_off.cover = reason.strip(), cover
    time_off.save()
    time_off.cover_customers.set(cover_customers if cover is not None else [])
    return time_off


@transaction.atomic
def end_time_off(*, time_off: TimeOff) -> None:
    """Take time off back: the person is offered again, the cover is not."""
    lock_diary(time_off.staff)
    time_off.delete()


def customers_to_cover(staff: User) -> list[Customer]:
    """The customers whose lead `staff` are or on whose delivery team they are, by name."""
    return list(Customer.objects.filter(served_scope(staff)).order_by("name", "pk"))


def _check_cover(staff: User, cover: User | None, cover_customers: Sequence[Customer]) -> None:
    if cover is not None and (cover == staff or not delivers(cover)):
        raise InvalidInput(_("A colleague who delivers sessions covers."), field="cover")
    served = {customer.pk for customer in customers_to_cover(staff)} if cover_customers else set()
    if any(customer.pk not in served for customer in cover_customers):
        raise InvalidInput(_("Choose among the customers of the person who is away."), field="cover_customers")
