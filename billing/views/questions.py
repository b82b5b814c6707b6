"""Questions about what is billed: asking, talking about it, settling it (DOMAIN.md §6, §12)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from billing.domain import questions as rules
from billing.domain.queries import lines_visible_to, questions_visible_to
from billing.forms import MessageForm, QuestionForm, SettlementForm, correction_in_words
from billing.models import LineQuestion, StatementLine
from core.form_refusals import show_refusal
from core.refusals import Refusal
from core.tables import page_of
from customers.domain.roles import Right, administered_by, is_admin_of
from customers.permissions import PortalRequest, requires
from sessions.domain.queries import time_entries_visible_to
from sessions.models import LedgerEntry

LONGEST_ID = 18


@requires(Right.SEE_CONTRACTS)
@require_safe
def questions(request: PortalRequest) -> HttpResponse:
    """What was asked, the open ones first."""
    is_settled = Case(When(status=LineQuestion.Status.OPEN, then=0), default=1, output_field=IntegerField())
    found = questions_visible_to(request.user).order_by(is_settled, "-asked_at", "-pk")
    return render(
        request,
        "billing/questions.html",
        {"page": page_of(found, request.GET), "asks": bool(administered_by(request.user))},
    )


@requires(Right.SEE_CONTRACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: PortalRequest, pk: int) -> HttpResponse:
    """A customer admin questions a time entry; `line` in the address names the line of a statement that they saw."""
    entry = get_object_or_404(time_entries_visible_to(request.user), pk=pk)
    if not is_admin_of(request.user, entry.contract.customer_id):
        raise PermissionDenied(_("A customer admin questions what is billed."))
    line = _line_of(request, entry)
    standing = rules.open_questions(questions_visible_to(request.user)).filter(entry=entry).first()
    if standing is not None:
        return redirect("billing:question", standing.pk)
    form = QuestionForm(request.POST or None)
    if form.is_valid():
        try:
            asked = rules.ask_about(entry=entry, **form.cleaned_data, line=line, by=request.user, now=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Your question is on its way to your lead and to finance."))
            return redirect("billing:question", asked.pk)
    return render(
        request,
        "billing/question_ask.html",
        {
            "entry": entry,
            "customer": entry.contract.customer,
            "line": line,
            "form": form,
            "was_reversed": hasattr(entry, "reversed_by"),
        },
        status=422 if form.errors else 200,
    )


@requires(Right.SEE_CONTRACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: PortalRequest, pk: int) -> HttpResponse:
    """One question with its conversation; who asks or answers adds to it."""
    found = _found(request, pk)
    now = timezone.now()
    customer = found.entry.contract.customer
    answers = rules.may_answer(request.user, customer, now=now)
    takes_part = answers or is_admin_of(request.user, customer.pk)
    if request.method == "POST" and not takes_part:
        raise PermissionDenied(_("Questions are answered by the lead and by finance."))
    form = MessageForm(request.POST or None)
    if form.is_valid():
        try:
            rules.write_about(question=found, words=form.cleaned_data["words"], by=request.user, now=now)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Your message is on its way."))
            return redirect("billing:question", found.pk)
    correction = rules.correction_of(found)
    return render(
        request,
        "billing/question.html",
        {
            **_about(found),
            "conversation": found.messages.select_related("written_by"),
            "form": form,
            "answers": answers,
            "takes_part": takes_part,
            "correction": correction,
            "correction_words": correction_in_words(correction) if correction is not None else "",
        },
        status=422 if form.errors else 200,
    )


@requires(Right.SEE_CONTRACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: PortalRequest, pk: int) -> HttpResponse:
    """The lead or finance ends a question: upheld by a correction that followed, or rejected with a reason."""
    found = _found(request, pk)
    now = timezone.now()
    if not rules.may_answer(request.user, found.entry.contract.customer, now=now):
        raise PermissionDenied(_("Questions are answered by the lead and by finance."))
    if not found.is_open:
        return redirect("billing:question", found.pk)
    corrections = rules.corrections_for(found)
    form = SettlementForm(request.POST or None, corrections=corrections)
    if form.is_valid():
        try:
            _settled(form, found, request=request)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The question is settled, and the customer is told."))
            return redirect("billing:question", found.pk)
    return render(
        request,
        "billing/question_settle.html",
        {**_about(found), "form": form, "corrections": corrections},
        status=422 if form.errors else 200,
    )


def _settled(form: SettlementForm, found: LineQuestion, *, request: PortalRequest) -> None:
    reason, now = form.cleaned_data["reason"], timezone.now()
    if form.correction is None:
        rules.reject(question=found, reason=reason, by=request.user, now=now)
    else:
        rules.uphold(question=found, correction=form.correction, reason=reason, by=request.user, now=now)


def _found(request: PortalRequest, pk: int) -> LineQuestion:
    visible = questions_visible_to(request.user).select_related(
        "entry__contract__package_version__package",
        "entry__reversed_by",
        "settled_by",
        "correction",
        "waiver__decision",
    )
    return get_object_or_404(visible, pk=pk)


def _about(found: LineQuestion) -> dict[str, Any]:
    entry = found.entry
    return {"question": found, "entry": entry, "line": found.line, "customer": entry.contract.customer}


def _line_of(request: HttpRequest, entry: LedgerEntry) -> StatementLine | None:
    """The line that the address names, if it bills this entry; else the last one that does."""
    assert request.user.is_authenticated
    lines = lines_visible_to(request.user).filter(entry=entry).select_related("statement").order_by("-pk")
    number = request.GET.get("line", "")
    if number.isascii() and number.isdigit() and len(number) < LONGEST_ID:
        named = lines.filter(pk=number).first()
        if named is not None:
            return named
    return lines.first()
