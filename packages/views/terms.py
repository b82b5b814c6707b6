"""The terms: of a contract with their acceptance, and every published version (DOMAIN.md §10)."""

from typing import Any

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
from core.dates import local_day
from core.refusals import InvalidInput, NotAllowed
from customers.domain.roles import Right, administered_by, is_admin_of, rights_of
from customers.permissions import PortalRequest, requires
from packages.domain.contracts import contracts_visible_to
from packages.domain.reading import side_by_side
from packages.domain.terms import AGREEMENT_URL, PREVAILING_LANGUAGE, accept_terms, text_in
from packages.forms import AcceptTermsForm
from packages.models import TermsAcceptance, TermsDraft, TermsText, TermsVersion


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
    shown = _text_shown(request, contract.terms, shown_language)
    form.initial["language"] = shown["text"].language
    return render(
        request,
        "packages/terms.html",
        {
            "contract": contract,
            "customer": contract.customer,
            **shown,
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


@requires(Right.SEE_CONTRACTS)
@require_safe
def versions(request: PortalRequest) -> HttpResponse:
    """The published versions, the newest first, and the reader's contracts that name them."""
    published = list(TermsVersion.objects.order_by("-in_force_from").prefetch_related("texts"))
    today = local_day(timezone.now(), request.user.time_zone)
    may_publish = Right.PUBLISH_TERMS in rights_of(request.user)
    waiting = contracts_visible_to(request.user).filter(
        customer__in=administered_by(request.user), terms_acceptance=None, voided_at=None
    )
    return render(
        request,
        "packages/terms_versions.html",
        {
            "versions": published,
            "in_force": next((each for each in published if each.in_force_from <= today), None),
            "today": today,
            "agreement_url": AGREEMENT_URL,
            "may_publish": may_publish,
            "draft": TermsDraft.objects.select_related("changed_by").first() if may_publish else None,
            "own_contracts": waiting.order_by("-starts_on", "-pk"),
        },
    )


@requires(Right.SEE_CONTRACTS)
@require_safe
def version(request: PortalRequest, version: str) -> HttpResponse:
    """One published version, to read."""
    found = get_object_or_404(TermsVersion, version=version)
    language = request.GET.get("language") or get_language() or PREVAILING_LANGUAGE
    return render(request, "packages/terms_version.html", {"terms": found, **_text_shown(request, found, language)})


def _text_shown(request: HttpRequest, terms: TermsVersion, language: str) -> dict[str, Any]:
    """The text of `terms` in `language`; a translation stands beside the English one where that is asked for."""
    text, prevailing = text_in(terms, language), text_in(terms, PREVAILING_LANGUAGE)
    beside = "beside" in request.GET and text != prevailing
    return {
        "text": text,
        "languages": TermsText.objects.filter(terms=terms).order_by("language"),
        "beside": prevailing if beside else None,
        "rows": side_by_side(text.body, prevailing.body if beside else ""),
        "prevails": text == prevailing,
        "prevailing_language": PREVAILING_LANGUAGE,
        "agreement_url": AGREEMENT_URL,
    }


def _onward(request: HttpRequest, otherwise: str) -> str:
    """Where a booking that was interrupted goes on: an address of this portal, or `otherwise`."""
    asked_for = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(asked_for, {request.get_host()}, require_https=request.is_secure()):
        return asked_for
    return otherwise
