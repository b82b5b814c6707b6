"""What the worker tidies up."""

from celery import shared_task
from django.utils import timezone

from core.idempotency import forget_old_keys


@shared_task(name="core.tasks.forget_idempotency_keys")
def forget_idempotency_keys() -> int:
    """Forget the answers that no idempotency key may ask for any more."""
    return forget_old_keys(now=timezone.now())
