"""Imports from the upload to the end: who brought which file, what it would do, and that only one is written at once.

A file is checked when it comes, and checked again in the transaction that writes it. Whoever writes holds a lock of
their connection: a run that says *running* while nobody holds the lock was cut off, and wrote nothing.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.locks import alone_with
from core.models import AuditEvent
from core.refusals import Refusal
from core.sheets.faults import Fault, UnreadableFile
from customers.domain.roles import Right, rights_of
from customers.models import User
from home.domain.contract_import.checking import Checked, check
from home.domain.contract_import.letters import owe_result
from home.domain.contract_import.states import State, move
from home.domain.contract_import.summary import Summary
from home.domain.contract_import.writing import Progress, write
from home.models import ImportRun

FAULTS_KEPT = 1000
THE_LOCK = "contract import"
PROGRESS_SECONDS = 3600
NEEDED = frozenset({Right.MANAGE_CUSTOMERS, Right.SIGN_CONTRACTS, Right.MANAGE_RATES})

Clock = Callable[[], datetime]


class ImportNotOpen(Refusal):
    """It was started, finished or discarded before."""

    code = "import_not_open"


class ImportUnderWay(Refusal):
    """Another import is being written."""

    code = "busy"


def may_import(user: User) -> bool:
    """Operations leads: who may open accounts, sign contracts and negotiate rates."""
    return rights_of(user) >= NEEDED


def runs_visible_to(user: User) -> QuerySet[ImportRun]:
    """The imports that `user` may know of: all or none."""
    return ImportRun.objects.all() if may_import(user) else ImportRun.objects.none()


def receive(*, file_name: str, content: bytes, by: User, now: datetime) -> ImportRun:
    """Check a file and keep what it would do, or everything that is wrong with it. Writes no customer, no contract."""
    checked, faults = _checked(content)
    summary = Summary.of(checked) if checked else Summary()
    state = _state_after(checked, faults)
    return ImportRun.objects.create(
        file_name=file_name,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content if state == State.READY else b"",
        uploaded_by=by,
        uploaded_at=now,
        state=state,
        finished_at=now if state == State.DONE else None,
        summary=summary.as_json(),
        **_as_kept(faults),
    )


def start(run: ImportRun, *, by: User, now: datetime) -> None:
    """Let a worker write the run; also again, if it did not finish.

    :raises ImportNotOpen: if it is not ready
    """
    if not move(run, State.WAITING, started_by=by, started_at=now, finished_at=None):
        raise ImportNotOpen(_("This import was started, finished or discarded before."))


def discard(run: ImportRun, *, now: datetime) -> None:
    """Forget the file of a run that nobody wants to write.

    :raises ImportNotOpen: if it was started, or discarded before
    """
    if not move(run, State.DISCARDED, finished_at=now):
        raise ImportNotOpen(_("This import was started, finished or discarded before."))


def write_next(*, clock: Clock) -> ImportRun | None:
    """The worker's turn: note what was cut off, then write the run that waits longest. None if there was none."""
    if not ImportRun.objects.filter(state__in=[State.WAITING, State.RUNNING]).exists():
        return None
    with alone_with(THE_LOCK) as is_alone:
        if not is_alone:
            return None
        for cut_off in ImportRun.objects.filter(state=State.RUNNING):
            _finish(cut_off, State.INTERRUPTED, now=clock())
        run = ImportRun.objects.filter(state=State.WAITING).order_by("started_at", "pk").first()
        if run is not None and move(run, State.RUNNING):
            _write(run, clock=clock, progress=lambda done, total: keep_progress(run, done, total))
        return run


def import_now(*, file_name: str, content: bytes, by: User, clock: Clock, progress: Progress) -> ImportRun:
    """Check a file and write it at once, without a worker; its run says how it ended.

    :raises ImportUnderWay: if another import is being written
    """
    with alone_with(THE_LOCK) as is_alone:
        if not is_alone:
            raise ImportUnderWay(_("Another import is being written. Try again when it is done."))
        run = receive(file_name=file_name, content=content, by=by, now=clock())
        if run.state == State.READY:
            start(run, by=by, now=clock())
            # A worker may have taken it up in between, but cannot get the lock.
            move(run, State.RUNNING)
            _write(run, clock=clock, progress=progress)
        return run


def keep_progress(run: ImportRun, done: int, total: int) -> None:
    """Note how many of how many things are written, where other processes can see it before the transaction ends."""
    cache.set(_progress_key(run), (done, total), PROGRESS_SECONDS)


def progress_of(run: ImportRun) -> tuple[int, int]:
    """How many of how many things are written; (0, 0) if nothing is known."""
    done, total = cache.get(_progress_key(run)) or (0, 0)
    return done, total


def _write(run: ImportRun, *, clock: Clock, progress: Progress) -> None:
    """Check the file anew and write it, with the run's end, in one transaction: what is done says so, and only that."""
    by = User.objects.select_related("staff_profile").get(pk=run.started_by_id or 0)
    now = clock()
    try:
        with transaction.atomic():
            checked, faults = _checked(bytes(run.content))
            if not may_import(by):
                faults = [Fault.of("not_allowed", gettext_lazy("Who started this may no longer import contracts."))]
            if checked and not faults:
                write(checked.plan, run=run, by=by, now=now, progress=progress)
                _finish(run, State.DONE, now=clock(), summary=Summary.of(checked).as_json())
            else:
                _finish(run, State.FAULTY, now=clock(), **_as_kept(faults))
    except BaseException:
        run.state = State.RUNNING  # what the transaction had moved is undone
        # If even this fails, the next turn finds the run and notes it.
        with suppress(Exception):
            _finish(run, State.INTERRUPTED, now=clock())
        raise


def _finish(run: ImportRun, state: str, *, now: datetime, **fields: object) -> None:
    with transaction.atomic():
        if not move(run, state, finished_at=now, **fields):
            return
        if state == State.DONE and run.started_by is not None:
            AuditEvent.objects.create(
                at=now,
                actor=run.started_by,
                verb="contract_import.done",
                object_type="contract_import",
                object_id=run.pk,
                details={"file": run.file_name, "sha256": run.sha256},
            )
        owe_result(run, now=now)


def _checked(content: bytes) -> tuple[Checked | None, list[Fault]]:
    try:
        checked = check(content)
    except UnreadableFile as unreadable:
        return None, unreadable.faults
    return checked, checked.faults


def _state_after(checked: Checked | None, faults: list[Fault]) -> str:
    if checked is None or faults:
        return State.FAULTY
    return State.DONE if checked.plan.changes_nothing else State.READY


def _as_kept(faults: list[Fault]) -> dict[str, object]:
    return {"faults": [fault.as_json() for fault in faults[:FAULTS_KEPT]], "fault_count": len(faults)}


def _progress_key(run: ImportRun) -> str:
    return f"contract-import-{run.pk}-{run.started_at:%Y%m%dT%H%M%S%f}"
