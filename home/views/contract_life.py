"""Renewing a contract, moving its end, voiding it: each shown before it is done, by operations (DOMAIN.md §2)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.form_refusals import show_refusal
from core.refusals import Refusal
from customers.domain.queries import staff_holding
from customers.domain.roles import DELIVERY_ROLES, Right
from customers.permissions import PortalRequest, requires
from home.domain.contract_life.ends import EndPreview, move_end, preview_end
from home.domain.contract_life.renewals import proposed_renewal, renew_contract
from home.domain.contract_life.voiding import preview_void, void_contract
from home.forms.contract_life import EndForm, RenewalForm, VoidForm
from packages.domain.contracts import contracts_visible_to
from packages.domain.queries import versions_on_sale
from packages.models import Contract
from sessions.domain.refusals import MovesNotSeen
from sessions.views.signing_consequences import SigningConsequences

MARK = "seen"
"""The hidden input of the previews: the mark of what would be called off."""
OK, CONFLICT, UNPROCESSABLE = 200, 409, 422


@requires(Right.SEE_STAFF_AREA, to=Right.SIGN_CONTRACTS, of=contracts_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def contract_renew(request: PortalRequest, pk: int) -> HttpResponse:
    """Sign the contract that follows this one, prefilled from it."""
    renews = _contract(request, pk)
    proposed = proposed_renewal(renews)
    wants_preview = bool(request.htmx) or "preview" in request.POST
    form = RenewalForm(
        request.POST if request.method == "POST" else None,
        renews=renews,
        proposed=proposed,
        versions=versions_on_sale(),
        staff=staff_holding(DELIVERY_ROLES),
        is_preview=wants_preview,
    )
    if form.is_valid() and not wants_preview:
        try:
            signed = renew_contract(renews=renews, by=request.user, now=timezone.now(), **form.typed())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            said = _("%(contract)s renews %(before)s. Its minutes are granted.")
            messages.success(request, said % {"contract": signed.reference, "before": renews.reference})
            return redirect("sessions:contract", signed.pk)
    consequences = SigningConsequences.of(form)
    if not form.is_bound and proposed.version is not None:
        consequences = SigningConsequences.of_term(proposed.version, proposed.starts_on, proposed.ends_on)
    context = {
        "contract": renews,
        "customer": renews.customer,
        "renewal": _renewal_of(renews),
        "proposed": proposed,
        "form": form,
        "consequences": consequences,
    }
    if request.htmx:
        return render(request, "sessions/_contract_consequences.html", context)
    return render(request, "home/contract_renew.html", context, status=UNPROCESSABLE if form.errors else OK)


@requires(Right.SEE_STAFF_AREA, to=Right.SIGN_CONTRACTS, of=contracts_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def contract_end(request: PortalRequest, pk: int) -> HttpResponse:
    """Move the last day, after the page has shown what that does to meetings, reviews and minutes."""
    contract, now = _contract(request, pk), timezone.now()
    form = EndForm(request.POST if request.method == "POST" else None, initial={"ends_on": contract.ends_on})
    asks_again = False
    if form.is_valid() and not request.htmx and "preview" not in request.POST:
        try:
            move_end(contract=contract, by=request.user, now=now, seen=request.POST.get(MARK, ""), **form.cleaned_data)
        except MovesNotSeen:
            asks_again = True
        except Refusal as refusal:
            show_refusal(form, refusal, beside={"period_closed": "ends_on"})
        else:
            messages.success(request, _("The end is moved. Everybody concerned is told by e-mail."))
            return redirect("sessions:contract", contract.pk)
    preview, refused = _end_preview(contract, form)
    context = {
        "contract": contract,
        "customer": contract.customer,
        "form": form,
        "preview": preview,
        "refused": refused,
        "asks_again": asks_again,
    }
    if request.htmx:
        return render(request, "home/_contract_end_preview.html", context)
    status = CONFLICT if asks_again else UNPROCESSABLE if form.errors else OK
    return render(request, "home/contract_end.html", context, status=status)


@requires(Right.SEE_STAFF_AREA, to=Right.SIGN_CONTRACTS, of=contracts_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def contract_void(request: PortalRequest, pk: int) -> HttpResponse:
    """Void a contract that was signed by mistake, after the page has shown what that calls off."""
    contract, now = _contract(request, pk), timezone.now()
    form = VoidForm(request.POST if request.method == "POST" else None)
    asks_again = False
    if form.is_valid():
        try:
            void_contract(
                contract=contract, by=request.user, now=now, seen=request.POST.get(MARK, ""), **form.cleaned_data
            )
        except MovesNotSeen:
            asks_again = True
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The contract is voided. Everybody concerned is told by e-mail."))
            return redirect("sessions:contract", contract.pk)
    preview, refused = None, ""
    try:
        preview = preview_void(contract, now=now)
    except Refusal as refusal:
        refused = str(refusal)
    context = {
        "contract": contract,
        "customer": contract.customer,
        "form": form,
        "preview": preview,
        "refused": refused,
        "asks_again": asks_again,
    }
    status = CONFLICT if asks_again else UNPROCESSABLE if form.errors else OK
    return render(request, "home/contract_void.html", context, status=status)


def _contract(request: PortalRequest, pk: int) -> Contract:
    return get_object_or_404(contracts_visible_to(request.user).select_related("renews"), pk=pk)


def _renewal_of(contract: Contract) -> Contract | None:
    return Contract.objects.filter(renews=contract, voided_at__isnull=True).first()


def _end_preview(contract: Contract, form: EndForm) -> tuple[EndPreview | None, str]:
    """What the typed day does, or why it cannot be; neither until it can be read, even if the reason is missing."""
    ends_on = form.cleaned_data.get("ends_on") if form.is_bound else None
    if ends_on is None:
        return None, ""
    try:
        return preview_end(contract, ends_on=ends_on, now=timezone.now()), ""
    except Refusal as refusal:
        return None, str(refusal)
