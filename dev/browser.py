"""A Chromium for the browser tests: found, or installed where none is."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from dev.failures import LauncherError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    "No Chromium for the browser tests: install one and name it in CHROMIUM "
    "(its download failed, and only root may install the system's package)."
)


def find_chromium() -> Path:
    """`$CHROMIUM`, one on PATH, or Playwright's own.

    :raises LauncherError: if there is none
    """
    named = os.environ.get("CHROMIUM")
    if named:
        if not os.access(named, os.X_OK):
            raise LauncherError(f"CHROMIUM names {named}, which is no program that can be run.")
        return Path(named)
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    if own.exists():
        return own
    raise LauncherError(MISSING)


def ensure_chromium() -> Path:
    """Find a Chromium, or install one: Playwright's download, then the system's package where we are root.

    :raises LauncherError: if neither can be had
    """
    try:
        return find_chromium()
    except LauncherError:
        if os.environ.get("CHROMIUM") or importlib.util.find_spec("playwright") is None:
            raise
    attempts = [[[sys.executable, "-m", "playwright", "install", *(["--with-deps"] if _is_root() else []), "chromium"]]]
    if _is_root() and shutil.which("apt-get"):
        attempts.append([["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]])
    for steps in attempts:
        if all(_succeeds(step) for step in steps):
            return find_chromium()
    raise LauncherError(MISSING)


def _is_root() -> bool:
    return os.geteuid() == 0


def _succeeds(step: list[str]) -> bool:
    print("No Chromium yet:", " ".join(step), flush=True)
    return subprocess.run(step, check=False, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}).returncode == 0


if __name__ == "__main__":
    try:
        ensure_chromium()
    except LauncherError as error:
        sys.exit(str(error))
