"""Where names and addresses may stand as text, and writing something else over them.

The columns are read from the models, so that a new one is covered on the day on which it is added.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import F, Func, Model, TextField, Value
from django.db.models.functions import Cast, Left

from core.database_roles import append_only_tables

# Tables that hold nothing that somebody wrote about a person: what Django keeps about itself; names of organisations
# and what their statements carry; and keys that mean nothing once their person is gone.
LEFT_ALONE = frozenset(
    {
        "auth_group",
        "auth_permission",
        "billing_details",
        "billing_files",
        "customers",
        "django_content_type",
        "django_session",
        "scan_runs",
        "terms_drafts",
        "users",
    }
)


@dataclass(frozen=True, slots=True)
class Trace:
    """Words that lead to a person, and what stands there instead.

    A name of several words and an address are found inside other text; `whole` finds a value that says nothing else,
    as a first name does, which is somebody else's elsewhere.
    """

    words: str
    instead: str
    whole: bool = False


def text_columns() -> "Iterator[tuple[type[Model], models.Field[Any, Any]]]":
    """Every column of the portal that holds text which can be written over: free text, not the choices of a list.

    Append-only tables refuse it; they hold people's numbers instead (`customers.domain.names`).
    """
    with connection.cursor() as cursor:
        refusing = set(append_only_tables(cursor))
    for model in apps.get_models():
        options = model._meta  # noqa: SLF001 - documented by Django under this name
        if options.db_table in refusing | LEFT_ALONE:
            continue
        for column in options.concrete_fields:
            if not column.primary_key and not column.choices and holds_text(column):
                yield model, column


def holds_text(column: "models.Field[Any, Any]") -> bool:
    """Whether free text may stand in a column."""
    return isinstance(column, models.CharField | models.TextField | models.JSONField)


def write_over(traces: list[Trace]) -> int:
    """Put what stands instead over each of `traces`, in every column that holds text; returns how many rows changed."""
    return sum(_write_over(model, column, trace) for model, column in text_columns() for trace in traces)


def _write_over(model: type[Model], column: "models.Field[Any, Any]", trace: Trace) -> int:
    is_json = isinstance(column, models.JSONField)
    text = Cast(F(column.name), TextField())
    written: models.Expression = Func(
        text,
        Value(_pattern(trace, in_json=is_json)),
        Value(_literal(f'"{trace.instead}"' if is_json and trace.whole else trace.instead)),
        Value("gi"),
        function="regexp_replace",
        output_field=TextField(),
    )
    if is_json:
        written = Cast(written, models.JSONField())
    elif column.max_length is not None:
        written = Left(written, column.max_length)
    concerned = (
        models.QuerySet(model)
        .alias(text_of_column=text)
        .filter(text_of_column__iregex=_pattern(trace, in_json=is_json))
    )
    changed: int = concerned.update(**{column.name: written})
    return changed


def _pattern(trace: Trace, *, in_json: bool) -> str:
    words = json.dumps(trace.words, ensure_ascii=False)[1:-1] if in_json else trace.words
    escaped = re.sub(r"([^\w\s])", r"\\\1", words)
    if trace.whole:
        return f'"{escaped}"' if in_json else f"^{escaped}$"
    before = r"(?<![\w.+-])" if "@" in words else r"(?<!\w)"
    return f"{before}{escaped}(?!\\w|[.-]\\w)"


def _literal(text: str) -> str:
    """As the replacement of a pattern: a backslash stands for itself."""
    return text.replace("\\", r"\\")
