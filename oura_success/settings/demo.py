"""`make demo`: the product as a visitor sees it (DEBUG off) plus demo sign-ins, the mail page and the gallery."""

from .base import *  # noqa: F403
from .base import DATA_DIR, STORAGES, env

DEMO = True
DEMO_PASSWORD = "demo-portal"  # noqa: S105 - public on purpose: exists only in the demo world
DEMO_MAIL_DIR = env.path("DEMO_MAIL_DIR", default=DATA_DIR / "mail")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *env.list("ALLOWED_HOSTS", default=[])]
# Serving straight from the apps saves the seconds of collectstatic.
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
