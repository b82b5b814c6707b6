"""One order: entering it, its lines with until when they may come back, recording its receipt (DOMAIN.md §9)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.form_refusals import show_refusal
from core.refusals import NotAllowed, Refusal
from customers.domain.queries import lead_of
from customers.domain.roles import Right, rights_of
from customers.permissions import PortalRequest, requires
from support.domain.acts import Standing, may_return, standings_of
from support.domain.orders import NewOrder, enter_orders, record_receipt
from support.domain.queries import orders_visible_to, requests_visible_to, served_customers, with_lines
from support.domain.return_window import RETURN_DAYS
from support.domain.returns import standings_of_lines
from support.forms.orders import LineFormSet, OrderForm, ReceiptForm, new_lines

OK, UNPROCESSABLE = 200, 422


@requires(Right.SEE_ORDERS, to=Right.KEEP_ORDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def order_create(request: PortalRequest) -> HttpResponse:
    """Enter an order by hand."""
    data = request.POST if request.method == "POST" else None
    customers = served_customers(request.user)
    form = OrderForm(data, customers=customers, initial={"customer": request.GET.get("customer", "")})
    lines = LineFormSet(data, prefix="lines")
    if request.method == "POST" and form.is_valid() & lines.is_valid():
        customer = get_object_or_404(customers, pk=form.cleaned_data["customer"])
        new = NewOrder(
            customer=customer,
            number=form.cleaned_data["number"],
            placed_on=form.cleaned_data["placed_on"],
            time_zone=form.cleaned_data["time_zone"] or customer.time_zone,
            lines=new_lines(lines),
        )
        try:
            (entered,) = enter_orders([new], by=request.user, now=timezone.now())
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The order is kept."))
            return redirect("support:order", entered.pk)
    failed = request.method == "POST"
    return render(
        request,
        "support/order_create.html",
        {"form": form, "lines": lines},
        status=UNPROCESSABLE if failed else OK,
    )


@requires(Right.SEE_ORDERS)
@require_safe
def order_detail(request: PortalRequest, pk: int) -> HttpResponse:
    """One order: what was bought, when it was received, until when it may come back, what comes back."""
    reader, now = request.user, timezone.now()
    order = get_object_or_404(with_lines(orders_visible_to(reader)), pk=pk)
    lines = standings_of_lines(order, now=now)
    mine = standings_of(reader, order.customer, now=now)
    return render(
        request,
        "support/order_detail.html",
        {
            "order": order,
            "customer": order.customer,
            "lines": lines,
            "return_days": RETURN_DAYS,
            "requests": requests_visible_to(reader).filter(order=order).order_by("-opened_at", "-pk"),
            "exceptions": [
                (standing.line, exception) for standing in lines for exception in standing.line.exceptions.all()
            ],
            "lead": lead_of(order.customer),
            "may_return": may_return(reader, order.customer),
            "something_may_come_back": any(each.may_come_back for each in lines),
            "may_keep": Right.KEEP_ORDERS in rights_of(reader),
            "may_except": Standing.LEAD in mine,
        },
    )


@requires(Right.SEE_ORDERS, to=Right.KEEP_ORDERS, of=orders_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def order_receipt(request: PortalRequest, pk: int) -> HttpResponse:
    """Record on which day each line of an order was received."""
    order = get_object_or_404(orders_visible_to(request.user), pk=pk)
    form = ReceiptForm(request.POST if request.method == "POST" else None, lines=list(order.lines.all()))
    if form.is_valid():
        try:
            record_receipt(order=order, days=form.days(), by=request.user, now=timezone.now())
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The receipt is recorded."))
            return redirect("support:order", order.pk)
    return render(
        request,
        "support/order_receipt.html",
        {"order": order, "customer": order.customer, "form": form},
        status=UNPROCESSABLE if form.errors else OK,
    )
