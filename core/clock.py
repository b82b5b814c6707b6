"""One clock for all workers: the database's.

A worker whose own clock is wrong would remind hours too early and take its colleagues for dead. Requests keep the
clock of their own machine: what they do is seen by a person at once.
"""

from datetime import UTC, datetime

from django.conf import settings
from django.db import connection


def shared_now() -> datetime:
    """The instant that every worker agrees on, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        instant: datetime = cursor.fetchone()[0]
    return instant.astimezone(UTC) + settings.SHARED_CLOCK_AHEAD
