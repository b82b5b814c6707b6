"""The memory that files take does not grow with their lines: the peak of a process of its own (DOMAIN.md §6)."""

import json
import os
import subprocess
import sys
from datetime import date
from typing import Any

import pytest

from dev.paths import ROOT
from tests.billing.many_lines import fill_month, fill_open_month
from tests.factories import giulia, launch_kit, pekka, rate
from tests.plugin.servers import TestServers

pytestmark = pytest.mark.django_db(transaction=True)

FEW, MANY = json.loads(os.environ.get("PORTAL_TEST_LINES", "[2000, 7000]"))
"""By hand: `PORTAL_TEST_LINES='[20000, 200000]'`."""
ROOM_KIB = 10 * 1024
"""A list of the lines that are more would take several times that."""


def peak_of(servers: TestServers, close: int) -> int:
    """The most memory that a process took to render all files of a close, in KiB."""
    program = [sys.executable, "-m", "tests.billing.render_elsewhere", str(close)]
    environment = {**os.environ, **servers.environment()}
    done = subprocess.run(program, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    return int(json.loads(done.stdout))


def test_files_take_no_more_memory_for_more_lines(servers: TestServers) -> None:
    contract = launch_kit()
    for close, lines in ((1, FEW), (2, MANY)):
        fill_month(servers, contract, staff_id=giulia().pk, close=close, lines=lines)
    few, many = peak_of(servers, 1), peak_of(servers, 2)
    assert many - few < ROOM_KIB, f"{few} KiB for {FEW} lines, {many} KiB for {MANY}"


def open_month(servers: TestServers, month: date) -> dict[str, Any]:
    """What a process of its own says of an open month, and the most memory that it took for it."""
    program = [sys.executable, "-m", "tests.billing.open_month_elsewhere", pekka().email, str(month)]
    environment = {**os.environ, **servers.environment()}
    done = subprocess.run(program, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_an_open_month_takes_no_more_memory_for_more_lines(servers: TestServers) -> None:
    rate("EUR", "120")
    contract = launch_kit()
    said = []
    for month, lines in ((date(2026, 4, 1), FEW), (date(2026, 5, 1), MANY)):
        fill_open_month(servers, contract, staff_id=giulia().pk, first=month, lines=lines)
        said.append(open_month(servers, month))
        assert [said[-1][each] for each in ("lines", "written", "pieces", "page")] == [lines, lines, lines, 50]
        assert said[-1]["amount"] == f"{lines * 60}.00"
    few, many = (each["peak"] for each in said)
    assert many - few < ROOM_KIB, f"{few} KiB for {FEW} lines, {many} KiB for {MANY}"
