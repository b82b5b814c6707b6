"""The scans of the present state that find out which reminders are due (DOMAIN.md §11).

Nothing is scheduled ahead: each minute every scan looks at what is so now. So a reminder that nobody could send is sent
late, and one of what was cancelled or moved is never even owed. The apps above register the scans of their own facts.
"""

from collections.abc import Callable
from datetime import datetime

import structlog

from notifications.domain.mail_server import describe
from notifications.models import ScanRun

logger = structlog.get_logger(__name__)

Scan = Callable[..., int]
"""Called with `now`; owes what is due and answers how many mails were not owed before. A fixed number of queries."""

_scans: dict[str, Scan] = {}


def register_scan(code: str, scan: Scan) -> None:
    """Have `scan` run each minute; called from `AppConfig.ready`.

    :raises ValueError: if its code is taken
    """
    if code in _scans:
        raise ValueError(f"two scans are called {code!r}")
    _scans[code] = scan


def scan_codes() -> list[str]:
    """The codes of all scans, in the order of their registration."""
    return list(_scans)


def run_scans(*, now: datetime) -> int:
    """Run every scan, each on its own: one that fails stops no other. The number of mails that are newly owed.

    Any number of processes may do this at once. Call it outside any transaction.
    """
    return sum(_run(code, scan, now) for code, scan in _scans.items())


def _run(code: str, scan: Scan, now: datetime) -> int:
    try:
        owed = scan(now=now)
    except Exception as error:
        logger.exception("scan_failed", scan=code)
        _note(code, ["failed_at", "error"], failed_at=now, error=describe(error))
        return 0
    _note(code, ["finished_at", "error"], finished_at=now, error="")
    return owed


def _note(code: str, changed: list[str], **fields: object) -> None:
    ScanRun.objects.bulk_create(
        [ScanRun(code=code, **fields)], update_conflicts=True, unique_fields=["code"], update_fields=changed
    )
