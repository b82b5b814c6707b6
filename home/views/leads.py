"""Handing a customer to another lead: chosen, shown with what collides, then done (DOMAIN.md §9)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.form_refusals import show_refusal
from core.refusals import Refusal
from customers.domain.queries import customers_visible_to, lead_of, staff_holding
from customers.domain.roles import DELIVERY_ROLES, Right
from customers.permissions import PortalRequest, requires
from home.domain.lead_handover import hand_lead_over, preview_lead_handover
from home.forms.lead import LeadHandoverForm, NewLeadForm

OK, UNPROCESSABLE = 200, 422


@requires(Right.SEE_CONTRACTS, to=Right.MANAGE_CUSTOMERS, of=customers_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def lead(request: PortalRequest, pk: int) -> HttpResponse:
    """Who leads a customer from now on, and which meetings go along."""
    customer, now = get_object_or_404(customers_visible_to(request.user), pk=pk), timezone.now()
    leads = lead_of(customer)
    people = [person for person in staff_holding(DELIVERY_ROLES) if person != leads]
    choice = NewLeadForm(request.GET if "to" in request.GET or request.method == "POST" else None, people=people)
    context: dict[str, Any] = {"customer": customer, "lead": leads, "choice": choice, "zone": request.user.time_zone}
    if not choice.is_valid():
        return render(request, "customers/lead.html", context, status=UNPROCESSABLE if choice.is_bound else OK)
    to = choice.cleaned_data["to"]
    preview = preview_lead_handover(customer, to=to, by=request.user, now=now)
    form = LeadHandoverForm(
        request.POST if request.method == "POST" else None,
        sessions=[row.session for row in preview.sessions],
        reviews=[row.review for row in preview.reviews],
    )
    if request.method == "POST" and form.is_valid():
        try:
            hand_lead_over(customer=customer, to=to, by=request.user, now=now, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            said = _("%(name)s leads %(customer)s now. Both sides are told by e-mail.")
            messages.success(request, said % {"name": to, "customer": customer})
            return redirect("customer-detail", customer.pk)
    context |= {"form": form, "preview": preview, "to": to, "ticked": _ticked(request, form)}
    return render(request, "customers/lead.html", context, status=UNPROCESSABLE if form.errors else OK)


def _ticked(request: PortalRequest, form: LeadHandoverForm) -> dict[str, set[str]] | None:
    """What was ticked, as it came; None at first, when whatever can go along is."""
    if not form.is_bound:
        return None
    return {name: set(request.POST.getlist(name)) for name in ("sessions", "reviews")}
