"""An import whose process is killed at the last moment: nothing is half written, and it can be started again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from customers.models import Customer
from dev.paths import ROOT
from home.domain.contract_import.runs import start, write_next
from home.models import ImportRun
from notifications.models import Message
from packages.models import Contract
from tests.factories import NOW, giulia, sofia
from tests.home.contract_files import rows, written
from tests.plugin.servers import TestServers


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_leaves_nothing_and_says_that_it_did_not_finish(servers: TestServers, tmp_path: Path) -> None:
    giulia()
    file = tmp_path / "export.csv"
    file.write_bytes(written(rows(20)))

    killed = subprocess.run(
        [sys.executable, "manage.py", "import_contracts", str(file), "--by", sofia().email],
        cwd=ROOT,
        env={**os.environ, **servers.environment(), "FAULT_POINTS": "before_commit=kill"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert "40 of 40" in killed.stdout
    assert not Customer.objects.exists()
    assert not Contract.objects.exists()
    run = ImportRun.objects.get()
    assert run.state == ImportRun.State.RUNNING

    write_next(clock=lambda: NOW)
    run.refresh_from_db()
    assert run.state == ImportRun.State.INTERRUPTED
    assert Message.objects.get().facts == {"state": "interrupted"}

    start(run, by=sofia(), now=NOW)
    write_next(clock=lambda: NOW)
    run.refresh_from_db()
    assert run.state == ImportRun.State.DONE
    assert Contract.objects.count() == 20
