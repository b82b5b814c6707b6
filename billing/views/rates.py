"""The rate card: reading it, adding to it (DOMAIN.md §5)."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from billing.domain.rate_card import CardLine, lines_of, rate_card
from billing.domain.rates import add_rate_line
from billing.forms import RateLineForm
from core.csv_files import Cell, csv_download
from core.dates import local_day
from core.form_refusals import show_refusal
from core.formatting import format_day, format_money
from core.money import round_to_minor_unit
from core.refusals import Refusal
from core.tables import Column, Order, page_of
from customers.domain.roles import Right, rights_of
from customers.permissions import PortalRequest, requires
from packages.domain.contracts import contracts_visible_to
from packages.models import RateLine

LONGEST_ID = 18
USUAL_CURRENCY = "EUR"

COLUMNS = {
    "for": Column(gettext_lazy("Currency or contract")),
    "from": Column(gettext_lazy("In force from")),
    "rate": Column(gettext_lazy("Hourly rate")),
    "today": Column(gettext_lazy("Today")),
    "added": Column(gettext_lazy("Added")),
}


@requires(Right.SEE_RATES)
@require_safe
def rates(request: PortalRequest) -> HttpResponse:
    """The rate card: general and negotiated rates, which is in force today, which come."""
    card = rate_card(user=request.user, now=timezone.now())
    order = Order.of(request.GET, COLUMNS, default="for")
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
    order = Order.of(request.GET, COLUMNS, default="for").current
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
