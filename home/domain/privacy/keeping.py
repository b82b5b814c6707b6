"""Guests' names and addresses, and the mail log, are kept for a time and no longer (docs/adr/0021)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db.models import Q

from core.refusals import Refusal
from customers.domain.nobody import DOMAIN, address_of_nobody
from customers.models import NamedGuest
from home.domain.contract_import import runs as contract_imports
from home.models import ImportRun
from notifications.domain.erasing import ROWS_AT_ONCE, erase_old_mail
from reviews.models import ReviewAttendee
from sessions.models import Attendee
from support.domain.order_import import runs as order_imports
from support.models import OrderImport

GUEST = "–"
"""What stands where a guest's name stood: lists of who came keep their number of people."""


def erase_what_is_over(*, now: datetime) -> int:
    """Erase everything whose time is over, batch after batch; returns how many rows.

    Each batch is a transaction of its own: a run that is cut off has done what it did, and the next one goes on.
    """
    erased = 0
    for erase in _KINDS:
        while batch := erase(now):
            erased += batch
    return erased


def _guests_of_sessions(now: datetime) -> int:
    """Of meetings that were over, or would have been: who had no account."""
    over = Q(session__ends_at__lt=_kept_from(now), user__isnull=True)
    due = Attendee.objects.filter(over).exclude(email__endswith=f"@{DOMAIN}").order_by("pk")
    ids = list(due.values_list("pk", flat=True)[:ROWS_AT_ONCE])
    return Attendee.objects.filter(pk__in=ids).update(name=GUEST, email=address_of_nobody())


def _guests_of_reviews(now: datetime) -> int:
    # Of a review that was called off nobody knows any more when it was: its window decides.
    over = Q(review__ends_at__lt=_kept_from(now)) | Q(
        review__ends_at__isnull=True, review__window_ends_on__lt=_kept_from(now).date()
    )
    due = ReviewAttendee.objects.filter(over, user__isnull=True).exclude(email__endswith=f"@{DOMAIN}").order_by("pk")
    ids = list(due.values_list("pk", flat=True)[:ROWS_AT_ONCE])
    return ReviewAttendee.objects.filter(pk__in=ids).update(name=GUEST, email=address_of_nobody())


def _guests_that_facts_name(now: datetime) -> int:
    due = NamedGuest.objects.filter(named_at__lt=_kept_from(now)).exclude(email="").order_by("pk")
    ids = list(due.values_list("pk", flat=True)[:ROWS_AT_ONCE])
    return NamedGuest.objects.filter(pk__in=ids).update(name="", email="")


def _mail(now: datetime) -> int:
    return erase_old_mail(now=now)


def _files_that_wait(now: datetime) -> int:
    """Files of people's names that somebody brought and never started."""
    brought_before = now - timedelta(days=settings.IMPORT_FILES_KEPT_DAYS)
    discarded = 0
    for run in ImportRun.objects.filter(state=ImportRun.State.READY, uploaded_at__lt=brought_before):
        discarded += _discards(partial(contract_imports.discard, run, now=now))
    for orders in OrderImport.objects.filter(state=OrderImport.State.READY, uploaded_at__lt=brought_before):
        discarded += _discards(partial(order_imports.discard, orders, now=now))
    return discarded


def _discards(discard: Callable[[], object]) -> bool:
    """Whether it was still there to be discarded: somebody may have started it meanwhile."""
    try:
        discard()
    except Refusal:
        return False
    return True


def _kept_from(now: datetime) -> datetime:
    return now - timedelta(days=settings.GUESTS_KEPT_DAYS)


_KINDS: tuple[Callable[[datetime], int], ...] = (
    _guests_of_sessions,
    _guests_of_reviews,
    _guests_that_facts_name,
    _mail,
    _files_that_wait,
)
