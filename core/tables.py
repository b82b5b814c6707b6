"""Lists whose order and pages stand in their address, the same way everywhere: a link shows what its sender saw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import F, Func, Model, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower
from django.http import QueryDict
from django.utils.functional import Promise, cached_property
from django.utils.translation import get_language

from core.formatting import format_number

if TYPE_CHECKING:
    AnyPaginator = Paginator[Any]
else:  # Django's class takes no parameters at run time
    AnyPaginator = Paginator

Row = TypeVar("Row", bound=Model)

PAGE_SIZES = (25, 50, 100)
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column that its list can be sorted by: its words, and what the database compares (nothing for other lists)."""

    label: str | Promise
    by: tuple[Combinable, ...] = ()


Columns = Mapping[str, Column]
"""The columns of a list by the names that they have in its address."""


def by_name(path: str) -> Combinable:
    """Names as people look them up: neither capitals nor accents count."""
    return Lower(Func(F(path), function="unaccent"))


@dataclass(frozen=True, slots=True)
class OrderChoice:
    """One of the orders that a list can be put into."""

    value: str
    label: str | Promise
    descends: bool
    current: bool


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list: a column's name, after a minus where it descends."""

    columns: Columns
    current: str

    @classmethod
    def of(cls, query: QueryDict, columns: Columns, *, default: str) -> Self:
        """What the address asks for by `sort`; `default` where it asks for nothing that the list knows."""
        asked = query.get("sort", "")
        return cls(columns, asked if asked.removeprefix("-") in columns else default)

    @property
    def descends(self) -> bool:
        return self.current.startswith("-")

    @property
    def choices(self) -> list[OrderChoice]:
        """Every order of the list, for where its heads are not in sight."""
        return [
            OrderChoice(value, column.label, value.startswith("-"), value == self.current)
            for name, column in self.columns.items()
            for value in (name, f"-{name}")
        ]

    def sort(self, rows: "QuerySet[Row]") -> "QuerySet[Row]":
        """`rows` in this order; what is empty comes last, what is alike by its id, so that no page repeats a row."""
        keys = self.columns[self.current.removeprefix("-")].by
        return rows.order_by(
            *(key.desc(nulls_last=True) if self.descends else key.asc(nulls_last=True) for key in _ordered(keys)),
            "-pk" if self.descends else "pk",
        )


def _ordered(keys: Sequence[Combinable]) -> Sequence[Any]:
    """The same keys, typed as what they are: every expression can be ordered by."""
    return keys


class SizedPaginator(AnyPaginator):
    """Pages whose size the reader chooses. Of a long list the first `MOST_COUNTED` rows are counted and paged.

    Nobody turns four hundred pages, they narrow the list; and what counts every row slows down with each year.
    """

    sizes = PAGE_SIZES

    @cached_property
    def count(self) -> int:
        """How many rows there are, `MOST_COUNTED` at most."""
        return min(self._counted, MOST_COUNTED)

    @cached_property
    def total(self) -> int | str:
        """The same for the eye: a longer list says `10,000+`."""
        return f"{format_number(MOST_COUNTED, get_language() or 'en')}+" if self._counted > MOST_COUNTED else self.count

    @cached_property
    def _counted(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by()[: MOST_COUNTED + 1].count()
        return len(rows)


def page_of(rows: "QuerySet[Any] | Sequence[Any]", query: QueryDict) -> "Page[Any]":
    """The page that the address asks for by `page` and `size`; nonsense is the first page of the usual size."""
    asked = query.get("size", "")
    size = int(asked) if asked in map(str, PAGE_SIZES) else PAGE_SIZES[0]
    return SizedPaginator(rows, size).get_page(query.get("page"))
