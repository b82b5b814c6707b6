"""Whether the database still has to be prepared: migrations, catalogue, demo world.

A start that finds the same code as the last successful one skips four seconds of work. It trusts that memory only as
far as `/readyz` agrees: if the portal says that the database is not migrated, it is prepared after all.
"""

import hashlib
from pathlib import Path

from dev.paths import ROOT

FILE_NAME = "prepared.sha256"


def fingerprint(root: Path = ROOT) -> str:
    """A hash of everything that the preparation depends on: the code of the apps and the locked requirements."""
    packages = {path.parent for path in root.glob("*/apps.py")}
    sources = sorted(path for package in packages for path in package.rglob("*.py"))
    digest = hashlib.sha256()
    for path in [*sources, root / "requirements-demo.txt"]:
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_prepared(data: Path) -> bool:
    """Whether the last preparation of this data folder was made by this very code."""
    path = data / FILE_NAME
    return path.exists() and path.read_text() == fingerprint()


def remember_preparation(data: Path) -> None:
    """Note that the preparation went well."""
    (data / FILE_NAME).write_text(fingerprint())
