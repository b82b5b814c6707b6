"""Locks in one order everywhere: contract, close, staff, then keys (docs/adr/0003)."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection

from core import faults

CLOSE_LOCK = 0x0C105E
WAITED_AT_MOST = "3s"


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
    if not faults.skips("lock"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number_of(key)])


@contextmanager
def waited_for_once() -> Iterator[None]:
    """Let a row be waited for three seconds in all while it is locked inside the block, in a transaction.

    `lock_timeout` counts each wait by itself, and who comes behind another waiter has two: for the turn, then for the
    row. So it would take twice as long until they are told to come again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = %s", [WAITED_AT_MOST])
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout TO DEFAULT")


@contextmanager
def alone_with(key: str) -> Iterator[bool]:
    """Whether nobody else does what `key` names; nobody else will until the block ends, or this process does.

    Unlike the others this lock belongs to the connection, so that work in several transactions may hold it.
    """
    if faults.skips("lock"):
        yield True
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number_of(key)])
        (is_alone,) = cursor.fetchone() or (False,)
    try:
        yield is_alone
    finally:
        if is_alone:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [number_of(key)])
            except DatabaseError:
                connection.close()  # the lock goes with it


def number_of(key: str) -> int:
    """The number of the advisory lock for what `key` names."""
    digest = hashlib.sha256(key.encode()).digest()
    return int.from_bytes(digest[:8], signed=True)
