"""The floors that Django sets: what a page and an act cost where there are no rules at all."""

from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import path

ROWS = """
    SELECT entry.id, entry.started_at, entry.minutes, entry.session_type, users.name,
           share.included_minutes, share.overage_minutes
    FROM ledger_entries entry
    JOIN entry_shares share ON share.entry_id = entry.id
    JOIN users ON users.id = entry.staff_id
    WHERE entry.contract_id = %s AND entry.kind = 'consumption'
    ORDER BY entry.started_at DESC, entry.id DESC
    LIMIT 100
"""
PAGE = """<!doctype html><title>Rows</title><table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>
{% endfor %}</tr>{% endfor %}</table>"""
LOCK = "SELECT id FROM contracts WHERE id = %s FOR UPDATE"
INSERT = """
    INSERT INTO bench_entries (contract_id, kind, minutes, session_type, staff_id, started_at, service_date, basis,
                               note, internal_note, reason, created_at, known_in_close)
    VALUES (%s, 'consumption', 30, 'operations', %s, now(), current_date, 'delivered', '', '', '', now(), 1)
    RETURNING id
"""


def rows(_request: HttpRequest, contract: int) -> HttpResponse:
    """A hundred rows by one query, in a table."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [contract])
        found: list[Any] = cursor.fetchall()
    template = engines["django"].from_string(PAGE)
    return HttpResponse(template.render({"rows": found}))


def insert(_request: HttpRequest, contract: int, staff: int) -> JsonResponse:
    """One row, inserted while its contract is locked."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK, [contract])
        cursor.execute(INSERT, [contract, staff])
        (number,) = cursor.fetchone() or (None,)
    return JsonResponse({"id": number}, status=201)


def ready(_request: HttpRequest) -> HttpResponse:
    """It answers."""
    return HttpResponse("ready")


urlpatterns = [
    path("readyz", ready),
    path("rows/<int:contract>/", rows),
    path("insert/<int:contract>/<int:staff>/", insert),
]
application = get_wsgi_application()
