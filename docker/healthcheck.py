"""Is this container at work? `web`: the portal says that it is ready. `beat`: its schedule was written lately."""

import os
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

PORT = 8000
# Celery's beat writes its schedule every three minutes.
BEAT_SILENCE_SECONDS = 600


def web_is_ready() -> bool:
    """Ask for `/readyz` under the name that people use, the only one that is answered."""
    host = urlsplit(os.environ["PORTAL_BASE_URL"]).netloc
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}/readyz", headers={"Host": host})
    with urllib.request.urlopen(request, timeout=5):  # noqa: S310 - our own address; any other status raises
        return True


def beat_is_alive() -> bool:
    """Look at the age of the schedule file."""
    written = max(path.stat().st_mtime for path in Path(os.environ["DATA_DIR"]).glob("beat-schedule*"))
    return time.time() - written < BEAT_SILENCE_SECONDS


if __name__ == "__main__":
    sys.exit(0 if {"web": web_is_ready, "beat": beat_is_alive}[sys.argv[1]]() else 1)
