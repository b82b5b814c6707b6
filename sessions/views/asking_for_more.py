"""Asking the lead to renew, or for more, from a contract whose minutes are used up."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.dates import local_day
from core.form_refusals import show_refusal
from core.refusals import NotAllowed, Refusal
from customers.domain.queries import lead_of
from customers.domain.roles import Right, is_admin_of
from customers.permissions import PortalRequest, requires
from packages.domain.contracts import contracts_visible_to
from packages.domain.rates import RateBook
from sessions.domain.asking_for_more import LONGEST_WISH, ask_for_more


class WishForm(forms.Form):
    """The customer's own words."""

    wish = forms.CharField(
        label=gettext_lazy("What do you need?"),
        help_text=gettext_lazy("More hours, another package, a renewal: what for, and from when?"),
        max_length=LONGEST_WISH,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


@requires(Right.SEE_CONTRACTS, to=Right.BOOK, of=contracts_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def more(request: PortalRequest, pk: int) -> HttpResponse:
    """What an hour costs now, and a mail to the lead in the customer's own words."""
    contract = get_object_or_404(contracts_visible_to(request.user), pk=pk)
    if not is_admin_of(request.user, contract.customer_id):
        raise PermissionDenied(_("A customer admin asks for more."))
    now = timezone.now()
    form = WishForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            readers = ask_for_more(contract=contract, wish=form.cleaned_data["wish"], by=request.user, now=now)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            names = ", ".join(str(reader) for reader in readers)
            messages.success(request, _("%(name)s gets your words by mail, and answers you.") % {"name": names})
            return redirect("sessions:contract", contract.pk)
    return render(
        request,
        "sessions/contract_more.html",
        {
            "contract": contract,
            "customer": contract.customer,
            "form": form,
            "lead": lead_of(contract.customer),
            "hourly_rate": RateBook.load([contract]).rate_on(contract, local_day(now, contract.time_zone)),
        },
        status=422 if form.errors else 200,
    )
