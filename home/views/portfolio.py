"""The portfolio of an operations lead: who is behind, who is over, how busy everybody is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db.models import F, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.csv_files import Cell, csv_download, in_chunks
from core.tables import Column, Order, by_name, page_of
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from home.domain.portfolio import PortfolioRow, Show, everybodys_weeks, rows_of, running_contracts
from packages.models import Contract

COLUMNS = {
    "customer": Column(gettext_lazy("Customer"), (by_name("customer__name"),)),
    "behind": Column(gettext_lazy("Behind"), (F("behind"),)),
    "over": Column(gettext_lazy("Overage"), (F("overage"),)),
    "ends": Column(gettext_lazy("Days left"), (F("ends_on"),)),
}


@requires(Right.SEE_OPERATIONS)
@require_safe
def portfolio(request: PortalRequest) -> HttpResponse:
    """Running contracts, those that are furthest behind first, and everybody's next weeks."""
    now = timezone.now()
    chosen = _Chosen.of(request, now=now)
    page = page_of(chosen.contracts, request.GET)
    return render(
        request,
        "home/portfolio.html",
        {
            "words": chosen.words,
            "show": chosen.show,
            "shows": Show.choices,
            "clear": reverse("portfolio") if chosen.words or chosen.show else "",
            "order": chosen.order,
            "page": page,
            "rows": rows_of(page, now=now),
            "workloads": everybodys_weeks(now=now),
        },
    )


@requires(Right.SEE_OPERATIONS)
@require_safe
def portfolio_csv(request: PortalRequest) -> StreamingHttpResponse:
    """The contracts that the page with the same query shows, all pages of them."""
    now = timezone.now()
    heads = [
        _("Customer"),
        _("Contract"),
        _("Package"),
        _("Lead"),
        _("Late reviews"),
        _("Not logged"),
        _("Minutes left"),
        _("Free minutes"),
        _("Minutes of overage"),
        _("Days left"),
    ]
    return csv_download("portfolio.csv", heads, _lines(_Chosen.of(request, now=now).contracts, now=now))


def _lines(contracts: QuerySet[Contract], *, now: datetime) -> Iterator[list[Sequence[Cell]]]:
    for chunk in in_chunks(contracts):
        yield [_cells(row) for row in rows_of(chunk, now=now)]


def _cells(row: PortfolioRow) -> Sequence[Cell]:
    contract, numbers = row.contract, row.watched.numbers
    return (
        contract.customer.name,
        contract.reference,
        str(contract.package_version.package),
        str(row.lead or ""),
        row.late_reviews,
        row.unlogged,
        numbers.left,
        max(numbers.free, 0),
        numbers.overage,
        row.watched.days_left,
    )


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The contracts that an address asks for, and what was asked."""

    words: str
    show: str
    order: Order
    contracts: QuerySet[Contract]

    @classmethod
    def of(cls, request: PortalRequest, *, now: datetime) -> Self:
        words, show = request.GET.get("q", "").strip(), request.GET.get("show", "")
        order = Order.of(request.GET, COLUMNS, default="-behind")
        return cls(words, show, order, order.sort(running_contracts(request.user, now=now, words=words, show=show)))
