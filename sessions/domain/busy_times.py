"""Busy times of the staff from the calendars that they keep elsewhere, by subscription (DOMAIN.md §7).

They keep customers from booking; a meeting that stands is not touched by them, and the staff themselves may book over
them. A calendar that cannot be read any more keeps what was read last.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import public_fetch
from core.public_fetch import Failure, NotFetched
from core.refusals import InvalidInput
from core.sealing import BrokenSeal, seal, unseal
from customers.models import User
from sessions.domain.availability import policy
from sessions.domain.calendar_reading import NotACalendar, TooManyEvents, busy_times_in
from sessions.domain.diary_places import lock_diary
from sessions.models import BusyCalendar, BusyTime

PURPOSE = "calendar address"
EVERY = timedelta(minutes=10)
SLOWEST = timedelta(hours=6)
MOST_CALENDARS = 5
MOST_BYTES = 5 * 1024 * 1024
MOST_AT_ONCE = 100
BACK = timedelta(days=7)
AHEAD = timedelta(days=30)
"""How far beyond the horizon of booking recurring events are written out: until then an unchanged file need not be."""

NOT_A_CALENDAR, SEALED = "not_a_calendar", "sealed"
LONGEST_ETAG, LONGEST_DATE = 300, 100
State = BusyCalendar.State

_WORDS: dict[str, Promise] = {
    Failure.ADDRESS: gettext_lazy("The address leads to a place that the portal does not read from."),
    Failure.UNKNOWN_HOST: gettext_lazy("There is no server of that name."),
    Failure.UNREACHABLE: gettext_lazy("The server did not answer as it should, or not in time."),
    Failure.REFUSED: gettext_lazy("The server refused. Was the address made anew?"),
    Failure.NOT_THERE: gettext_lazy("There is no calendar at this address any more."),
    Failure.SERVER_ERROR: gettext_lazy("The server reported an error."),
    Failure.TOO_LARGE: gettext_lazy("The calendar is too large."),
    NOT_A_CALENDAR: gettext_lazy("What is there is not a calendar."),
    SEALED: gettext_lazy("The portal's keys have changed: remove the calendar and add it again."),
}


def why_failing(calendar: BusyCalendar) -> str:
    """In words why a calendar cannot be read; empty if it can."""
    return str(_WORDS[calendar.failure]) if calendar.failure else ""


@transaction.atomic
def subscribe(*, staff: User, address: str, now: datetime) -> BusyCalendar:
    """Read the busy times of `staff` from a private iCalendar address from now on; the worker reads it first.

    :raises InvalidInput: if the address is none that the portal reads from, is subscribed to, or is one too many
    """
    address = address.strip()
    try:
        host = public_fetch.host_of(address)
    except NotFetched:
        raise InvalidInput(
            _("Paste the private iCal address of your calendar: it starts with https:// and ends in .ics."),
            field="address",
        ) from None
    lock_diary(staff)
    known = list(BusyCalendar.objects.filter(staff=staff))
    if len(known) >= MOST_CALENDARS:
        raise InvalidInput(
            _("At most %(most)s calendars are read. Remove one first.") % {"most": MOST_CALENDARS}, field="address"
        )
    if any(_is_at(calendar, address) for calendar in known):
        raise InvalidInput(_("This calendar is read already."), field="address")
    return BusyCalendar.objects.create(
        staff=staff, sealed_address=seal(address, purpose=PURPOSE), host=host, added_at=now, due_at=now
    )


def unsubscribe(*, calendar: BusyCalendar) -> None:
    """Forget a calendar and its busy times."""
    calendar.delete()


def read_soon(*, calendar: BusyCalendar, now: datetime) -> None:
    """Have the worker read a calendar at its next round instead of waiting."""
    BusyCalendar.objects.filter(pk=calendar.pk).update(due_at=now)


@transaction.atomic
def claim_due(*, now: datetime) -> list[int]:
    """The calendars to read now, each given to one asker alone: it is due again later even if the reader dies."""
    due = BusyCalendar.objects.filter(due_at__lte=now, staff__is_active=True).order_by("due_at", "pk")
    claimed = list(due.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:MOST_AT_ONCE])
    BusyCalendar.objects.filter(pk__in=claimed).update(due_at=now + EVERY)
    return claimed


def read_calendar(*, calendar_id: int, now: datetime) -> None:
    """Fetch a calendar and put its busy times in the place of the old ones; nothing is locked while fetching."""
    calendar = BusyCalendar.objects.select_related("staff").filter(pk=calendar_id).first()
    if calendar is None:
        return
    horizon = now + timedelta(days=policy().horizon_days)
    known_far_enough = calendar.known_until is not None and calendar.known_until >= horizon + EVERY
    try:
        found = public_fetch.fetch(
            _address_of(calendar),
            etag=calendar.etag if known_far_enough else "",
            last_modified=calendar.last_modified if known_far_enough else "",
            most_bytes=MOST_BYTES,
            accept="text/calendar",
        )
        times = None
        if found.content is not None:
            times = busy_times_in(
                found.content,
                owner_email=calendar.staff.email,
                zone=calendar.staff.time_zone,
                start=now - BACK,
                end=horizon + AHEAD,
            )
    except NotFetched as why:
        _keep_failure(calendar, why.failure, now)
    except TooManyEvents:
        _keep_failure(calendar, Failure.TOO_LARGE, now)
    except NotACalendar:
        _keep_failure(calendar, NOT_A_CALENDAR, now)
    except BrokenSeal:
        _keep_failure(calendar, SEALED, now)
    else:
        _keep_times(calendar, found, times, known_until=horizon + AHEAD, now=now)


@transaction.atomic
def _keep_times(
    calendar: BusyCalendar,
    found: public_fetch.Fetched,
    times: list[tuple[datetime, datetime]] | None,
    *,
    known_until: datetime,
    now: datetime,
) -> None:
    """Store what was read; `times` are None where nothing changed. A calendar removed meanwhile stays removed."""
    kept = BusyCalendar.objects.select_for_update(no_key=True).filter(pk=calendar.pk).first()
    if kept is None:
        return
    kept.state, kept.failure, kept.failures_in_a_row = State.READ, "", 0
    kept.tried_at = kept.read_at = now
    if times is not None:
        kept.etag = found.etag if len(found.etag) <= LONGEST_ETAG else ""
        kept.last_modified = found.last_modified if len(found.last_modified) <= LONGEST_DATE else ""
        kept.known_until = known_until
        BusyTime.objects.filter(calendar=kept).delete()
        BusyTime.objects.bulk_create(
            (BusyTime(calendar=kept, starts_at=since, ends_at=until) for since, until in times), batch_size=1000
        )
    kept.save()


def give_up(*, calendar_id: int, now: datetime) -> None:
    """Store that reading a calendar took longer than it may."""
    calendar = BusyCalendar.objects.filter(pk=calendar_id).first()
    if calendar is not None:
        _keep_failure(calendar, Failure.TOO_LARGE, now)


def _keep_failure(calendar: BusyCalendar, failure: str, now: datetime) -> None:
    """Store that nothing could be read: asked again ever more rarely, the old busy times stay."""
    failures = min(calendar.failures_in_a_row + 1, 100)
    BusyCalendar.objects.filter(pk=calendar.pk).update(
        state=State.FAILING,
        failure=failure,
        failures_in_a_row=failures,
        tried_at=now,
        due_at=now + min(EVERY * 2 ** min(failures - 1, 10), SLOWEST),
    )


def _is_at(calendar: BusyCalendar, address: str) -> bool:
    try:
        return _address_of(calendar) == address
    except BrokenSeal:
        return False


def _address_of(calendar: BusyCalendar) -> str:
    return unseal(calendar.sealed_address, purpose=PURPOSE)
