"""The tests: the demo's switches off, fast password hashes, fault points allowed."""

from datetime import timedelta

from .base import *  # noqa: F403
from .base import DATA_DIR, STORAGES, env

DEMO = env.bool("DEMO", default=False)
DEMO_PASSWORD = "demo-portal"  # noqa: S105 - public: it opens the demo world alone
DEMO_MAIL_DIR = DATA_DIR / "mail"
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SHARED_CLOCK_AHEAD = timedelta(seconds=env.float("PORTAL_TEST_SHARED_CLOCK_AHEAD", default=0))
FAULT_POINTS = frozenset(env.list("FAULT_POINTS", default=[]))
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None
WHITENOISE_AUTOREFRESH = True
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
