"""A JSON file to keep that is written while its rows are read: memory holds a few of them at a time."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import StreamingHttpResponse

Value = Mapping[str, Any] | Iterable[Mapping[str, Any]]


def json_lines(members: Iterable[tuple[str, Value]]) -> Iterator[str]:
    """One JSON object, a row a line: each member is an object, or a list whose rows are read as they are written."""
    yield "{"
    for number, (name, value) in enumerate(members):
        yield f"{',' if number else ''}\n{_written(name)}: "
        if isinstance(value, Mapping):
            yield _written(value)
        else:
            yield "["
            for row_number, row in enumerate(value):
                yield f"{',' if row_number else ''}\n  {_written(row)}"
            yield "]"
    yield "\n}\n"


def json_download(file_name: str, members: Iterable[tuple[str, Value]]) -> StreamingHttpResponse:
    """The object as a file to keep, which no cache holds."""
    return StreamingHttpResponse(
        json_lines(members),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"', "Cache-Control": "no-store"},
    )


def _written(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
