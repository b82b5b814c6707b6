"""Whom a customer's statements are made out to: operations type it, the customer's admins see it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from customers.domain.billing_details import BillingChange, billing_details_of, change_billing_details
from customers.domain.queries import customers_visible_to
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from home.forms.billing_details import BillingDetailsForm


@requires(Right.SEE_CONTRACTS, to=Right.MANAGE_CUSTOMERS, of=customers_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def billing_details(request: PortalRequest, pk: int) -> HttpResponse:
    """Change a customer's billing details; who changed what stays in the audit trail."""
    customer = get_object_or_404(customers_visible_to(request.user), pk=pk)
    form = BillingDetailsForm.of(billing_details_of(customer), request.POST if request.method == "POST" else None)
    if form.is_valid():
        change_billing_details([BillingChange(customer, form.cleaned_data)], by=request.user, now=timezone.now())
        messages.success(request, _("The billing details are saved."))
        return redirect("customer-detail", customer.pk)
    context = {"customer": customer, "form": form}
    return render(request, "home/billing_details.html", context, status=422 if form.errors else 200)
