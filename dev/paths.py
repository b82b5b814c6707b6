"""Where the launcher finds the project and keeps its data."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """The folder of everything that the demo keeps: `DATA_DIR`, or `.data` in the project."""
    return Path(os.environ.get("DATA_DIR", ROOT / ".data")).resolve()
