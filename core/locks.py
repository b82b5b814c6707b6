"""Locks in one order everywhere: contract, close, staff, then keys (docs/adr/0003)."""

import hashlib

from django.db import connection

from core import faults

CLOSE_LOCK = 0x0C105E


def share_close_lock() -> None:
    """Order this writer against the close: writers share the lock, the close holds it alone until its commit."""
    if not faults.skips("lock"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [CLOSE_LOCK])


def hold_close_lock() -> None:
    """Wait until no writer that money hangs on is under way, and keep new ones out until the commit."""
    if not faults.skips("lock"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLOSE_LOCK])


def hold_lock_on(key: str) -> None:
    """Let writers of what `key` names queue until the commit, where no row could be locked. Last in the order."""
    digest = hashlib.sha256(key.encode()).digest()
    number = int.from_bytes(digest[:8], signed=True)
    if not faults.skips("lock"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
