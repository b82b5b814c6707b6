"""Rendering the files that closes owe: whoever is killed leaves nothing half, and the next try finishes (§6).

A file is written beside, stored whole under the name of its content, and only then noted with its hash. Two who render
the same file at once write the same bytes; the first note counts and is never rewritten.
"""

import hashlib
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.core.files import File
from django.db import transaction
from django.db.models import F
from django.utils.translation import override

from billing.domain.files.billed_lines import Progress
from billing.domain.files.letters import owe_result, owe_statement
from billing.domain.files.statement_pdf import write_pdf
from billing.domain.files.subjects import Subject
from billing.domain.files.text_files import write_csv, write_json
from billing.domain.files.workbook import write_xlsx
from billing.models import BillingFile
from core import faults
from core.locks import alone_with, hold_lock_on
from core.private_files import name_by_content, private_files

logger = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
Format = BillingFile.Format
LONGEST_WAIT = timedelta(minutes=15)
SMALL = 1000
"""Lines that are written while somebody waits: well under a second."""
THE_LOCK = "billing files"
WORKSPACE = "oura-success-files-"


def render_next(*, clock: Clock) -> bool:
    """The worker's turn: render the file that waits longest. False if none is due, or another worker has the turn."""
    with alone_with(THE_LOCK) as is_alone:
        # One worker at a time: mail and reminders want the others.
        file = _claim(now=clock()) if is_alone else None
        if file is not None:
            render(file, clock=clock)
    return file is not None


def render(file: BillingFile, *, clock: Clock) -> None:
    """Render and store `file` (with its close and statement), or note why that failed; another try comes later."""
    try:
        with tempfile.TemporaryDirectory(prefix=WORKSPACE) as folder:
            path = Path(folder) / f"file.{file.format}"
            with override(file.language or "en"):
                write_file(Subject.of(file), file.format, path, lambda done: _note_progress(file, done))
            faults.reach("before_store")
            _store(file, path, now=clock())
    except Exception as error:
        logger.exception("billing_file_failed", file=file.pk, name=file.file_name, attempts=file.attempts)
        _note_error(file, f"{type(error).__name__}: {error}")
    file.refresh_from_db()


def render_if_small(file: BillingFile, *, clock: Clock) -> None:
    """Render a file of few lines that no worker has come to yet, for somebody who waits for it."""
    if not file.is_rendered and file.rows_total <= SMALL:
        render(file, clock=clock)


def rendered_apart(subject: Subject, format_: str) -> bytes:
    """A file that nothing keeps, in the active language: of a month that was closed along, which has no lines."""
    with tempfile.TemporaryDirectory(prefix=WORKSPACE) as folder:
        path = Path(folder) / f"file.{format_}"
        write_file(subject, format_, path, lambda _done: None)
        return path.read_bytes()


def write_file(subject: Subject, format_: str, path: Path, progress: Progress) -> None:
    """Write what `subject` tells in that format to `path`, with words in the active language: always the same bytes."""
    if format_ == Format.XLSX:
        write_xlsx(subject, path, progress)
        return
    with path.open("wb") as target:
        if format_ == Format.CSV:
            write_csv(subject, target, progress)
        elif format_ == Format.JSON:
            write_json(subject, target, progress)
        else:
            write_pdf(subject, target, progress)


def wait_after(attempts: int) -> timedelta:
    """How long a file waits after so many attempts: 10 s, doubling, a quarter of an hour at most."""
    return min(timedelta(seconds=5 * 2 ** min(attempts, 10)), LONGEST_WAIT)


def _claim(*, now: datetime) -> BillingFile | None:
    """The file that waits longest, its next try put off first: one that kills its worker holds up no other."""
    with transaction.atomic():
        due = BillingFile.objects.filter(rendered_at__isnull=True, next_attempt_at__lte=now)
        file = (
            due.select_related("close", "statement__customer")
            .select_for_update(of=("self",))
            .order_by("next_attempt_at", "pk")
            .first()
        )
        if file is not None:
            file.attempts += 1
            file.next_attempt_at = now + wait_after(file.attempts)
            file.save(update_fields=["attempts", "next_attempt_at"])
    return file


def _store(file: BillingFile, path: Path, *, now: datetime) -> None:
    with path.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        content.seek(0)
        stored_as = private_files().save(
            name_by_content(f"{file.close.month:%Y-%m}", sha256, file.format), File(content)
        )
    faults.reach("after_store")
    with transaction.atomic():
        # Of two who finish the last two files at once, one must see that all are done.
        hold_lock_on(f"files of close {file.close_id}")
        noted = BillingFile.objects.filter(pk=file.pk, rendered_at__isnull=True).update(
            rendered_at=now,
            stored_as=stored_as,
            sha256=sha256,
            size=path.stat().st_size,
            rows_done=F("rows_total"),
            error="",
        )
        if noted:
            _tell(file, now=now)


def _tell(file: BillingFile, *, now: datetime) -> None:
    if file.statement is not None and file.format == Format.PDF:
        owe_statement(file.statement, now=now)
    if not BillingFile.objects.filter(close=file.close_id, rendered_at__isnull=True).exists():
        owe_result(file.close, now=now)


def _note_progress(file: BillingFile, done: int) -> None:
    BillingFile.objects.filter(pk=file.pk, rendered_at__isnull=True).update(rows_done=min(done, file.rows_total))


def _note_error(file: BillingFile, error: str) -> None:
    BillingFile.objects.filter(pk=file.pk, rendered_at__isnull=True).update(error=error[:1000], rows_done=0)
