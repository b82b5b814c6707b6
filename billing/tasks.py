"""The worker's door to the files of closed months."""

import time

from celery import shared_task
from django.utils import timezone

from billing.domain.files.rendering import render_next

# Shorter than the time limit by far: a close with thousands of statements is rendered over several turns.
BUSY_SECONDS = 60


@shared_task(name="billing.tasks.render_files", soft_time_limit=240, time_limit=270)
def render_files() -> None:
    """Render what closes owe, file after file; another turn comes in a few seconds."""
    until = time.monotonic() + BUSY_SECONDS
    while render_next(clock=timezone.now) and time.monotonic() < until:
        pass
