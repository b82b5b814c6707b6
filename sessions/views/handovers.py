"""Handing sessions to colleagues, and changing where one takes place: by the delivery team and operations."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.form_refusals import show_refusal
from core.refusals import NotAllowed, Refusal
from customers.domain.queries import customers_visible_to
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from sessions.domain.acts import Act
from sessions.domain.changes import reassign_session
from sessions.domain.handovers import (
    colleagues_for,
    coming_sessions_of,
    hand_over,
    people_who_deliver,
    preview_handover,
)
from sessions.domain.places import change_place_of
from sessions.domain.queries import sessions_visible_to
from sessions.forms.changes import ColleagueForm, HandoverChoiceForm, HandoverForm, PlaceForm
from sessions.views.questions import about, refused_to

OK, CONFLICT, UNPROCESSABLE = 200, 409, 422


@requires(Right.SEE_STAFF_AREA, to=Right.BOOK, of=sessions_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def reassign(request: PortalRequest, pk: int) -> HttpResponse:
    """Hand one session to a colleague at the same time."""
    now = timezone.now()
    session = get_object_or_404(sessions_visible_to(request.user), pk=pk)
    refusal = refused_to(request, Act.REASSIGN, session, now=now)
    colleagues = colleagues_for(session, now=now) if refusal is None else []
    form = ColleagueForm(
        request.POST if request.method == "POST" else None, people=[each.person for each in colleagues]
    )
    if request.method == "POST" and refusal is None and form.is_valid():
        try:
            reassign_session(session=session, by=request.user, now=now, **form.cleaned_data)
        except NotAllowed as not_allowed:
            raise PermissionDenied(str(not_allowed)) from not_allowed
        except Refusal as refused:
            session = sessions_visible_to(request.user).get(pk=pk)
            show_refusal(form, refused)
        else:
            messages.success(
                request,
                _("The session is with %(name)s now. Everybody who takes part is told by e-mail.")
                % {"name": session.staff},
            )
            return redirect("sessions:detail", pk)
    context = {
        **about(request, session),
        "form": form,
        "refusal": refusal,
        "colleagues": colleagues,
        "chosen": request.POST.get("to", ""),
    }
    status = CONFLICT if refusal else UNPROCESSABLE if form.errors else OK
    return render(request, "sessions/session_reassign.html", context, status=status)


@requires(Right.SEE_STAFF_AREA, to=Right.BOOK, of=sessions_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: PortalRequest, pk: int) -> HttpResponse:
    """Give one session another video link or address."""
    now = timezone.now()
    session = get_object_or_404(sessions_visible_to(request.user), pk=pk)
    refusal = refused_to(request, Act.CHANGE_PLACE, session, now=now)
    form = PlaceForm(request.POST if request.method == "POST" else None, initial={"place": session.place})
    if request.method == "POST" and refusal is None and form.is_valid():
        try:
            change_place_of(session=session, place=form.cleaned_data["place"], by=request.user, now=now)
        except NotAllowed as not_allowed:
            raise PermissionDenied(str(not_allowed)) from not_allowed
        except Refusal as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The place is changed. Everybody who takes part is told by e-mail."))
            return redirect("sessions:detail", pk)
    context = {**about(request, session), "form": form, "refusal": refusal}
    status = CONFLICT if refusal else UNPROCESSABLE if form.errors else OK
    return render(request, "sessions/session_place.html", context, status=status)


@requires(Right.SEE_STAFF_AREA, to=Right.BOOK)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over_sessions(request: PortalRequest) -> HttpResponse:
    """Hand the coming sessions of somebody to a colleague: shown first, with what collides."""
    now = timezone.now()
    people = list(people_who_deliver())
    asked = {"staff": str(request.user.pk), **request.GET.dict()}
    choice = HandoverChoiceForm(
        asked if "to" in asked else None,
        people=people,
        customers=list(customers_visible_to(request.user).order_by("name", "pk")),
        initial=asked,
    )
    context: dict[str, Any] = {"choice": choice, "zone": request.user.time_zone}
    if not choice.is_valid():
        status = UNPROCESSABLE if choice.is_bound else OK
        return render(request, "sessions/handover.html", context, status=status)
    chosen = choice.cleaned_data
    sessions = coming_sessions_of(chosen["staff"], by=request.user, now=now, customer=chosen["customer"])
    rows = preview_handover(sessions, to=chosen["to"])
    form = HandoverForm(request.POST if request.method == "POST" else None, sessions=sessions)
    if request.method == "POST" and form.is_valid():
        try:
            handed = hand_over(to=chosen["to"], by=request.user, now=now, **form.cleaned_data)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                ngettext(
                    "%(count)s session is with %(name)s now. Everybody who takes part is told by e-mail.",
                    "%(count)s sessions are with %(name)s now. Everybody who takes part is told by e-mail.",
                    len(handed),
                )
                % {"count": len(handed), "name": chosen["to"]},
            )
            return redirect(f"{reverse('sessions:hand-over')}?staff={chosen['staff'].pk}")
    context |= {
        "form": form,
        "rows": rows,
        "from_person": chosen["staff"],
        "to_person": chosen["to"],
        "possible": sum(row.is_possible for row in rows),
        "ticked": _ticked(request, rows),
    }
    return render(request, "sessions/handover.html", context, status=UNPROCESSABLE if form.errors else OK)


def _ticked(request: PortalRequest, rows: list[Any]) -> list[int]:
    """What stays ticked: what was sent, before that everything that can be handed over."""
    if request.method == "POST":
        sent = set(request.POST.getlist("sessions"))
        return [row.session.pk for row in rows if str(row.session.pk) in sent]
    return [row.session.pk for row in rows if row.is_possible]
