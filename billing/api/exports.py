"""`/billing_periods/{month}/export/`: a month as a file, of a closed one always the same bytes (DOMAIN.md §6)."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.periods import MONTH, MonthView, open_lines, totals_as_json
from billing.domain.closing import close_of
from billing.domain.files.queries import MEDIA_TYPES, active_language, answer_facts, files_visible_to, opened
from billing.domain.files.rendering import render_if_small, rendered_apart
from billing.domain.files.subjects import Subject
from billing.domain.overage import month_overage
from billing.domain.overage_file import cell_chunks, heads, overage_file_name, overage_xlsx
from billing.domain.preview import previews
from billing.models import BillingFile, Close
from core.csv_files import csv_download, in_chunks
from core.downloads import stored_file

Format = BillingFile.Format
RETRY_AFTER_SECONDS = 5


class ExportQuery(serializers.Serializer[Any]):
    """The file's format."""

    format = serializers.ChoiceField(choices=["csv", "xlsx", "json"], default="csv", allow_blank=True)


class RenderingOutput(serializers.Serializer[Any]):
    """How far a large file is."""

    rows_done = serializers.IntegerField()
    rows_total = serializers.IntegerField()


class PeriodExport(MonthView):
    """One month as a file."""

    @extend_schema(
        parameters=[
            MONTH,
            ExportQuery,
            OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200], description="The file's SHA-256"),
        ],
        responses={
            (200, MEDIA_TYPES[Format.CSV].partition(";")[0]): OpenApiTypes.STR,
            (200, MEDIA_TYPES[Format.XLSX]): OpenApiTypes.BINARY,
            (200, MEDIA_TYPES[Format.JSON]): OpenApiTypes.OBJECT,
            202: OpenApiResponse(RenderingOutput, description="Still being written: ask again after `Retry-After`."),
        },
        operation_id="export_month",
    )
    def get(self, request: Request, month: date) -> HttpResponseBase:
        """The month as a file. Of a closed month the same bytes for ever; of an open one its name says *provisional*.

        A file of a closed month that a worker still writes is answered 202, with `Location` and `Retry-After`.
        """
        format_ = self.read_query(ExportQuery)["format"] or Format.CSV
        close = close_of(self.check_month(month))
        if close is None:
            return self._provisional(month, format_)
        if close.month != month:
            content = rendered_apart(Subject(month, close), format_)
            return _attached([content], f"overage-{month:%Y-%m}.{format_}", format_)
        return self._closed(close, format_)

    def _closed(self, close: Close, format_: str) -> HttpResponseBase:
        files = files_visible_to(self.person).filter(close=close, statement__isnull=True)
        file = files.get(format=format_, language__in=["", active_language()])
        render_if_small(file, clock=timezone.now)
        if file.is_rendered:
            return stored_file(self.request, lambda: opened(file), **answer_facts(file))
        progress = RenderingOutput({"rows_done": file.rows_done, "rows_total": file.rows_total})
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS), "Location": self.request.build_absolute_uri()}
        return Response(progress.data, status=202, headers=headers)

    def _provisional(self, month: date, format_: str) -> HttpResponseBase:
        report = month_overage(month, user=self.person)
        name = overage_file_name(report, format_)
        if format_ == Format.XLSX:
            workbook = overage_xlsx(report, made_at=self.now)
            return FileResponse(workbook, as_attachment=True, filename=name, content_type=MEDIA_TYPES[format_])
        if format_ == Format.JSON:
            return _attached(provisional_json(month), name, format_)
        return csv_download(name, heads(), cell_chunks(report))


def provisional_json(month: date) -> Iterator[str]:
    """An open month's preview as an object, piece by piece: memory holds some hundred lines at a time."""
    coming = previews(until=month)
    head = {"month": f"{month:%Y-%m}", "provisional": True, "totals": totals_as_json(coming.of(month).totals)}
    yield json.dumps(head)[:-1] + ', "lines": ['
    separator = ""
    for chunk in in_chunks(coming.lines_of(month)):
        yield separator + json.dumps(open_lines(chunk), default=str)[1:-1]
        separator = ",\n"
    yield "]}"


def _attached(content: Iterable[bytes | str], name: str, format_: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(content, content_type=MEDIA_TYPES[format_], headers=headers)
