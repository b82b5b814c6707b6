"""Writing and publishing the next version of the terms (DOMAIN.md §10)."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.form_refusals import show_refusal
from core.formatting import format_day
from core.refusals import InvalidInput, Refusal
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from packages.domain.passages import Passage
from packages.domain.reading import sections_of
from packages.domain.terms import hash_of
from packages.domain.terms_drafts import discard_draft, keep_draft, publish_draft, starting_point
from packages.forms import SeenDraftForm, TermsDraftForm
from packages.models import Contract, TermsDraft


@requires(Right.SEE_STAFF_AREA, to=Right.PUBLISH_TERMS)
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: PortalRequest) -> HttpResponse:
    """Write the next version; keeping it leads to where it is published."""
    if request.method == "POST":
        form = TermsDraftForm(request.POST)
        if form.is_valid():
            try:
                keep_draft(**form.particulars(), by=request.user, now=timezone.now())
            except InvalidInput as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, _("The draft is kept. Nobody but operations sees it yet."))
                return redirect("packages:terms-publish")
    else:
        form = TermsDraftForm(initial=_initial())
    there = TermsDraft.objects.select_related("changed_by").first()
    return render(
        request, "packages/terms_draft.html", {"form": form, "draft": there}, status=422 if form.errors else 200
    )


@requires(Right.SEE_STAFF_AREA, to=Right.PUBLISH_TERMS)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: PortalRequest) -> HttpResponse:
    """The draft as customers will read it, what publishing does, and doing it."""
    form = SeenDraftForm(request.POST or None)
    if form.is_valid():
        try:
            terms = publish_draft(seen=form.cleaned_data["seen"], by=request.user, now=timezone.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            day = format_day(terms.in_force_from, get_language() or "en")
            sentence = _("Version %(version)s is published: it binds contracts signed from %(day)s on.")
            messages.success(request, sentence % {"version": terms.version, "day": day})
            return redirect("packages:terms-versions")
    there = TermsDraft.objects.select_related("changed_by").first()
    if there is None:
        return redirect("packages:terms-draft")
    form.initial["seen"] = there.changed_at.isoformat()
    return render(
        request,
        "packages/terms_publish.html",
        {
            "draft": there,
            "form": form,
            "seen": there.changed_at.isoformat(),
            "texts": [_read(language, there.texts[language]) for language, _name in _languages_of(there)],
            "missing": [name for language, name in settings.LANGUAGES if language not in there.texts],
            "passages": [(passage.label, there.passages.get(passage)) for passage in Passage],
            "signed": Contract.objects.filter(voided_at=None).count(),
        },
        status=422 if form.errors else 200,
    )


@requires(Right.SEE_STAFF_AREA, to=Right.PUBLISH_TERMS)
@require_POST
def discard(request: PortalRequest) -> HttpResponse:
    """Throw the draft away."""
    form = SeenDraftForm(request.POST)
    if not form.is_valid():
        return redirect("packages:terms-versions")
    try:
        discard_draft(seen=form.cleaned_data["seen"], by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The draft is gone. Published versions are as they were."))
    return redirect("packages:terms-versions")


def _initial() -> dict[str, Any]:
    start = starting_point()
    texts = {
        f"{part}_{language}": text[part] for language, text in start.pop("texts").items() for part in ("title", "body")
    }
    return {**texts, **{f"passage_{rule}": number for rule, number in start.pop("passages").items()}, **start}


def _languages_of(there: TermsDraft) -> list[tuple[str, Any]]:
    return [(language, name) for language, name in settings.LANGUAGES if language in there.texts]


def _read(language: str, text: dict[str, str]) -> dict[str, Any]:
    sections = [(section, None) for section in sections_of(text["body"])]
    return {"language": language, "title": text["title"], "rows": sections, "sha256": hash_of(text["body"])}
