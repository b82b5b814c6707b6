"""`make lint`: every check that needs no database, all of them even if one fails; exit 1 if any did.

`python -m dev.lint mypy ruff` runs those alone.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dev.paths import ROOT

# Settings demand their secrets; these are nobody's.
THROW_AWAY = {
    "SECRET_KEY": "throw-away-9f1c37d2b8e64a50a7c1d3e5f7091b2d4f6a8c0e2b4d6f81",
    "DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:1/nowhere",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "ALLOWED_HOSTS": "portal.example",
    "PORTAL_BASE_URL": "https://portal.example",
    "DATA_DIR": str(ROOT / ".data"),
}


@dataclass(frozen=True)
class Check:
    """One check: its command, and the settings it wants."""

    program: str
    arguments: tuple[str, ...]
    settings: str = "oura_success.settings.test"
    environment: Mapping[str, str] = field(default_factory=dict)

    def passes(self) -> bool:
        """Run it, in sight."""
        print(f"\n{self.program} {' '.join(self.arguments)}", flush=True)
        beside_python = Path(sys.executable).parent / self.program
        start = [sys.executable, "manage.py"] if self.program == "manage.py" else [str(beside_python)]
        began = time.monotonic()
        environment = {**os.environ, **THROW_AWAY, "DJANGO_SETTINGS_MODULE": self.settings, **self.environment}
        done = subprocess.run([*start, *self.arguments], cwd=ROOT, env=environment, check=False)
        print(f"{'passed' if done.returncode == 0 else 'FAILED'} in {time.monotonic() - began:.1f} s", flush=True)
        return done.returncode == 0


PRODUCTION = "oura_success.settings.production"
# `makemigrations` would compare with the history in a database, and there is none here.
NO_DATABASE = {"PYTHONWARNINGS": "ignore:Got an error checking a consistent migration history:RuntimeWarning"}
CHECKS = (
    Check("ruff", ("check", ".")),
    Check("ruff", ("format", "--check", ".")),
    Check("lint-imports", ("--no-logo",)),
    Check("mypy", (".",)),
    Check("deptry", (".",)),
    Check("manage.py", ("check", "--deploy", "--fail-level", "WARNING"), settings=PRODUCTION),
    Check("manage.py", ("makemigrations", "--check", "--dry-run"), environment=NO_DATABASE),
)


def main(programs: list[str]) -> int:
    """Run the checks of these programs, of all if none is named; tells how many failed."""
    chosen = [check for check in CHECKS if not programs or check.program in programs]
    failed = [check for check in chosen if not check.passes()]
    print("\nEvery check passed." if not failed else f"\n{len(failed)} of {len(chosen)} checks failed.")
    return len(failed)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
