"""Fault points: places where the tests may hold a process, kill it, or take a protection away.

They are alive only when `settings.FAULT_POINTS` names them, which the settings of the tests alone can do: everywhere
else the set is empty by construction and `manage.py check` refuses anything in it. Forms: `skip_lock`,
`after_check=pause:0.05`, `after_commit=kill`.
"""

import os
import signal
import time

from django.conf import settings


def skips(protection: str) -> bool:
    """Whether the negative control of a race test runs without `protection`."""
    return f"skip_{protection}" in settings.FAULT_POINTS


def reach(point: str) -> None:
    """Do what the test asked for at `point`: nothing, a pause in seconds, or the death of this process."""
    for fault in settings.FAULT_POINTS:
        name, _, action = fault.partition("=")
        if name == point:
            verb, _, amount = action.partition(":")
            if verb == "pause":
                time.sleep(float(amount))
            elif verb == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
