"""The process killed in the middle of a rendering: no half of anything, nothing lost, the next try finishes (§6)."""

import hashlib
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from billing.domain.files.queries import stored_bytes
from billing.models import BillingFile
from core.private_files import PARTS, private_files
from dev.paths import ROOT
from notifications.models import Message
from tests.billing.months import closed, render_all, two_customers
from tests.plugin.servers import TestServers

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

WORKER = [sys.executable, "-m", "tests.billing.render_next_file"]
FINISHED_WITHIN_SECONDS = 100


def start(servers: TestServers, fault: str = "") -> "subprocess.Popen[bytes]":
    return subprocess.Popen(WORKER, env={**os.environ, **servers.environment(), "FAULT_POINTS": fault}, cwd=ROOT)


def whole_files() -> list[Path]:
    """Every file that stands under a name: what writers have in hand lies apart."""
    storage = private_files()
    assert isinstance(storage, FileSystemStorage)
    folder = Path(storage.location)
    return [path for path in folder.rglob("*") if path.is_file() and PARTS not in path.parts]


def no_half_of_anything() -> bool:
    """Whether each file under a name has the content that its name tells, and each note a file."""
    for path in whole_files():
        if hashlib.sha256(path.read_bytes()).hexdigest() != path.stem:
            return False
    rendered = BillingFile.objects.filter(rendered_at__isnull=False).select_related("close", "statement")
    return all(hashlib.sha256(stored_bytes(file)).hexdigest() == file.sha256 for file in rendered)


def test_whoever_is_killed_leaves_nothing_half_and_the_next_try_finishes(servers: TestServers) -> None:
    two_customers()
    closed()
    BillingFile.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=1))
    for deaths, fault in enumerate(("after_chunk", "before_store", "while_storing", "after_store"), start=1):
        killed = start(servers, f"{fault}=kill")
        assert killed.wait(timeout=FINISHED_WITHIN_SECONDS) == -signal.SIGKILL, fault
        assert no_half_of_anything(), fault
        assert BillingFile.objects.filter(attempts__gt=0).count() == deaths, (
            "each file that kills its worker steps back"
        )
        assert not BillingFile.objects.filter(rendered_at__isnull=False).exists(), fault

    render_all(timezone.now() + timedelta(hours=1))

    assert not BillingFile.objects.filter(rendered_at__isnull=True).exists()
    assert no_half_of_anything()
    assert Message.objects.filter(kind="month_files_ready").count() == 1


def test_two_workers_at_once_make_one_file_and_one_mail(servers: TestServers) -> None:
    two_customers()
    closed()
    BillingFile.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=1))
    workers = [start(servers, "skip_lock,before_store=pause:0.2") for _worker in range(2)]
    assert [worker.wait(timeout=FINISHED_WITHIN_SECONDS) for worker in workers] == [0, 0]
    assert not BillingFile.objects.filter(rendered_at__isnull=True).exists()
    assert no_half_of_anything()
    assert len(whole_files()) >= BillingFile.objects.values("stored_as").distinct().count()
    assert Message.objects.filter(kind="month_files_ready").count() == 1
