"""The mark "invoiced as …" of a statement (DOMAIN.md §6)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing.domain.invoices import mark_invoiced
from billing.domain.queries import statements_visible_to
from billing.forms import InvoiceForm
from core.dates import local_day
from core.form_refusals import show_refusal
from core.refusals import Refusal
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires


@requires(Right.SEE_CONTRACTS, to=Right.MARK_INVOICED, of=statements_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def mark(request: PortalRequest, pk: int) -> HttpResponse:
    """Note under which number the statement was invoiced; what was noted before stays to be seen."""
    statement = get_object_or_404(statements_visible_to(request.user), pk=pk)
    marks = list(statement.invoices.select_related("marked_by").order_by("-pk"))
    now = timezone.now()
    initial = (
        {"reference": marks[0].reference, "invoiced_on": marks[0].invoiced_on}
        if marks
        else {"invoiced_on": local_day(now, request.user.time_zone)}
    )
    form = InvoiceForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            marked = mark_invoiced(statement=statement, **form.cleaned_data, by=request.user, now=now)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Invoiced as %(reference)s.") % {"reference": marked.reference})
            return redirect("billing:statement", statement.pk)
    return render(
        request,
        "billing/statement_invoice.html",
        {"statement": statement, "customer": statement.customer, "form": form, "marks": marks},
        status=422 if form.errors else 200,
    )
