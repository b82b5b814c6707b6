"""Billing periods: what the coming closes would bill, what stands in their way, what closed ones billed (§6)."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing.domain.closing import close_month, close_of, over_at
from billing.domain.files.queries import files_of_month, progress_of, statements_to_nobody
from billing.domain.months import billing_month, billing_months
from billing.domain.obstacles import obstacles
from billing.domain.preview import previews
from billing.domain.queries import statements_visible_to, with_their_entries
from billing.domain.totals import lines_of_month, totals_of_closes
from billing.models import Close
from core.dates import month_of
from core.formatting import format_day
from core.refusals import Refusal
from core.tables import page_of
from customers.domain.roles import Right, rights_of
from customers.permissions import PortalRequest, requires


@requires(Right.SEE_BILLING)
@require_safe
def periods(request: PortalRequest) -> HttpResponse:
    """Every month with delivered time, the newest first: what it billed or would bill."""
    now = timezone.now()
    months = billing_months(user=request.user, now=now)
    open_months = [each.month for each in months if each.closed is None]
    coming = previews(until=max(open_months, default=months[0].month))
    billed = totals_of_closes(each.month for each in months)
    rows = [
        {
            "period": each,
            "state": each.status if each.closed else ("ready" if over_at(each.month) <= now else "open"),
            "totals": billed.get(each.month, {}) if each.closed else coming.of(each.month).totals,
        }
        for each in months
    ]
    return render(request, "billing/periods.html", {"page": page_of(rows, request.GET)})


@requires(Right.SEE_BILLING)
@require_safe
def period(request: PortalRequest, month: date) -> HttpResponse:
    """One month: while it is open a preview that changes nothing, then what its close billed."""
    month = month_of(month)
    close = close_of(month)
    if close is None:
        return render(request, "billing/period_open.html", _open(request, month))
    return render(request, "billing/period_closed.html", _closed(request, month, close))


@requires(Right.SEE_BILLING, to=Right.CLOSE_MONTHS)
@require_POST
def close(request: PortalRequest, month: date) -> HttpResponse:
    """Close the month for ever, with every earlier one that has no time entries."""
    name = format_day(month, get_language() or "en", style="month")
    try:
        close_month(month=month, by=request.user, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(month)s is closed.") % {"month": name})
    return redirect("billing:period", month)


def _open(request: PortalRequest, month: date) -> dict[str, Any]:
    coming = previews(until=month)
    preview = coming.of(month)
    page = page_of(coming.lines_of(month), request.GET)
    return {
        "month": month,
        "totals": preview.totals,
        "statements_coming": len(preview.accounts),
        "page": page,
        "obstacles": obstacles(
            month,
            coming=coming,
            earlier_months=coming.delivered_before(month),
            user=request.user,
            now=timezone.now(),
        ),
        "may_close": Right.CLOSE_MONTHS in rights_of(request.user),
        "may_manage_rates": Right.MANAGE_RATES in rights_of(request.user),
    }


def _closed(request: PortalRequest, month: date, close: Close) -> dict[str, Any]:
    lines = with_their_entries(lines_of_month(month)).order_by("service_date", "entry_id")
    return {
        "month": month,
        "period": billing_month(month),
        "close": close,
        "statements": statements_visible_to(request.user).filter(close__month=month),
        "totals": totals_of_closes([month]).get(month, {}),
        "page": page_of(lines, request.GET),
        "files": files_of_month(close, user=request.user),
        "progress": progress_of(close),
        "to_nobody": list(statements_to_nobody(close)),
    }
