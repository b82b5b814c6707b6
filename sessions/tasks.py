"""The worker's doors to what is due about sessions."""

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from sessions.domain import busy_times
from sessions.domain.time_proposals import expire_proposals


@shared_task(name="sessions.tasks.expire_time_proposals", soft_time_limit=45, time_limit=55)
def expire_time_proposals() -> None:
    """Let go of the proposed times that nobody confirmed."""
    expire_proposals(now=timezone.now())


@shared_task(name="sessions.tasks.scan_busy_calendars", soft_time_limit=45, time_limit=55)
def scan_busy_calendars() -> None:
    """Have each subscribed calendar read that is due, one task a calendar: a slow server holds up nobody else's."""
    for calendar_id in busy_times.claim_due(now=timezone.now()):
        read_busy_calendar.delay(calendar_id)


@shared_task(name="sessions.tasks.read_busy_calendar", soft_time_limit=60, time_limit=75)
def read_busy_calendar(calendar_id: int) -> None:
    """Read the busy times of one calendar."""
    try:
        busy_times.read_calendar(calendar_id=calendar_id, now=timezone.now())
    except SoftTimeLimitExceeded:
        busy_times.give_up(calendar_id=calendar_id, now=timezone.now())
