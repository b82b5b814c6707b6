"""Imports from the upload to the end: checked when the file comes, and again in the transaction that writes it."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.sheets.faults import Fault, UnreadableFile
from customers.models import User
from support.domain.order_import.checking import Checked, check
from support.domain.orders import enter_orders, record_receipt
from support.domain.refusals import ImportNotOpen
from support.models import OrderImport

FAULTS_KEPT = 1000
LINES_SHOWN = 20
DONE = "order_import.done"
State = OrderImport.State


def receive(*, file_name: str, content: bytes, by: User, now: datetime) -> OrderImport:
    """Check a file and keep what it would do, or everything that is wrong with it. Writes no order."""
    checked, faults = _checked(content, by=by, now=now)
    state = State.FAULTY
    if checked is not None and not faults:
        state = State.DONE if checked.plan.changes_nothing else State.READY
    return OrderImport.objects.create(
        file_name=file_name,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content if state == State.READY else b"",
        uploaded_by=by,
        uploaded_at=now,
        state=state,
        summary=_summary(checked) if checked else {},
        ended_at=now if state == State.DONE else None,
        **_as_kept(faults),
    )


@transaction.atomic
def write(run: OrderImport, *, by: User, now: datetime) -> OrderImport:
    """Write what the preview showed, all of it; or, where something forbids it now, nothing but the faults.

    :raises ImportNotOpen: if it was written or discarded before
    """
    run = _open(run)
    checked, faults = _checked(bytes(run.content), by=by, now=now)
    run.content = b""
    run.ended_at = now
    if checked is None or faults:
        run.state = State.FAULTY
        kept = _as_kept(faults)
        run.faults, run.fault_count = kept["faults"], kept["fault_count"]
    else:
        enter_orders(checked.plan.orders, by=by, now=now)
        for order, days in checked.plan.receipts:
            record_receipt(order=order, days=days, by=by, now=now)
        run.state, run.summary = State.DONE, _summary(checked)
        record(verb=DONE, of=[(run, {"file": run.file_name, "sha256": run.sha256})], by=by, now=now)
    run.save(update_fields=["content", "ended_at", "state", "summary", "faults", "fault_count"])
    return run


@transaction.atomic
def discard(run: OrderImport, *, now: datetime) -> OrderImport:
    """Forget a file that nobody wants to import.

    :raises ImportNotOpen: if it was written or discarded before
    """
    run = _open(run)
    run.content, run.state, run.ended_at = b"", State.DISCARDED, now
    run.save(update_fields=["content", "state", "ended_at"])
    return run


def _open(run: OrderImport) -> OrderImport:
    run = OrderImport.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.state != State.READY:
        raise ImportNotOpen(_("This import was started, finished or discarded before."))
    return run


def _checked(content: bytes, *, by: User, now: datetime) -> tuple[Checked | None, list[Fault]]:
    try:
        checked = check(content, by=by, now=now)
    except UnreadableFile as unreadable:
        return None, unreadable.faults
    return checked, checked.faults


def _summary(checked: Checked) -> dict[str, Any]:
    plan = checked.plan
    return {
        "rows": checked.rows,
        "orders": len(plan.orders),
        "rings": sum(line.quantity for order in plan.orders for line in order.lines),
        "receipts": len(plan.receipts),
        "here": plan.here,
        "lines": [
            {
                "customer": order.customer.name,
                "order": order.number,
                "placed": order.placed_on.isoformat(),
                "line": f"{line.quantity} × {line.ring_model} · {line.colour} · {line.size}",
                "received": line.received_on.isoformat() if line.received_on else "",
            }
            for order in plan.orders
            for line in order.lines
        ][:LINES_SHOWN],
    }


def _as_kept(faults: list[Fault]) -> dict[str, Any]:
    return {"faults": [fault.as_json() for fault in faults[:FAULTS_KEPT]], "fault_count": len(faults)}
