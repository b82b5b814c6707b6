"""How mail and scans are doing, in figures: what readiness tells whoever watches the portal (DOMAIN.md §11)."""

from datetime import timedelta

from django.db.models import Count, Min

from core.clock import shared_now
from notifications.domain.resending import RESENDABLE
from notifications.domain.scans import scan_codes
from notifications.models import Message, ScanRun

State = Message.State
LATE_AFTER = timedelta(minutes=5)
"""Beat asks each minute for scans and four times a minute for mail: what is later than this has a cause."""
RECENT = timedelta(days=1)


def mail_report() -> dict[str, object]:
    """Mail that is due and waits, by how many seconds the oldest is late, what failed or is unknown, the last scan.

    `state` is `late` where mail or scans lag behind, `failing` where a scan's last run failed, else `ok`.
    """
    now = shared_now()
    due = Message.objects.filter(state__in=[State.PENDING, State.CLAIMED], next_attempt_at__lte=now)
    waiting = due.aggregate(number=Count("pk"), oldest=Min("next_attempt_at"))
    doubtful = Message.objects.filter(state__in=RESENDABLE, state_since__gt=now - RECENT).order_by()
    doubts = dict(doubtful.values("state").annotate(number=Count("pk")).values_list("state", "number"))
    runs = {run.code: run for run in ScanRun.objects.filter(code__in=scan_codes())}
    finished = [run.finished_at for run in runs.values() if run.finished_at is not None]
    last_scan = min(finished) if len(finished) == len(scan_codes()) else None
    failing = sorted(code for code, run in runs.items() if run.error)
    lag = now - waiting["oldest"] if waiting["oldest"] is not None else timedelta(0)
    late = lag > LATE_AFTER or last_scan is None or now - last_scan > LATE_AFTER
    return {
        "state": "failing" if failing else "late" if late else "ok",
        "waiting": waiting["number"],
        "lag_seconds": int(lag.total_seconds()),
        "failed_last_day": doubts.get(State.FAILED, 0),
        "unknown_last_day": doubts.get(State.UNKNOWN, 0),
        "last_scan": last_scan.isoformat(timespec="seconds") if last_scan is not None else None,
        "failing_scans": failing,
    }
