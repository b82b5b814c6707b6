"""The worker's door to the outbox."""

import time

from celery import shared_task
from django.utils import timezone

from notifications.domain.delivery import send_batch

# Shorter than beat's pause: thousands of mails at once keep one process of the pool, never all of them.
BUSY_SECONDS = 12


@shared_task(name="notifications.tasks.send_due", soft_time_limit=240, time_limit=270)
def send_due() -> None:
    """Send what is due, batch after batch, but leave off well before the time limit: beat asks again soon."""
    until = time.monotonic() + BUSY_SECONDS
    while send_batch(now=timezone.now()).go_on and time.monotonic() < until:
        pass
