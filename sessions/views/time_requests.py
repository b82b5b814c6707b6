"""Asking for a time that the calendar does not offer, and what became of it (DOMAIN.md §7)."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.dates import minutes_between
from core.form_refusals import show_refusal
from core.refusals import NotAllowed, Refusal
from customers.domain.queries import lead_of
from customers.domain.roles import Right, is_admin_of
from customers.permissions import PortalRequest, requires
from packages.domain.contracts import contracts_visible_to, dedicated_of
from packages.session_types import LENGTHS_IN_MINUTES
from sessions.domain.queries import time_requests_visible_to
from sessions.domain.time_requests import (
    Act,
    acts_open_to,
    ask_for_a_time,
    check_act,
    decline_request,
    withdraw_request,
)
from sessions.forms.booking import CalendarForm
from sessions.forms.time_requests import DeclineForm, TimeRequestForm, WithdrawForm
from sessions.models import TimeRequest
from sessions.views.time_request_history import history_of_request
from sessions.views.zones import other_zone_of

OK, CONFLICT, UNPROCESSABLE = 200, 409, 422
BESIDE = {
    "wishes": "day-0",
    "session_type": "type",
    "duration_minutes": "minutes",
    "too_long_for_type": "minutes",
}


@requires(Right.SEE_CONTRACTS, to=Right.BOOK, of=contracts_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: PortalRequest, pk: int) -> HttpResponse:
    """Ask for a time; what was chosen in the calendar comes along in the address."""
    contract = get_object_or_404(contracts_visible_to(request.user), pk=pk)
    if not is_admin_of(request.user, contract.customer_id):
        raise PermissionDenied(_("A customer admin asks for a time."))
    now = timezone.now()
    form = TimeRequestForm(
        request.POST if request.method == "POST" else None, contract=contract, initial=_chosen(request)
    )
    if form.is_valid():
        typed = form.cleaned_data
        try:
            asked = ask_for_a_time(
                contract=contract,
                session_type=typed["type"],
                duration_minutes=typed["minutes"],
                wishes=typed["wishes"],
                words=typed["words"],
                zone=typed["zone"],
                by=request.user,
                now=now,
            )
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            show_refusal(form, refusal, beside=BESIDE)
        else:
            messages.success(request, _("Your request is on its way. You get a mail when a time is proposed."))
            return redirect("sessions:time-request", asked.pk)
    people = dict.fromkeys(each for each in (lead_of(contract.customer), dedicated_of(contract)) if each is not None)
    return render(
        request,
        "sessions/time_request_ask.html",
        {"contract": contract, "customer": contract.customer, "form": form, "people": list(people)},
        status=UNPROCESSABLE if form.errors else OK,
    )


@requires(Right.SEE_CONTRACTS, to=Right.BOOK, of=time_requests_visible_to)
@require_safe
def time_request(request: PortalRequest, pk: int) -> HttpResponse:
    """What was asked for, what was proposed, and what either side may do now."""
    asked = get_object_or_404(time_requests_visible_to(request.user).prefetch_related("wishes", "events__by"), pk=pk)
    return render(
        request,
        "sessions/time_request.html",
        {
            **about_request(request, asked),
            "may": acts_open_to(request.user, asked),
            "is_admin": is_admin_of(request.user, asked.contract.customer_id),
            "history": history_of_request(asked.events.all(), zone=request.user.time_zone),
        },
    )


@requires(Right.SEE_CONTRACTS, to=Right.BOOK, of=time_requests_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: PortalRequest, pk: int) -> HttpResponse:
    """Say why: staff have no time to offer, or the customer does not want the one that was proposed."""

    def act(asked: TimeRequest, reason: str) -> None:
        decline_request(asked=asked, reason=reason, by=request.user, now=timezone.now())
        messages.success(request, _("The other side is told by mail."))

    return _end(request, pk, Act.DECLINE, DeclineForm, act)


@requires(Right.SEE_CONTRACTS, to=Right.BOOK, of=time_requests_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a request back that was not answered yet."""

    def act(asked: TimeRequest, reason: str) -> None:
        withdraw_request(asked=asked, reason=reason, by=request.user, now=timezone.now())
        messages.success(request, _("The request is withdrawn."))

    return _end(request, pk, Act.WITHDRAW, WithdrawForm, act)


def about_request(request: PortalRequest, asked: TimeRequest) -> dict[str, Any]:
    """What every page about a request shows; `wishes` must be prefetched."""
    contract = asked.contract
    staff_zone = asked.staff.time_zone if asked.staff is not None else request.user.time_zone
    return {
        "asked": asked,
        "contract": contract,
        "customer": contract.customer,
        "zone": request.user.time_zone,
        "other_zone": other_zone_of(request.user, customer_zone=contract.time_zone, staff_zone=staff_zone),
        "wishes": [
            {"starts_at": wish.starts_at, "minutes": minutes_between(wish.starts_at, wish.ends_at)}
            for wish in asked.wishes.all()
        ],
    }


def _end(
    request: PortalRequest, pk: int, act: Act, form_class: type[forms.Form], do: Callable[[TimeRequest, str], None]
) -> HttpResponse:
    asked = get_object_or_404(time_requests_visible_to(request.user).prefetch_related("wishes"), pk=pk)
    form = form_class(request.POST if request.method == "POST" else None)
    refusal: Refusal | None = None
    try:
        check_act(act, asked, by=request.user)
        if form.is_valid():
            do(asked, form.cleaned_data["reason"])
            return redirect("sessions:time-request", asked.pk)
    except NotAllowed as not_allowed:
        raise PermissionDenied(str(not_allowed)) from not_allowed
    except Refusal as refused:
        refusal = refused
    status = CONFLICT if refusal else UNPROCESSABLE if form.errors else OK
    context = {**about_request(request, asked), "act": act, "form": form, "refusal": refusal}
    return render(request, "sessions/time_request_end.html", context, status=status)


def _chosen(request: PortalRequest) -> dict[str, Any]:
    """What the form is filled in with: the choices in the address, as far as they can be read."""
    minutes = request.GET.get("minutes", "")
    known = {str(length) for length in LENGTHS_IN_MINUTES}
    day = CalendarForm(request.GET).looked_at().day
    return {
        "type": request.GET.get("type", ""),
        "minutes": minutes if minutes in known else str(max(LENGTHS_IN_MINUTES)),
        "zone": CalendarForm(request.GET).looked_at().zone or request.user.time_zone,
        **({"day-0": day} if day is not None else {}),
    }
