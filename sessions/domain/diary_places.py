"""A session's place in the diary of who delivers it: taken under a lock, never over another one (DOMAIN.md §7)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction

from core import faults
from core.database_errors import EXCLUSION_VIOLATION, sqlstate
from core.locks import waited_for_once
from customers.models import StaffProfile, User
from sessions.domain import availability
from sessions.models import ConsultingSession, DiaryEntry


def lock_diary(staff: User) -> None:
    """Let bookers of one person queue: the exclusion constraint alone would answer them with deadlocks."""
    if not faults.skips("lock"):
        with waited_for_once():
            StaffProfile.objects.select_for_update(no_key=True).get(pk=staff.pk)


def take_place(session: ConsultingSession, *, now: datetime) -> None:
    """Write a new session into the diary.

    :raises SlotTaken: if the database finds a meeting there after all
    """
    with _told_as_taken(session, now):
        DiaryEntry.objects.create(
            staff=session.staff, starts_at=session.starts_at, ends_at=session.ends_at, session=session
        )


def change_place(session: ConsultingSession, *, now: datetime) -> None:
    """Store person, start and length of a session that was moved: its place in the diary follows by itself.

    :raises SlotTaken: if the database finds a meeting there after all
    """
    with _told_as_taken(session, now):
        session.save(update_fields=["staff", "starts_at", "ends_at", "duration_minutes", "place", "sequence"])


def give_place_up(session: ConsultingSession) -> None:
    """Free the time of a session that will not take place."""
    DiaryEntry.objects.filter(session=session).delete()


@contextmanager
def _told_as_taken(session: ConsultingSession, now: datetime) -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if sqlstate(error) != EXCLUSION_VIOLATION:
            raise
        raise availability.slot_taken(
            session.staff, session.starts_at, session.duration_minutes, now, session.contract, without=session
        ) from error
