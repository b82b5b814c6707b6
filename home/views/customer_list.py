"""The list of customers that a member of staff serves: search and order in the address, and the same rows as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.csv_files import Cell, csv_download, in_chunks
from core.tables import Column, Columns, Order, by_name, page_of
from customers.domain.roles import Right, rights_of
from customers.models import ContactAssignment, Customer, User
from customers.permissions import PortalRequest, requires
from home.domain.agenda import coming_sessions
from home.domain.customers import CustomerRow, customer_rows, customers_matching
from packages.domain.contracts import contracts_visible_to
from packages.domain.queries import Standing, in_standing


def _columns(user: User, *, now: datetime) -> Columns:
    """What the list can be sorted by, as far as `user` sees it."""
    lead = ContactAssignment.objects.filter(
        customer=OuterRef("pk"), kind=ContactAssignment.Kind.LEAD, until__isnull=True
    )
    running = in_standing(contracts_visible_to(user), Standing.RUNNING, now=now).filter(customer=OuterRef("pk"))
    coming = coming_sessions(user, now=now).filter(contract__customer=OuterRef("pk"))
    return {
        "customer": Column(gettext_lazy("Customer"), (by_name("name"),)),
        "lead": Column(gettext_lazy("Lead"), (Subquery(lead.values(name=by_name("person__name"))),)),
        "contracts": Column(
            gettext_lazy("Running contracts"),
            (Subquery(running.order_by().values("customer").annotate(number=Count("pk")).values("number")),),
        ),
        "next": Column(gettext_lazy("Next session"), (Subquery(coming.values("starts_at")[:1]),)),
    }


@requires(Right.SEE_STAFF_AREA)
@require_safe
def customer_list(request: PortalRequest) -> HttpResponse:
    """The customers that a member of staff serves, with their contracts' balances and next sessions."""
    now = timezone.now()
    chosen = _Chosen.of(request, now=now)
    page = page_of(chosen.customers, request.GET)
    return render(
        request,
        "home/customer_list.html",
        {
            "words": chosen.words,
            "order": chosen.order,
            "clear": reverse("customer-list") if chosen.words else "",
            "page": page,
            "rows": customer_rows(list(page), user=request.user, now=now),
            "may_create": Right.MANAGE_CUSTOMERS in rights_of(request.user),
        },
    )


@requires(Right.SEE_STAFF_AREA)
@require_safe
def customer_list_csv(request: PortalRequest) -> StreamingHttpResponse:
    """What the page with the same query shows, all pages of it."""
    now = timezone.now()
    heads = [
        _("Customer"),
        _("Country"),
        _("Time zone"),
        _("Language"),
        _("Currency"),
        _("Lead"),
        _("Running contracts"),
        _("Free minutes"),
        _("Next session"),
    ]
    chosen = _Chosen.of(request, now=now)
    return csv_download("customers.csv", heads, _rows(chosen.customers, user=request.user, now=now))


def _rows(customers: QuerySet[Customer], *, user: User, now: datetime) -> Iterator[list[Sequence[Cell]]]:
    for chunk in in_chunks(customers):
        yield [_cells(row, zone=user.time_zone) for row in customer_rows(chunk, user=user, now=now)]


def _cells(row: CustomerRow, *, zone: str) -> Sequence[Cell]:
    customer, coming = row.customer, row.next_session
    return (
        customer.name,
        customer.country,
        customer.time_zone,
        customer.language,
        customer.currency,
        str(row.lead or ""),
        ", ".join(watched.contract.reference for watched in row.contracts),
        sum(max(watched.numbers.free, 0) for watched in row.contracts),
        coming.starts_at.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes") if coming else None,
    )


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The customers that an address asks for, and what was asked."""

    words: str
    order: Order
    customers: QuerySet[Customer]

    @classmethod
    def of(cls, request: PortalRequest, *, now: datetime) -> Self:
        words = request.GET.get("q", "")
        order = Order.of(request.GET, _columns(request.user, now=now), default="customer")
        return cls(words, order, order.sort(customers_matching(request.user, words)))
