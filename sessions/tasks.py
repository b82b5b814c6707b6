"""The worker's doors to what is due about sessions."""

from celery import shared_task
from django.utils import timezone

from sessions.domain.reminders import owe_session_reminders


@shared_task(name="sessions.tasks.scan_session_reminders", soft_time_limit=45, time_limit=55)
def scan_session_reminders() -> None:
    """Owe the session reminders whose moment has come."""
    owe_session_reminders(now=timezone.now())
