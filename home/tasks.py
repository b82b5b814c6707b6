"""The worker's doors to imports that wait, and to what is kept for a time and no longer."""

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from home.domain.contract_import.runs import write_next
from home.domain.privacy.keeping import erase_what_is_over as erase


@shared_task(name="home.tasks.write_imports", soft_time_limit=240, time_limit=270)
def write_imports() -> None:
    """Write the import that waits longest, and note one that was cut off; another turn comes in a few seconds."""
    write_next(clock=timezone.now)


@shared_task(name="home.tasks.erase_what_is_over", soft_time_limit=240, time_limit=270)
def erase_what_is_over() -> None:
    """Erase names, addresses and mail whose time is over; what a run leaves over waits for the next night."""
    try:
        erase(now=timezone.now())
    except SoftTimeLimitExceeded:
        return
