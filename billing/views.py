"""Finance's pages: thin doors to `billing.domain`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from billing.domain import overage_file
from billing.domain.overage import OverageReport, month_overage
from billing.domain.rate_card import CardLine, lines_of, rate_card
from billing.domain.rates import add_rate_line
from billing.forms import RateLineForm
from core.converters import FIRST_MONTH
from core.csv_files import Cell, csv_download
from core.dates import add_months, local_day, month_of
from core.form_refusals import show_refusal
from core.formatting import format_day, format_money
from core.money import round_to_minor_unit
from core.refusals import Refusal
from core.tables import Column, Order, page_of
from customers.domain.roles import Right, rights_of
from customers.models import Customer
from customers.permissions import PortalRequest, requires
from packages.domain.contracts import contracts_visible_to
from packages.models import RateLine

MONTHS_TO_CHOOSE = 6
LONGEST_ID = 18
USUAL_CURRENCY = "EUR"

OVERAGE_COLUMNS = {
    "date": Column(gettext_lazy("Date")),
    "customer": Column(gettext_lazy("Customer")),
    "type": Column(gettext_lazy("Meeting")),
    "staff": Column(gettext_lazy("Delivered by")),
    "minutes": Column(gettext_lazy("Time")),
    "rate": Column(gettext_lazy("Hourly rate")),
    "amount": Column(gettext_lazy("Amount")),
}
RATE_COLUMNS = {
    "for": Column(gettext_lazy("Currency or contract")),
    "from": Column(gettext_lazy("In force from")),
    "rate": Column(gettext_lazy("Hourly rate")),
    "today": Column(gettext_lazy("Today")),
    "added": Column(gettext_lazy("Added")),
}


@dataclass(frozen=True)
class Narrowing:
    """What an address says about the lines to show: one customer, one currency, their order."""

    customer: str
    currency: str
    order: Order

    @classmethod
    def of(cls, query: QueryDict) -> "Narrowing":
        order = Order.of(query, OVERAGE_COLUMNS, default="customer")
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
            "customer_totals": report.customer_totals(),
            "unpriced": whole.unpriced(),
            "page": page_of(report.lines, request.GET),
            "narrowing": narrowing,
            "customers": _customers(whole),
            "currencies": sorted({line.currency for line in whole.lines}),
            "file_name": overage_file.overage_file_name(report),
            "may_manage_rates": Right.MANAGE_RATES in rights_of(request.user),
        },
    )


@requires(Right.SEE_BILLING)
@require_safe
def overage_csv(request: PortalRequest, month: date) -> StreamingHttpResponse:
    """The lines that the page with the same query shows, all pages of them."""
    report = Narrowing.of(request.GET).apply(month_overage(month, user=request.user))
    return StreamingHttpResponse(
        overage_file.overage_csv(report),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{overage_file.overage_file_name(report)}"',
            "Cache-Control": "no-store",
        },
    )


@requires(Right.SEE_RATES)
@require_safe
def rates(request: PortalRequest) -> HttpResponse:
    """The rate card: general and negotiated rates, which is in force today, which come."""
    card = rate_card(user=request.user, now=timezone.now())
    order = Order.of(request.GET, RATE_COLUMNS, default="for")
    return render(
        request,
        "billing/rates.html",
        {
            "series": card.general,
            "general": lines_of(card.general, order=order.current),
            "negotiated": page_of(lines_of(card.negotiated, order=order.current), request.GET),
            "order": order,
            "may_manage": Right.MANAGE_RATES in rights_of(request.user),
        },
    )


@requires(Right.SEE_RATES)
@require_safe
def rates_csv(request: PortalRequest) -> StreamingHttpResponse:
    """The rate card that the page with the same query shows, general rates first."""
    card = rate_card(user=request.user, now=timezone.now())
    order = Order.of(request.GET, RATE_COLUMNS, default="for").current
    lines = [*lines_of(card.general, order=order), *lines_of(card.negotiated, order=order)]
    heads = [
        _("Currency"),
        _("Customer"),
        _("Contract"),
        _("In force from"),
        _("Hourly rate"),
        _("Today"),
        _("Added"),
        _("Added by"),
    ]
    return csv_download("rates.csv", heads, [[_rate_cells(each) for each in lines]])


def _rate_cells(each: CardLine) -> Sequence[Cell]:
    line, contract = each.line, each.line.contract
    return (
        line.currency,
        contract.customer.name if contract else "",
        contract.reference if contract else "",
        line.valid_from,
        round_to_minor_unit(line.hourly_rate, line.currency) if line.hourly_rate is not None else None,
        str(each.force.label),
        line.created_at.isoformat(timespec="minutes"),
        str(line.created_by or ""),
    )


@requires(Right.SEE_RATES, to=Right.MANAGE_RATES)
@require_http_methods(["GET", "HEAD", "POST"])
def rate_create(request: PortalRequest) -> HttpResponse:
    """Put a rate into force from a day on."""
    form = RateLineForm(request.POST or None, user=request.user, initial=_rate_to_start_from(request))
    if request.method == "POST" and form.is_valid():
        try:
            line = add_rate_line(**form.cleaned_data, by=request.user, now=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal, beside={"period_closed": "valid_from"})
        else:
            messages.success(request, _said(line))
            return redirect("billing:rates")
    status = 422 if form.is_bound else 200
    return render(request, "billing/rate_create.html", {"form": form}, status=status)


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


def _customers(report: OverageReport) -> list[Customer]:
    """The customers of the report, for the filter."""
    customers = {line.customer.pk: line.customer for line in report.lines}
    return sorted(customers.values(), key=lambda customer: (customer.name.casefold(), customer.pk))


def _rate_to_start_from(request: PortalRequest) -> dict[str, Any]:
    """The contract that a link names, with its currency; a rate from today on."""
    initial: dict[str, Any] = {
        "currency": USUAL_CURRENCY,
        "valid_from": local_day(timezone.now(), request.user.time_zone),
    }
    number = request.GET.get("contract", "")
    if number.isascii() and number.isdigit() and len(number) < LONGEST_ID:
        contract = contracts_visible_to(request.user).filter(pk=number).first()
        if contract is not None:
            initial |= {"contract": contract.pk, "currency": contract.currency}
    return initial


def _said(line: RateLine) -> str:
    day = format_day(line.valid_from, get_language() or "en")
    if line.hourly_rate is None:
        return _("From %(day)s the general rate holds again for %(contract)s.") % {
            "day": day,
            "contract": line.contract,
        }
    rate = format_money(line.hourly_rate, line.currency, get_language() or "en")
    return _("%(rate)s an hour is in force from %(day)s.") % {"rate": rate, "day": day}
