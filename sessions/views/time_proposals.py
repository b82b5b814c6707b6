"""Proposing a time on a request, and confirming it (DOMAIN.md §7)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.form_refusals import show_refusal
from core.refusals import InvalidInput, NotAllowed, Refusal
from customers.domain.roles import Right
from customers.models import User
from customers.permissions import PortalRequest, requires
from sessions.domain.cover import bookable_people
from sessions.domain.queries import time_requests_visible_to
from sessions.domain.quotes import Quote
from sessions.domain.time_proposals import confirm_proposal, held_until, propose_time, quote_proposal
from sessions.domain.time_requests import Act, check_act
from sessions.forms.booking import MeetingForm, StartForm
from sessions.forms.time_requests import ProposalForm
from sessions.models import TimeRequest
from sessions.views.booking_choices import Meeting
from sessions.views.booking_details import BookingDetails, to_booked
from sessions.views.offers import nearest_times
from sessions.views.time_choice import context_of_times, zone_asked_for
from sessions.views.time_requests import about_request

OK, CONFLICT, UNPROCESSABLE = 200, 409, 422


@requires(Right.SEE_STAFF_AREA, to=Right.BOOK, of=time_requests_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: PortalRequest, pk: int) -> HttpResponse:
    """Choose a time in somebody's diary, then propose it: the diary holds it until the customer decides."""
    asked = _asked(request, pk)
    now = timezone.now()
    context = about_request(request, asked)
    try:
        check_act(Act.PROPOSE, asked, by=request.user)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Refusal:
        return redirect("sessions:time-request", asked.pk)
    team = bookable_people(asked.contract, now=now)
    meeting = _meeting(request, asked, team)
    if meeting is None:
        return render(request, "sessions/time_request_propose.html", context, status=UNPROCESSABLE)
    context |= {"meeting": meeting, "team": team}
    starts_at = StartForm(request.GET, zone=meeting.zone or request.user.time_zone).starts_at()
    if starts_at is None:
        context |= context_of_times(request, meeting, now=now)
        return render(request, "sessions/time_request_propose.html", context)
    return _propose_at(request, asked, meeting, starts_at, context, now)


def _propose_at(
    request: PortalRequest,
    asked: TimeRequest,
    meeting: Meeting,
    starts_at: datetime,
    context: dict[str, Any],
    now: datetime,
) -> HttpResponse:
    form = ProposalForm(request.POST if request.method == "POST" else None)
    refusal: Refusal | None = None
    if form.is_valid():
        try:
            propose_time(
                asked=asked,
                staff=meeting.staff,
                starts_at=starts_at,
                message=form.cleaned_data["message"],
                by=request.user,
                now=now,
            )
        except NotAllowed as not_allowed:
            raise PermissionDenied(str(not_allowed)) from not_allowed
        except InvalidInput as invalid:
            show_refusal(form, invalid)
        except Refusal as refused:
            refusal = refused
        else:
            name = asked.asked_by
            messages.success(request, _("The time is proposed and kept. %(name)s is told by mail.") % {"name": name})
            return redirect("sessions:time-request", asked.pk)
    context |= {
        "starts_at": starts_at,
        "zone": meeting.zone or request.user.time_zone,
        "other_zone": asked.contract.time_zone,
        "form": form,
        "refusal": refusal,
        "nearest": nearest_times(refusal, meeting),
        "held_until": held_until(starts_at, contract=asked.contract, now=now),
        "back": meeting.address_of_times(),
    }
    status = CONFLICT if refusal else UNPROCESSABLE if form.errors else OK
    return render(request, "sessions/time_request_propose_confirm.html", context, status=status)


@requires(Right.SEE_CONTRACTS, to=Right.BOOK, of=time_requests_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: PortalRequest, pk: int) -> HttpResponse:
    """The last screen of booking, for the time that was proposed."""
    asked = _asked(request, pk)
    try:
        check_act(Act.CONFIRM, asked, by=request.user)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Refusal:
        if asked.session is not None and request.method == "POST":
            return to_booked(asked.session)
        return redirect("sessions:time-request", asked.pk)
    assert asked.staff is not None
    assert asked.starts_at is not None
    meeting = Meeting(
        asked.contract, asked.session_type, asked.duration_minutes, asked.staff, zone_asked_for(request), answers=asked
    )
    return ProposalDetails(request, meeting, asked.starts_at, timezone.now(), asked).answer()


@dataclass
class ProposalDetails(BookingDetails):
    """The page that books what was proposed: its place is held, everything else goes by the rules of booking."""

    asked: TimeRequest

    template: ClassVar[str] = "sessions/book_details.html"

    def quoted(self) -> Quote:
        return quote_proposal(asked=self.asked, by=self.request.user, now=self.now)

    def particulars(self, offer: Quote | None) -> dict[str, Any]:
        page = reverse("sessions:time-request", args=[self.asked.pk])
        return {**super().particulars(offer), "asked": self.asked, "steps": [], "back": page}

    def done_before(self) -> None:
        """Once it is confirmed, `confirm` itself leads on."""

    def _book(self) -> HttpResponse:
        session = confirm_proposal(
            asked=self.asked,
            starts_at=self.starts_at,
            by=self.request.user,
            now=self.now,
            **self.accepted_details(),
        )
        return to_booked(session)


def _asked(request: PortalRequest, pk: int) -> TimeRequest:
    visible = time_requests_visible_to(request.user).select_related("contract__terms").prefetch_related("wishes")
    found: TimeRequest = get_object_or_404(visible, pk=pk)
    return found


def _meeting(request: PortalRequest, asked: TimeRequest, team: list[User]) -> Meeting | None:
    """The person as the address says; without, whoever answers if they deliver, else the first of the team."""
    first = request.user if request.user in team else team[0] if team else None
    chosen = {
        "type": asked.session_type,
        "minutes": str(asked.duration_minutes),
        "staff": request.GET.get("staff", str(first.pk) if first is not None else ""),
    }
    form = MeetingForm(chosen, contract=asked.contract, team=team)
    meeting = Meeting.of(form, contract=asked.contract, zone=zone_asked_for(request))
    return meeting.answering(asked) if meeting is not None else None
