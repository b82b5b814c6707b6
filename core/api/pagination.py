"""Lists by cursor: a page goes on where the last one ended, whatever was added meanwhile (API.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

DEFAULT_PAGE_SIZE = 100
LARGEST_PAGE_SIZE = 500
MOST_DIGITS = 9
CURSOR = "cursor"
PAGE_SIZE = "page_size"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page begins: after (or, backwards, before) the row with these values of the ordering."""

    values: tuple[Any, ...]
    backwards: bool


class CursorPagination(BasePagination):
    """Pages through the view's `ordering`: names of fields, the last one unique, all ascending or all with `-`.

    A cursor is signed, for the list that it was made for: what a client makes up is refused, not given to the database.
    """

    def paginate_queryset(
        self, queryset: QuerySet[Any] | Sequence[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        """The page that the request asks for. A sequence comes in the order of the view's `ordering`."""
        self.url = request.build_absolute_uri()
        self.salt = f"cursor {request.path}"
        ordering: tuple[str, ...] = getattr(view, "ordering", ("pk",))
        self.descending = ordering[0].startswith("-")
        self.names = tuple(name.removeprefix("-") for name in ordering)
        size = _page_size(request, default=getattr(view, "page_size", DEFAULT_PAGE_SIZE))
        position = self._position(request)
        backwards = position is not None and position.backwards
        if isinstance(queryset, QuerySet):
            found = self._rows(queryset, position, size + 1)
        else:
            found = self._items(queryset, position, size + 1)
        more = len(found) > size
        page = found[:size]
        if backwards:
            page.reverse()
        self.has_next = bool(page) and (more or backwards)
        self.has_previous = bool(page) and (more if backwards else position is not None)
        self.page = page
        return page

    def get_paginated_response(self, data: Any) -> Response:
        """The page with the addresses of its neighbours."""
        return Response(
            {
                "next": self._link(self.page[-1], backwards=False) if self.has_next else None,
                "previous": self._link(self.page[0], backwards=True) if self.has_previous else None,
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The shape of a page, for the OpenAPI description."""
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The parameters of every list, for the OpenAPI description."""
        size = {"type": "integer", "minimum": 1, "maximum": 10**MOST_DIGITS - 1, "default": DEFAULT_PAGE_SIZE}
        return [
            _parameter(CURSOR, "Where the page begins: taken from `next` or `previous`.", {"type": "string"}),
            _parameter(PAGE_SIZE, f"How many rows a page has: {LARGEST_PAGE_SIZE} at most, whatever is asked.", size),
        ]

    def _rows(self, queryset: QuerySet[Any], position: Position | None, most: int) -> list[Any]:
        downwards = self.descending != (position is not None and position.backwards)
        rows = queryset.order_by(*(f"-{name}" if downwards else name for name in self.names))
        if position is not None:
            rows = rows.filter(_beyond(self.names, position.values, "lt" if downwards else "gt"))
        return list(rows[:most])

    def _items(self, items: Sequence[Any], position: Position | None, most: int) -> list[Any]:
        if position is None:
            return list(items[:most])
        ordered = items[::-1] if position.backwards else items
        downwards = self.descending != position.backwards

        def is_beyond(item: Any) -> bool:
            here = tuple(_value(item, name) for name in self.names)
            return here < position.values if downwards else here > position.values

        return [item for item in ordered if is_beyond(item)][:most]

    def _position(self, request: Request) -> Position | None:
        token = request.query_params.get(CURSOR)
        if token is None:
            return None
        try:
            backwards, *values = signing.loads(token, salt=self.salt)
        except signing.BadSignature:
            raise ValidationError({CURSOR: [_("This is not a cursor of this list.")]}) from None
        if len(values) != len(self.names):
            raise ValidationError({CURSOR: [_("This is not a cursor of this list.")]})
        return Position(tuple(values), bool(backwards))

    def _link(self, row: Any, *, backwards: bool) -> str:
        values = [_value(row, name) for name in self.names]
        token = signing.dumps([backwards, *values], salt=self.salt)
        return replace_query_param(self.url, CURSOR, token)


def _page_size(request: Request, *, default: int) -> int:
    asked = request.query_params.get(PAGE_SIZE)
    if asked is None:
        return default
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= MOST_DIGITS and int(asked) > 0):
        raise ValidationError({PAGE_SIZE: [_("A page has at least one row and at most 500.")]})
    return min(int(asked), LARGEST_PAGE_SIZE)


def _beyond(names: Sequence[str], values: Sequence[Any], lookup: str) -> Q:
    """The rows after `values` in the order of `names`: (a, b) > (x, y) is a > x, or a = x and b > y."""
    condition = Q()
    equal = Q()
    for name, value in zip(names, values, strict=True):
        condition |= equal & Q(**{f"{name}__{lookup}": value})
        equal &= Q(**{name: value})
    return condition


def _value(row: Mapping[str, Any] | Model, name: str) -> Any:
    value: Any = row
    for part in name.split("__"):
        value = value[part] if isinstance(value, Mapping) else getattr(value, part)
    # To the microsecond: Django's JSON encoder would cut instants to milliseconds and show a row twice.
    return value.isoformat() if isinstance(value, date) else value


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
