"""The worker's door to imports that wait."""

from celery import shared_task
from django.utils import timezone

from home.domain.contract_import.runs import write_next


@shared_task(name="home.tasks.write_imports", soft_time_limit=240, time_limit=270)
def write_imports() -> None:
    """Write the import that waits longest, and note one that was cut off; another turn comes in a few seconds."""
    write_next(clock=timezone.now)
