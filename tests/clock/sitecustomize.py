"""Shifts the clock of a process that was started with this folder on PYTHONPATH: tests only.

Web, worker and beat of one test get the same offset, so that they share one clock although no code of the portal
knows of it. The database's own clock is not shifted: the portal passes `now` in.
"""

import os
import time

offset = os.environ.get("PORTAL_TEST_CLOCK_OFFSET")
if offset:
    import time_machine

    time_machine.travel(time.time() + float(offset), tick=True).start()
