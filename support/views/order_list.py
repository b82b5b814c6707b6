"""The list of orders, searched, filtered and sorted in the address, and the same rows as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from django.db.models import Count, F, QuerySet, Sum
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.csv_files import Cell, csv_download, in_chunks
from core.tables import Column, by_name, page_of
from core.tables import Order as Sorting
from customers.domain.queries import customers_visible_to
from customers.domain.roles import Right, rights_of
from customers.models import Customer
from customers.permissions import PortalRequest, requires
from support.domain.queries import orders_visible_to
from support.models import Order, OrderLine

COLUMNS = {
    "number": Column(gettext_lazy("Order"), (by_name("number"),)),
    "customer": Column(gettext_lazy("Customer"), (by_name("customer__name"),)),
    "placed": Column(gettext_lazy("Placed"), (F("placed_on"),)),
    "rings": Column(gettext_lazy("Rings"), (F("rings"),)),
}


@requires(Right.SEE_ORDERS)
@require_safe
def order_list(request: PortalRequest) -> HttpResponse:
    """The orders that the person sees, newest first."""
    chosen = _Chosen.of(request)
    rights = rights_of(request.user)
    return render(
        request,
        "support/order_list.html",
        {
            "page": page_of(chosen.orders, request.GET),
            "order": chosen.order,
            "words": chosen.words,
            "customer": chosen.customer,
            "clear": reverse("support:orders") if chosen.words or chosen.customer else "",
            "may_keep": Right.KEEP_ORDERS in rights,
        },
    )


@requires(Right.SEE_ORDERS)
@require_safe
def order_list_csv(request: PortalRequest) -> StreamingHttpResponse:
    """The lines of the orders that the page with the same query shows, all pages of it."""
    heads = [
        _("Customer"),
        _("Order"),
        _("Placed"),
        _("Time zone of receipt"),
        _("Ring model"),
        _("Colour"),
        _("Size"),
        _("Quantity"),
        _("Received"),
    ]
    return csv_download("orders.csv", heads, _rows(_Chosen.of(request).orders))


def _rows(orders: QuerySet[Order]) -> Iterator[list[Sequence[Cell]]]:
    for chunk in in_chunks(orders):
        lines: dict[int, list[OrderLine]] = {order.pk: [] for order in chunk}
        for line in OrderLine.objects.filter(order__in=lines).order_by("order", "position"):
            lines[line.order_id].append(line)
        yield [
            (
                order.customer.name,
                order.number,
                order.placed_on,
                order.time_zone,
                line.ring_model,
                line.colour,
                line.size,
                line.quantity,
                line.received_on,
            )
            for order in chunk
            for line in lines[order.pk]
        ]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The orders that an address asks for, and what was asked."""

    words: str
    customer: Customer | None
    order: Sorting
    orders: QuerySet[Order]

    @classmethod
    def of(cls, request: PortalRequest) -> Self:
        words = request.GET.get("q", "").replace("\0", "").strip()[:40]
        asked = request.GET.get("customer", "")
        customer = None
        if asked.isascii() and asked.isdecimal() and len(asked) <= 18:  # noqa: PLR2004 - digits of an id
            customer = customers_visible_to(request.user).filter(pk=int(asked)).first()
        orders = orders_visible_to(request.user).annotate(
            rings=Sum("lines__quantity"), parts=Count("lines"), received=Count("lines__received_on")
        )
        if words:
            orders = orders.filter(number__unaccent__icontains=words)
        if customer is not None:
            orders = orders.filter(customer=customer)
        order = Sorting.of(request.GET, COLUMNS, default="-placed")
        return cls(words, customer, order, order.sort(orders))
