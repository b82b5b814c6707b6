"""What `manage.py check` refuses beyond Django's own."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags
from django.core.checks import Warning as CheckWarning
from django.core.checks import register as register_check
from django.db import connection


def no_fault_points(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Fault points are the tests' alone."""
    if settings.FAULT_POINTS and settings.SETTINGS_MODULE != "oura_success.settings.test":
        return [Error("Fault points are alive outside the tests.", id="core.E001")]
    return []


def no_fetching_from_this_machine(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Addresses that people type never lead to this machine."""
    if settings.FETCH_FROM_LOOPBACK and settings.SETTINGS_MODULE != "oura_success.settings.test":
        return [Error("Files are fetched from this machine outside the tests.", id="core.E002")]
    return []


def application_owns_nothing(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Whoever owns a table can switch its triggers off: the application must not (RELIABILITY 10)."""
    if not databases:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user AND schemaname = 'public'")
        (owned,) = cursor.fetchone()
    if owned:
        return [CheckWarning(f"The application's role owns {owned} tables: give it none.", id="core.W001")]
    return []


def register() -> None:
    """Called once by the app's configuration."""
    register_check(no_fault_points, Tags.security)
    register_check(no_fetching_from_this_machine, Tags.security)
    register_check(application_owns_nothing, Tags.database)
