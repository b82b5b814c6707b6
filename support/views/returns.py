"""Sending rings of an order back, and letting a line come back later than the rule says (DOMAIN.md §9)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.form_refusals import show_refusal
from core.refusals import NotAllowed, Refusal
from customers.domain.queries import lead_of
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from support.domain.acts import Standing, may_return, standings_of
from support.domain.queries import orders_visible_to, with_lines
from support.domain.returns import grant_exception, open_return, standings_of_lines
from support.forms.orders import ExceptionForm, ReturnForm

OK, CONFLICT, UNPROCESSABLE = 200, 409, 422
BESIDE = {"files": "attachments"}


@requires(Right.SEE_ORDERS, to=Right.OPEN_REQUESTS, of=orders_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def order_return(request: PortalRequest, pk: int) -> HttpResponse:
    """Return or exchange rings of an order; what no longer can come back says why, and what can be done instead."""
    now = timezone.now()
    order = get_object_or_404(with_lines(orders_visible_to(request.user)), pk=pk)
    if not may_return(request.user, order.customer):
        raise PermissionDenied(_("Rings are sent back by a customer admin."))
    lines = standings_of_lines(order, now=now)
    possible = [each for each in lines if each.may_come_back]
    form = ReturnForm.of(request, standings=possible, initial={"kind": request.GET.get("kind", "exchange")})
    assert isinstance(form, ReturnForm)
    status = UNPROCESSABLE if request.method == "POST" else OK
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            opened = open_return(
                order=order,
                kind=asked["kind"],
                items=form.wanted(),
                body=asked["body"],
                files=asked["attachments"],
                by=request.user,
                now=now,
            )
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            show_refusal(form, refusal, beside=BESIDE)
            status = CONFLICT if refusal.code != "invalid" else UNPROCESSABLE
        else:
            messages.success(request, _("Your request is open. Keep the rings until we tell you where to send them."))
            return redirect("support:request", opened.pk)
    return render(
        request,
        "support/order_return.html",
        {
            "order": order,
            "customer": order.customer,
            "lines": lines,
            "form": form,
            "possible": possible,
            "lead": lead_of(order.customer),
        },
        status=status,
    )


@requires(Right.SEE_ORDERS, to=Right.KEEP_ORDERS, of=orders_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def order_exception(request: PortalRequest, pk: int) -> HttpResponse:
    """Let a line come back until another day, with a reason: the lead's decision."""
    now = timezone.now()
    order = get_object_or_404(with_lines(orders_visible_to(request.user)), pk=pk)
    if Standing.LEAD not in standings_of(request.user, order.customer, now=now):
        raise PermissionDenied(_("Exceptions are made by the customer's lead."))
    lines = standings_of_lines(order, now=now)
    form = ExceptionForm(
        request.POST if request.method == "POST" else None,
        standings=lines,
        initial={"line": request.GET.get("line", "")},
    )
    if form.is_valid():
        line = next(each.line for each in lines if each.line.pk == form.cleaned_data["line"])
        try:
            grant_exception(
                line=line,
                until=form.cleaned_data["until"],
                reason=form.cleaned_data["reason"],
                by=request.user,
                now=now,
            )
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            show_refusal(form, refusal, beside=BESIDE)
        else:
            messages.success(request, _("The exception is made. The customer sees it beside the line."))
            return redirect("support:order", order.pk)
    return render(
        request,
        "support/order_exception.html",
        {"order": order, "customer": order.customer, "form": form},
        status=UNPROCESSABLE if form.errors else OK,
    )
