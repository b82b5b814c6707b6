"""As whom the servers run: PostgreSQL refuses root, so root hands it to an account that exists anyway."""

import hashlib
import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from dev.failures import LauncherError

OPEN_TO_ALL = Path("/var/tmp")  # noqa: S108 - what we put there is checked to be ours alone


@dataclass(frozen=True)
class Account:
    """An existing account of this machine. None is ever created."""

    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """The account for a server that refuses root: `postgres`, else `nobody`; none where we are not root.

    :raises LauncherError: if root has neither of them
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise LauncherError("PostgreSQL does not run as root, and this machine has no account `postgres` or `nobody`.")


def can_enter(account: Account | None, folder: Path) -> bool:
    """Whether the account can pass through a folder; tried, not computed, so that access control lists count too."""
    test = ["/bin/sh", "-c", 'test -x "$0"', str(folder)]
    if account is None:
        return subprocess.run(test, check=False, cwd="/").returncode == 0
    return (
        subprocess.run(test, check=False, cwd="/", user=account.uid, group=account.gid, extra_groups=[]).returncode == 0
    )


def give(path: Path, account: Account | None) -> None:
    """Make the account the owner of one file or folder of ours."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def shelter() -> Path:
    """A folder of ours under /var/tmp that every account can pass through, for what must not lie in a closed home.

    :raises LauncherError: if somebody else made a folder of that name
    """
    folder = OPEN_TO_ALL / f"oura-success-{os.geteuid()}"
    folder.mkdir(mode=0o711, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise LauncherError(f"{folder} belongs to somebody else: remove it and start again.")
    return folder


def place_for(account: Account | None, wanted: Path) -> Path:
    """Where a server's folder can lie: `wanted`, or under `shelter()` where the account cannot get to it."""
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if can_enter(account, wanted.parent):
        return wanted
    digest = hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
    return shelter() / f"{wanted.name}-{digest}"
