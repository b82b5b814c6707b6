"""The worker's doors to the outbox and to the scans for due reminders; both by the clock that all workers share."""

import time

from celery import shared_task

from core.clock import shared_now
from notifications.domain.delivery import send_batch
from notifications.domain.scans import run_scans

# Shorter than beat's pause: thousands of mails at once keep one process of the pool, never all of them.
BUSY_SECONDS = 12


@shared_task(name="notifications.tasks.send_due", soft_time_limit=240, time_limit=270)
def send_due() -> None:
    """Send what is due, batch after batch, but leave off well before the time limit: beat asks again soon."""
    until = time.monotonic() + BUSY_SECONDS
    while send_batch(now=shared_now()).go_on and time.monotonic() < until:
        pass


@shared_task(name="notifications.tasks.scan_reminders", soft_time_limit=45, time_limit=55)
def scan_reminders() -> None:
    """Owe every reminder whose moment has come."""
    run_scans(now=shared_now())
