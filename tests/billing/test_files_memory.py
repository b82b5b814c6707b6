"""The memory that a file takes does not grow with its lines: the peak of a process of its own (DOMAIN.md §6)."""

import json
import os
import subprocess
import sys

import pytest

from dev.paths import ROOT
from tests.billing.many_lines import fill_february
from tests.factories import giulia, launch_kit
from tests.plugin.servers import TestServers

pytestmark = pytest.mark.django_db(transaction=True)

LINES = int(os.environ.get("PORTAL_TEST_LINES", "12000"))
"""By hand: 20000, then 200000."""
ROOM_KIB = 24 * 1024
"""What a dozen chunks of lines may take above none: a list of all lines takes several times that."""


def peak(servers: TestServers, *arguments: str) -> int:
    """The most memory that a process took to render the files of a format, in KiB."""
    program = [sys.executable, "-m", "tests.billing.render_elsewhere", *arguments, "--peak"]
    environment = {**os.environ, **servers.environment()}
    done = subprocess.run(program, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    return int(json.loads(done.stdout))


def test_no_file_takes_more_memory_for_more_lines(servers: TestServers) -> None:
    contract = launch_kit()
    nothing = peak(servers, "csv", "xlsx", "json")
    fill_february(servers, contract, staff_id=giulia().pk, lines=LINES)
    peaks = {format_: peak(servers, format_) - nothing for format_ in ("csv", "xlsx", "json")}
    print(nothing, peaks)  # noqa: T201
    assert max(peaks.values()) < ROOM_KIB, peaks
