"""The overage of a month as it stands now (DOMAIN.md §6)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_safe

from billing.domain import overage_file
from billing.domain.overage import OverageReport, month_overage
from billing.domain.overage_sums import Buyer
from core.converters import FIRST_MONTH
from core.csv_files import csv_download
from core.dates import add_months, local_day, month_of
from core.formatting import format_day
from core.tables import Column, Order, page_of
from customers.domain.roles import Right, rights_of
from customers.permissions import PortalRequest, requires

MONTHS_TO_CHOOSE = 6

COLUMNS = {
    "date": Column(gettext_lazy("Date")),
    "customer": Column(gettext_lazy("Customer")),
    "type": Column(gettext_lazy("Meeting")),
    "staff": Column(gettext_lazy("Delivered by")),
    "minutes": Column(gettext_lazy("Time")),
    "rate": Column(gettext_lazy("Hourly rate")),
    "amount": Column(gettext_lazy("Amount")),
}


@dataclass(frozen=True)
class Narrowing:
    """What an address says about the lines to show: one customer, one currency, their order."""

    customer: str
    currency: str
    order: Order

    @classmethod
    def of(cls, query: QueryDict) -> "Narrowing":
        order = Order.of(query, COLUMNS, default="customer")
        return cls(query.get("customer", ""), query.get("currency", ""), order)

    @property
    def filters(self) -> bool:
        return bool(self.customer or self.currency)

    def apply(self, report: OverageReport) -> OverageReport:
        return report.narrowed(customer=self.customer, currency=self.currency).ordered(self.order.current)


@requires(Right.SEE_BILLING)
@require_safe
def overage_today(request: PortalRequest) -> HttpResponse:
    """To the overage of the month that it is for the reader."""
    today = local_day(timezone.now(), request.user.time_zone)
    return redirect("billing:overage", month_of(today))


@requires(Right.SEE_BILLING)
@require_safe
def overage(request: PortalRequest, month: date) -> HttpResponse:
    """A month's overage by currency and customer, down to the meeting."""
    whole = month_overage(month, user=request.user)
    narrowing = Narrowing.of(request.GET)
    report = narrowing.apply(whole)
    today = local_day(timezone.now(), request.user.time_zone)
    return render(
        request,
        "billing/overage.html",
        {
            "month": month,
            "months": _months(month, today),
            "whole": whole,
            "report": report,
            "totals": report.totals(),
            "customer_totals": report.parts,
            "unpriced": whole.unpriced(),
            "page": page_of(report.lines, request.GET),
            "narrowing": narrowing,
            "customers": _customers(whole),
            "currencies": sorted({part.total.currency for part in whole.parts}),
            "file_name": overage_file.overage_file_name(report),
            "may_manage_rates": Right.MANAGE_RATES in rights_of(request.user),
        },
    )


@requires(Right.SEE_BILLING)
@require_safe
def overage_csv(request: PortalRequest, month: date) -> StreamingHttpResponse:
    """The lines that the page with the same query shows, all pages of them."""
    report = Narrowing.of(request.GET).apply(month_overage(month, user=request.user))
    return csv_download(overage_file.overage_file_name(report), overage_file.heads(), overage_file.cell_chunks(report))


def _months(shown: date, today: date) -> list[dict[str, Any]]:
    """Months to choose from, around the one that is shown, the latest one first; the present one is always there."""
    latest = min(add_months(shown, 2), max(shown, month_of(today)))
    months = {add_months(latest, -number) for number in range(MONTHS_TO_CHOOSE)} | {month_of(today)}
    return [
        {
            "label": format_day(month, get_language() or "en", style="month"),
            "href": reverse("billing:overage", args=[month]),
            "current": month == shown,
        }
        for month in sorted(months, reverse=True)
        if month >= FIRST_MONTH
    ]


def _customers(report: OverageReport) -> list[Buyer]:
    """The customers of the report, for the filter."""
    return list(dict.fromkeys(part.customer for part in report.parts))
