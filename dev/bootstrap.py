"""Makes `.venv` from a hash-locked requirements file: `python3 dev/bootstrap.py demo|dev`.

Runs on the system's Python before anything is installed: standard library only, and syntax that an old Python can
read, so that it can say that it is too old. What is installed is remembered by hash: a second run does nothing and
needs no network.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from typing import Dict, Optional

NEEDED = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
MARKER = os.path.join(VENV, "installed.json")
# What one installs includes what the other needs: the tests also run in an environment made for them alone.
COVERS = {"demo": ["demo"], "dev": ["demo", "dev"]}


class CannotGoOn(Exception):
    """One sentence: what is missing and what to do."""


def lock_file(level: str) -> str:
    return os.path.join(ROOT, "requirements-%s.txt" % level)


def digest(level: str) -> str:
    with open(lock_file(level), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def read_marker() -> Dict[str, str]:
    try:
        with open(MARKER) as file:
            return dict(json.load(file))
    except (OSError, ValueError):
        return {}


def works(python: str) -> bool:
    """Whether this is a Python that starts and is new enough."""
    test = "import sys; sys.exit(sys.version_info[:2] < (%d, %d))" % NEEDED
    try:
        return subprocess.call([python, "-c", test], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def find_python() -> str:
    """The Python that runs this if it is new enough, else a newer one on PATH."""
    if sys.version_info[:2] >= NEEDED:
        return sys.executable
    for minor in range(14, NEEDED[1] - 1, -1):
        found = shutil.which("python3.%d" % minor)
        if found and works(found):
            return found
    raise CannotGoOn(
        "Python %d.%d or newer is needed and this is %d.%d: install it, or name it: make PYTHON=/path/to/python3 ..."
        % (NEEDED + sys.version_info[:2])
    )


def find_uv() -> Optional[str]:
    """uv, if one is on PATH and starts (a shim may stand there without a program behind it)."""
    found = shutil.which("uv")
    if found and subprocess.call([found, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
        return found
    return None


def make_venv(uv: Optional[str]) -> None:
    python = find_python()
    if os.path.lexists(VENV):
        shutil.rmtree(VENV)
    if uv:
        made = subprocess.call([uv, "venv", "--quiet", "--no-project", "--python", python, VENV])
    else:
        if subprocess.call([python, "-c", "import venv, ensurepip"], stderr=subprocess.DEVNULL) != 0:
            raise CannotGoOn("Python's venv module is missing: install it (on Debian: apt-get install python3-venv).")
        made = subprocess.call([python, "-m", "venv", VENV])
    if made != 0:
        raise CannotGoOn("The environment %s could not be made: the lines above say why." % VENV)


def install(uv: Optional[str], level: str) -> None:
    print("Installing requirements-%s.txt, once ..." % level, flush=True)
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", PYTHON]
    else:
        if subprocess.call([PYTHON, "-c", "import pip"], stderr=subprocess.DEVNULL) != 0:
            subprocess.call([PYTHON, "-m", "ensurepip", "--default-pip"], stdout=subprocess.DEVNULL)
        command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.call([*command, "--require-hashes", "--requirement", lock_file(level)], cwd=ROOT) != 0:
        raise CannotGoOn("requirements-%s.txt could not be installed: the lines above say why." % level)


def ensure(level: str) -> None:
    """Make or complete `.venv`; what another level installed stays."""
    wanted = digest(level)
    usable = works(PYTHON)
    if usable and read_marker().get(level) == wanted:
        return
    uv = find_uv()
    if not usable:
        make_venv(uv)
    if os.path.exists(MARKER):
        os.remove(MARKER)
    install(uv, level)
    with open(MARKER, "w") as file:
        json.dump({covered: digest(covered) for covered in COVERS[level]}, file)


if __name__ == "__main__":
    try:
        ensure(sys.argv[1])
    except CannotGoOn as problem:
        sys.exit(str(problem))
    except PermissionError as problem:
        sys.exit("%s belongs to somebody else: remove it, or clone the project anew." % problem.filename)
    except KeyboardInterrupt:
        sys.exit(130)
