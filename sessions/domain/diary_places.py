"""The place of a session or a proposal in somebody's diary: taken under a lock, never over another one (§7)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction

from core import faults
from core.database_errors import EXCLUSION_VIOLATION, sqlstate
from core.locks import waited_for_once
from customers.models import StaffProfile, User
from packages.models import Contract
from sessions.domain import availability
from sessions.models import ConsultingSession, DiaryEntry, TimeRequest


def lock_diary(staff: User) -> None:
    """Let bookers of one person queue: the exclusion constraint alone would answer them with deadlocks."""
    if not faults.skips("lock"):
        with waited_for_once():
            StaffProfile.objects.select_for_update(no_key=True).get(pk=staff.pk)


def take_place(session: ConsultingSession, *, now: datetime) -> None:
    """Write a new session into the diary.

    :raises SlotTaken: if the database finds a meeting there after all
    """
    with _told_as_taken(*_place_of(session), now, without=session):
        DiaryEntry.objects.create(
            staff=session.staff, starts_at=session.starts_at, ends_at=session.ends_at, session=session
        )


def change_place(session: ConsultingSession, *, now: datetime) -> None:
    """Store person, start and length of a session that was moved: its place in the diary follows by itself.

    :raises SlotTaken: if the database finds a meeting there after all
    """
    with _told_as_taken(*_place_of(session), now, without=session):
        session.save(update_fields=["staff", "starts_at", "ends_at", "duration_minutes", "place", "sequence"])


def give_place_up(session: ConsultingSession) -> None:
    """Free the time of a session that will not take place."""
    DiaryEntry.objects.filter(session=session).delete()


def _place_of(session: ConsultingSession) -> tuple[User, datetime, int, Contract]:
    return session.staff, session.starts_at, session.duration_minutes, session.contract


def hold_place(proposed: TimeRequest, *, now: datetime) -> None:
    """Keep the proposed time of a request free of anything else until it is decided.

    :raises SlotTaken: if the database finds a meeting there after all
    """
    assert proposed.staff is not None
    assert proposed.starts_at is not None
    assert proposed.ends_at is not None
    start = proposed.starts_at
    with _told_as_taken(proposed.staff, start, proposed.duration_minutes, proposed.contract, now):
        DiaryEntry.objects.create(
            staff=proposed.staff, starts_at=start, ends_at=proposed.ends_at, time_request=proposed
        )


def let_go_of_place(proposed: TimeRequest) -> None:
    """Free the time that a proposal held."""
    DiaryEntry.objects.filter(time_request=proposed).delete()


@contextmanager
def _told_as_taken(
    staff: User,
    starts_at: datetime,
    minutes: int,
    contract: Contract,
    now: datetime,
    without: ConsultingSession | None = None,
) -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if sqlstate(error) != EXCLUSION_VIOLATION:
            raise
        raise availability.slot_taken(staff, starts_at, minutes, now, contract, without=without) from error
