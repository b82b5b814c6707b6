"""The list of requests: two tabs, filters and order in the address, and the same rows as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.csv_files import Cell, csv_download, in_chunks
from core.tables import Column, Order, by_name, page_of
from customers.domain.queries import customers_visible_to
from customers.domain.roles import Right, is_staff, rights_of
from customers.permissions import PortalRequest, requires
from support.domain.queries import requests_visible_to
from support.domain.states import UNDER_WAY
from support.forms.requests import RequestFilterForm
from support.models import SupportRequest

UNDER_WAY_TAB, DONE_TAB = "under_way", "done"
Status = SupportRequest.Status

COLUMNS = {
    "request": Column(gettext_lazy("Request"), (by_name("subject"),)),
    "kind": Column(gettext_lazy("Kind"), (F("kind"),)),
    "customer": Column(gettext_lazy("Customer"), (by_name("customer__name"),)),
    "opened": Column(gettext_lazy("Opened"), (F("opened_at"),)),
    "changed": Column(gettext_lazy("Last changed"), (F("changed_at"),)),
    "state": Column(gettext_lazy("State"), (F("status"),)),
}


@requires(Right.SEE_REQUESTS)
@require_safe
def request_list(request: PortalRequest) -> HttpResponse:
    """The requests that the person sees: those under way, or those that are resolved or closed."""
    chosen = _Chosen.of(request)
    return render(
        request,
        "support/request_list.html",
        {
            "is_under_way": chosen.tab == UNDER_WAY_TAB,
            "is_done": chosen.tab == DONE_TAB,
            "page": page_of(chosen.requests, request.GET),
            "order": chosen.order,
            "form": chosen.form,
            "zone": request.user.time_zone,
            "clear": _without_filters(chosen.tab) if chosen.form.chosen else "",
            "shows_customers": "customer" in chosen.form.fields,
            "is_staff": is_staff(request.user),
            "may_open": Right.OPEN_REQUESTS in rights_of(request.user),
        },
    )


@requires(Right.SEE_REQUESTS)
@require_safe
def request_list_csv(request: PortalRequest) -> StreamingHttpResponse:
    """What the page with the same query shows, all pages of it."""
    heads = [
        _("Request"),
        _("Subject"),
        _("Kind"),
        _("Customer"),
        _("Opened by"),
        _("Opened"),
        _("Last changed"),
        _("Time zone"),
        _("State"),
    ]
    return csv_download("requests.csv", heads, _rows(_Chosen.of(request).requests, zone=request.user.time_zone))


def _rows(requests: QuerySet[SupportRequest], *, zone: str) -> Iterator[list[Sequence[Cell]]]:
    for chunk in in_chunks(requests):
        yield [
            (
                each.reference,
                each.subject,
                each.get_kind_display(),
                each.customer.name,
                str(each.opened_by),
                each.opened_at.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes"),
                each.changed_at.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes"),
                zone,
                each.get_status_display(),
            )
            for each in chunk
        ]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The requests that an address asks for, and what was asked."""

    tab: str
    form: RequestFilterForm
    order: Order
    requests: QuerySet[SupportRequest]

    @classmethod
    def of(cls, request: PortalRequest) -> Self:
        reader = request.user
        tab = DONE_TAB if request.GET.get("tab") == DONE_TAB else UNDER_WAY_TAB
        shown = UNDER_WAY if tab == UNDER_WAY_TAB else (Status.RESOLVED, Status.CLOSED)
        form = RequestFilterForm(
            request.GET,
            customers=customers_visible_to(reader).order_by("name", "pk"),
            statuses=[(status.value, status.label) for status in shown],
        )
        order = Order.of(request.GET, COLUMNS, default="-changed")
        return cls(tab, form, order, order.sort(requests_visible_to(reader).filter(status__in=shown, **form.chosen)))


def _without_filters(tab: str) -> str:
    address = reverse("support:requests")
    return address if tab == UNDER_WAY_TAB else f"{address}?tab={tab}"
