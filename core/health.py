"""Is the process alive, and can it serve? Liveness touches nothing; readiness answers for the database."""

from collections.abc import Callable, Mapping

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import Error
from django.http import HttpRequest, HttpResponse, JsonResponse

from core import cache

Report = Callable[[], Mapping[str, object]]
_reports: dict[str, Report] = {}


def report_also(name: str, report: Report) -> None:
    """Let readiness tell of `name` too; called from `AppConfig.ready`. What is wrong there only degrades."""
    _reports[name] = report


def livez(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """200 if the database answers and is migrated, else 503. A dead cache or mail that waits only degrade."""
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        executor = MigrationExecutor(connection)
        pending = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        database = "not migrated" if pending else "ok"
    except Error:
        database = "unreachable"
    ready = database == "ok"
    report = {
        "ready": ready,
        "database": database,
        "cache": "ok" if cache.answers() else "degraded",
        **({name: _told(each) for name, each in _reports.items()} if ready else {}),
    }
    return JsonResponse(report, status=200 if ready else 503)


def _told(report: Report) -> Mapping[str, object]:
    """What a report says; one that the database refuses takes no web process out of service."""
    try:
        return report()
    except Error as error:
        return {"state": "unknown", "error": type(error).__name__}


livez.declared_permission = "everybody"  # type: ignore[attr-defined]  # read by the sweep of declared permissions
readyz.declared_permission = "everybody"  # type: ignore[attr-defined]  # read by the sweep of declared permissions
