"""A customer's cap on overage: set by its admins, with what it was before (DOMAIN.md §7)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.form_refusals import show_refusal
from core.refusals import NotAllowed, Refusal
from customers.domain.queries import admins_of, customers_visible_to
from customers.domain.roles import Right, is_admin_of, is_staff
from customers.permissions import PortalRequest, requires
from sessions.domain.overage_cap_changes import cap_of, change_cap, history_of_cap, may_change_cap
from sessions.forms.overage_cap import OverageCapForm


@requires(Right.SEE_CONTRACTS, to=Right.BOOK, of=customers_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def overage_cap(request: PortalRequest, pk: int) -> HttpResponse:
    """Set or change the cap; who may not change it reads it."""
    customer = get_object_or_404(customers_visible_to(request.user), pk=pk)
    if not is_admin_of(request.user, customer.pk):
        if is_staff(request.user):
            raise PermissionDenied(_("The cap on overage is the customer's own."))
        raise Http404
    cap = cap_of(customer)
    may_change = may_change_cap(request.user, customer, cap)
    form = OverageCapForm(
        request.POST if request.method == "POST" else None,
        cap=cap,
        admins=list(admins_of(customer).order_by("name", "pk")),
        currency=customer.currency,
    )
    if request.method == "POST" and not may_change:
        raise PermissionDenied(_("The cap on overage is changed by the person who accepts more."))
    if form.is_valid():
        try:
            change_cap(customer=customer, wanted=form.wanted(), by=request.user, now=timezone.now())
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The cap on overage is saved."))
            return redirect("customer-detail", customer.pk)
    return render(
        request,
        "sessions/overage_cap.html",
        {
            "customer": customer,
            "cap": cap,
            "form": form,
            "may_change": may_change,
            "history": history_of_cap(customer),
        },
        status=422 if form.errors else 200,
    )
