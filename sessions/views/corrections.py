"""What is done to the ledger after the fact: reversals, adjustments, waivers (DOMAIN.md §4)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.form_refusals import show_refusal
from core.formatting import format_minutes
from core.refusals import NotAllowed, Refusal
from customers.domain.roles import Right, rights_of
from customers.permissions import PortalRequest, requires
from packages.domain.contracts import contracts_visible_to
from packages.domain.rates import RateBook
from packages.models import Contract
from sessions.domain import ledger, waivers
from sessions.domain.numbers import numbers_of
from sessions.domain.previews import preview_adjustment, preview_reversal
from sessions.domain.pricing import price_entry
from sessions.domain.queries import ledger_visible_to, time_entries_visible_to
from sessions.domain.refusals import MovesNotSeen
from sessions.forms.logging import AdjustmentForm, ReversalForm, WaiverForm, WaiverRefusalForm
from sessions.models import LedgerEntry
from sessions.views.moves import MARK, MovesShown

REVERSIBLE = (LedgerEntry.Kind.CONSUMPTION, LedgerEntry.Kind.ADJUSTMENT)
OK, CONFLICT, UNPROCESSABLE = 200, 409, 422


@requires(Right.SEE_STAFF_AREA)
@require_http_methods(["GET", "HEAD", "POST"])
def reverse(request: PortalRequest, pk: int) -> HttpResponse:
    """Take back a time entry or an adjustment, after the page has shown what that moves."""
    found = get_object_or_404(ledger_visible_to(request.user), pk=pk, kind__in=REVERSIBLE)
    if not ledger.may_reverse(request.user, found):
        raise PermissionDenied(_("An entry is reversed by who logged it, or by an operations lead."))
    contract = found.contract
    form = ReversalForm(request.POST or None)
    asks_again = False
    if form.is_valid():
        try:
            ledger.reverse_entry(
                entry=found,
                by=request.user,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
                moves_seen=request.POST.get(MARK, ""),
            )
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except MovesNotSeen:
            asks_again = True
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The entry is reversed. It stays in the ledger beside its reversal."))
            return _back_to(found)
    return render(
        request,
        "sessions/entry_reverse.html",
        {
            "entry": found,
            "contract": contract,
            "customer": contract.customer,
            "form": form,
            "moves": MovesShown.of(preview_reversal(entry=found), currency=contract.currency),
            "asks_again": asks_again,
            "is_adjustment": found.kind == LedgerEntry.Kind.ADJUSTMENT,
            "was_reversed": hasattr(found, "reversed_by"),
        },
        status=CONFLICT if asks_again else UNPROCESSABLE if form.errors else OK,
    )


@requires(Right.SEE_STAFF_AREA, to=Right.ADJUST, of=contracts_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def adjust(request: PortalRequest, pk: int) -> HttpResponse:
    """Add minutes to a contract, after the page has shown which overage they cover."""
    contract = get_object_or_404(contracts_visible_to(request.user), pk=pk)
    now = timezone.now()
    form = AdjustmentForm(request.POST or None)
    asks_again = False
    if form.is_valid() and not request.htmx and "preview" not in request.POST:
        try:
            ledger.adjust(
                contract=contract,
                minutes=form.cleaned_data["minutes"],
                reason=form.cleaned_data["reason"],
                by=request.user,
                now=now,
                moves_seen=request.POST.get(MARK, ""),
            )
        except MovesNotSeen:
            asks_again = True
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            added = format_minutes(form.cleaned_data["minutes"])
            messages.success(request, _("%(minutes)s added to the contract.") % {"minutes": added})
            return redirect("sessions:contract", contract.pk)
    context = {
        "contract": contract,
        "customer": contract.customer,
        "form": form,
        "numbers": numbers_of(contract, now=now),
        "moves": _moves_of_adjustment(contract, form),
        "minutes": form.cleaned_data.get("minutes") if form.is_bound else None,
        "asks_again": asks_again,
    }
    if request.htmx:
        return render(request, "sessions/_adjust_preview.html", context)
    status = CONFLICT if asks_again else UNPROCESSABLE if form.errors else OK
    return render(request, "sessions/contract_adjust.html", context, status=status)


@requires(Right.SEE_STAFF_AREA, to=Right.PROPOSE_WAIVER, of=time_entries_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def waive(request: PortalRequest, pk: int) -> HttpResponse:
    """Propose not to bill an entry's overage; operations decides that at once."""
    found = get_object_or_404(time_entries_visible_to(request.user), pk=pk)
    form = WaiverForm(request.POST or None)
    if form.is_valid():
        try:
            waiver = waivers.waive(entry=found, by=request.user, reason=form.cleaned_data["reason"], now=timezone.now())
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            decides = Right.DECIDE_WAIVER in rights_of(request.user)
            said = _("The overage is not billed: it is shown as courtesy.") if decides else _("The waiver is proposed.")
            messages.success(request, said)
            return redirect("sessions:entry", waiver.entry_id)
    return _waiver_page(request, found, form, is_refusal=False)


@requires(Right.SEE_STAFF_AREA, to=Right.DECIDE_WAIVER, of=time_entries_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def refuse_waiver(request: PortalRequest, pk: int) -> HttpResponse:
    """Decide against a proposed waiver, for good."""
    found = get_object_or_404(time_entries_visible_to(request.user), pk=pk)
    form = WaiverRefusalForm(request.POST or None)
    if form.is_valid():
        try:
            waivers.refuse_waiver(entry=found, by=request.user, reason=form.cleaned_data["reason"], now=timezone.now())
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The waiver is refused: the overage is billed."))
            return redirect("sessions:entry", found.pk)
    return _waiver_page(request, found, form, is_refusal=True)


def _moves_of_adjustment(contract: Contract, form: AdjustmentForm) -> MovesShown | None:
    """What the minutes that were typed would move; None until they can be read, even if the reason is missing."""
    minutes = form.cleaned_data.get("minutes") if form.is_bound else None
    if minutes is None:
        return None
    return MovesShown.of(preview_adjustment(contract=contract, minutes=minutes), currency=contract.currency)


def _back_to(entry: LedgerEntry) -> HttpResponse:
    if entry.kind == LedgerEntry.Kind.CONSUMPTION:
        return redirect("sessions:entry", entry.pk)
    return redirect("sessions:contract", entry.contract_id)


def _waiver_page(request: PortalRequest, found: LedgerEntry, form: Form, *, is_refusal: bool) -> HttpResponse:
    contract = found.contract
    return render(
        request,
        "sessions/entry_waiver.html",
        {
            "entry": found,
            "contract": contract,
            "customer": contract.customer,
            "priced": price_entry(found, RateBook.load([contract])),
            "waiver": getattr(found, "waiver", None),
            "form": form,
            "is_refusal": is_refusal,
            "decides": Right.DECIDE_WAIVER in rights_of(request.user),
        },
        status=UNPROCESSABLE if form.errors else OK,
    )
