"""The secrets of the demo's own servers: made once, kept in a file that only this account can read."""

import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE_NAME = "secrets.json"


def _new_secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Passwords of both servers and Django's secret key."""

    superuser_password: str = field(default_factory=_new_secret)
    owner_password: str = field(default_factory=_new_secret)
    application_password: str = field(default_factory=_new_secret)
    valkey_password: str = field(default_factory=_new_secret)
    secret_key: str = field(default_factory=_new_secret)


def stored_credentials(folder: Path) -> Credentials:
    """The secrets of this data folder, made now if there are none."""
    path = folder / FILE_NAME
    if path.exists():
        return Credentials(**json.loads(path.read_text()))
    folder.mkdir(parents=True, exist_ok=True)
    made = Credentials()
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(made)))
    return made
