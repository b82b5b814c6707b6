"""The portal as production runs it, without what belongs to a place: certificates and collected files."""

from oura_success.settings.base import *  # noqa: F403
from oura_success.settings.base import STORAGES

DEMO = False
ALLOWED_HOSTS = ["127.0.0.1"]
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None
API_CALLS_PER_MINUTE = 0  # a closed loop is one person who never rests
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
