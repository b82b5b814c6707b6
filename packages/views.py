"""Pages of what was sold: the catalogue, and the terms of a contract (DOMAIN.md §2, §3, §10)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.client_address import client_address
from core.refusals import InvalidInput, NotAllowed
from customers.domain.roles import Right, is_admin_of
from customers.permissions import PortalRequest, requires
from packages.domain.contracts import contracts_visible_to
from packages.domain.queries import versions_on_sale
from packages.domain.reading import sections_of
from packages.domain.terms import AGREEMENT_URL, PREVAILING_LANGUAGE, accept_terms, text_in
from packages.forms import AcceptTermsForm
from packages.models import TermsAcceptance, TermsText
from packages.session_types import RULES, SessionType


@requires(Right.SEE_CONTRACTS)
@require_safe
def catalogue(request: PortalRequest) -> HttpResponse:
    """What can be bought today, and what each session type is."""
    session_types = [(SessionType(code), rules) for code, rules in RULES.items()]
    return render(request, "packages/catalogue.html", {"versions": versions_on_sale(), "session_types": session_types})


@requires(Right.SEE_CONTRACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: PortalRequest, pk: int) -> HttpResponse:
    """The terms of a contract in the reader's language or another, and their acceptance by a customer admin."""
    contract = get_object_or_404(contracts_visible_to(request.user).select_related("terms"), pk=pk)
    onward = _onward(request, reverse("sessions:contract", args=[contract.pk]))
    if request.method == "POST":
        form = AcceptTermsForm(request.POST)
        if form.is_valid():
            try:
                accept_terms(
                    contract=contract,
                    by=request.user,
                    language=form.cleaned_data["language"],
                    from_address=client_address(request),
                    now=timezone.now(),
                )
            except NotAllowed as refusal:
                raise PermissionDenied(str(refusal)) from refusal
            except InvalidInput as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The terms are accepted. Thank you."))
                return redirect(onward)
        shown_language = form.data.get("language", "")
    else:
        shown_language = request.GET.get("language") or get_language() or PREVAILING_LANGUAGE
        form = AcceptTermsForm()
    text = text_in(contract.terms, shown_language)
    form.initial["language"] = text.language
    return render(
        request,
        "packages/terms.html",
        {
            "contract": contract,
            "customer": contract.customer,
            "text": text,
            "sections": sections_of(text.body),
            "languages": TermsText.objects.filter(terms=contract.terms).order_by("language"),
            "prevails": text.language == PREVAILING_LANGUAGE,
            "prevailing_language": PREVAILING_LANGUAGE,
            "agreement_url": AGREEMENT_URL,
            "acceptance": TermsAcceptance.objects.filter(contract=contract)
            .select_related("accepted_by", "text")
            .first(),
            "may_accept": is_admin_of(request.user, contract.customer_id),
            "form": form,
            "onward": onward,
            "comes_back": "next" in request.GET or "next" in request.POST,
        },
        status=422 if form.errors else 200,
    )


def _onward(request: HttpRequest, otherwise: str) -> str:
    """Where a booking that was interrupted goes on: an address of this portal, or `otherwise`."""
    asked_for = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(asked_for, {request.get_host()}, require_https=request.is_secure()):
        return asked_for
    return otherwise
