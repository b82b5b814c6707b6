"""What the kernel counts for processes: CPU time and the memory that is really theirs (Linux)."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)
USER_TIME, CHILDREN_TIMES_END = 11, 15  # utime, stime, cutime, cstime after the command's name


def family(pid: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield pid
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            yield from family(int(child))


def cpu_seconds(pid: int) -> float:
    """CPU time of a process, of those that descend from it, and of those that have ended."""
    ticks = 0
    for each in family(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[USER_TIME:CHILDREN_TIMES_END]))
    return ticks / TICKS_A_SECOND


def pss_megabytes(pid: int) -> float:
    """Memory of a process and those that descend from it, what they share counted once."""
    found = (PSS.search(Path(f"/proc/{each}/smaps_rollup").read_text()) for each in family(pid))
    return sum(int(match.group(1)) for match in found if match) / 1024
