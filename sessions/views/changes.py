"""Moving a session: a new time in the calendar, then what it means, then the POST (DOMAIN.md §7)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.dates import local_day
from core.form_refusals import show_refusal
from core.refusals import InvalidInput, NotAllowed, Refusal
from customers.domain.roles import Right, is_admin_of, is_staff
from customers.permissions import PortalRequest, requires
from packages.domain.terms import terms_accepted
from packages.session_types import LENGTHS_IN_MINUTES, RULES
from sessions.domain.acts import Act
from sessions.domain.availability import policy
from sessions.domain.changes import MoveOffer, move_session, quote_move
from sessions.domain.cover import bookable_people
from sessions.domain.overage_cap import cap_reached
from sessions.domain.overage_requests import ask_approver
from sessions.domain.queries import sessions_visible_to
from sessions.domain.refusals import OverageNotAccepted
from sessions.forms.booking import MeetingForm, StartForm
from sessions.forms.changes import MoveForm
from sessions.models import ConsultingSession
from sessions.views.booking_choices import Meeting, roles_in_words
from sessions.views.offers import accept_terms_in_place, nearest_times, still_accepts, terms_to_accept, why
from sessions.views.questions import about, refused_to
from sessions.views.time_choice import context_of_times, zone_asked_for

OK, CONFLICT, UNPROCESSABLE = 200, 409, 422
BESIDE = {"overage_not_accepted": "accept_overage"}


@requires(Right.SEE_SESSIONS, to=Right.BOOK, of=sessions_visible_to)
@require_safe
def move(request: PortalRequest, pk: int) -> HttpResponse:
    """First screen: the free times for the session, with the same person and length unless others are chosen."""
    session = get_object_or_404(sessions_visible_to(request.user), pk=pk)
    now = timezone.now()
    context = about(request, session)
    refusal = refused_to(request, Act.MOVE, session, now=now)
    if refusal is not None:
        return render(request, "sessions/session_move.html", {**context, "refusal": refusal}, status=CONFLICT)
    form = _choices(request, session)
    meeting = _meeting(request, session, form)
    if meeting is None:
        return render(request, "sessions/session_move.html", {**context, "form": form}, status=UNPROCESSABLE)
    longest = RULES[session.session_type].longest_minutes
    return render(
        request,
        "sessions/session_move.html",
        {
            **context,
            **context_of_times(request, meeting, now=now),
            "form": form,
            "team": bookable_people(session.contract, now=timezone.now()),
            "lengths": [minutes for minutes in LENGTHS_IN_MINUTES if minutes <= longest],
        },
    )


@requires(Right.SEE_SESSIONS, to=Right.BOOK, of=sessions_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def move_confirm(request: PortalRequest, pk: int) -> HttpResponse:
    """Second screen: old and new place, what it draws, what everybody hears; then the move itself."""
    session = get_object_or_404(sessions_visible_to(request.user), pk=pk)
    now = timezone.now()
    first_screen = f"{reverse('sessions:move', args=[session.pk])}?{request.GET.urlencode()}"
    if refused_to(request, Act.MOVE, session, now=now) is not None:
        return redirect(first_screen)
    meeting = _meeting(request, session, _choices(request, session))
    if meeting is None:
        return redirect(first_screen)
    starts_at = StartForm(request.GET, zone=meeting.zone or request.user.time_zone).starts_at()
    if starts_at is None:
        return redirect(first_screen)
    return MoveConfirmation(request, session, meeting, starts_at, now=now).answer()


@dataclass
class MoveConfirmation:
    """One request to the page. Whatever is refused, it comes back with everything that was typed."""

    request: PortalRequest
    session: ConsultingSession
    meeting: Meeting
    starts_at: datetime
    now: datetime
    refusal: Refusal | None = None
    form: MoveForm = field(init=False)

    def answer(self) -> HttpResponse:
        if self._is_done():
            return self._to_session() if self.request.method == "POST" else redirect("sessions:detail", self.session.pk)
        match self.request.POST.get("act") if self.request.method == "POST" else None:
            case "move":
                return self._move()
            case "accept-terms":
                self.refusal = accept_terms_in_place(self.request, self.session.contract, now=self.now)
            case "ask":
                return self._ask()
        self.form = MoveForm(initial={"reason": self.request.POST.get("reason", "")})
        return self._page()

    def _move(self) -> HttpResponse:
        self.form = MoveForm(self.request.POST)
        if not self.form.is_valid():
            return self._page(UNPROCESSABLE)
        try:
            move_session(
                session=self._read_anew(),
                starts_at=self.starts_at,
                duration_minutes=self.meeting.minutes,
                staff=self.meeting.staff,
                accept_overage=self.form.cleaned_data["accept_overage"],
                sealed_quote=self.form.cleaned_data["quote"],
                reason=self.form.cleaned_data["reason"],
                by=self.request.user,
                now=self.now,
            )
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            self.session = self._read_anew()
            return self._to_session() if self._is_done() else self._refused(refusal)
        return self._to_session()

    def _ask(self) -> HttpResponse:
        """Ask who may go above the customer's cap to move the session there."""
        self.form = MoveForm(self.request.POST)
        if not self.form.is_valid():
            return self._page(UNPROCESSABLE)
        try:
            asked = ask_approver(
                contract=self.session.contract,
                session_type=self.session.session_type,
                starts_at=self.starts_at,
                duration_minutes=self.meeting.minutes,
                staff=self.meeting.staff,
                message=self.form.cleaned_data["reason"],
                moves=self.session,
                by=self.request.user,
                now=self.now,
            )
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            return self._refused(refusal)
        messages.success(
            self.request, _("%(name)s was asked by mail. The time is not kept.") % {"name": asked.approver}
        )
        return redirect("sessions:detail", self.session.pk)

    def _refused(self, refusal: Refusal) -> HttpResponse:
        ticked = self.form.cleaned_data["accept_overage"]
        if isinstance(refusal, InvalidInput) or (isinstance(refusal, OverageNotAccepted) and not ticked):
            show_refusal(self.form, refusal, beside=BESIDE)
            return self._page(UNPROCESSABLE)
        self.refusal = refusal
        return self._page(CONFLICT)

    def _read_anew(self) -> ConsultingSession:
        return sessions_visible_to(self.request.user).get(pk=self.session.pk)

    def _is_done(self) -> bool:
        """Whether the session stands there already: a second click, or a reload."""
        session = self.session
        return (session.starts_at, session.duration_minutes, session.staff_id) == (
            self.starts_at,
            self.meeting.minutes,
            self.meeting.staff.pk,
        )

    def _to_session(self) -> HttpResponseRedirect:
        return redirect(f"{reverse('sessions:detail', args=[self.session.pk])}?moved=1")

    def _offer(self) -> MoveOffer | None:
        """The quote as it is now; None where the time cannot be had, with the reason in `refusal`."""
        try:
            return quote_move(
                session=self.session,
                starts_at=self.starts_at,
                duration_minutes=self.meeting.minutes,
                staff=self.meeting.staff,
                by=self.request.user,
                now=self.now,
            )
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            self.refusal = self.refusal or refusal
            return None

    def _page(self, status: int = OK) -> HttpResponse:
        session, meeting, contract = self.session, self.meeting, self.session.contract
        offer, rules = self._offer(), policy()
        zone = meeting.zone or self.request.user.time_zone
        is_admin = is_admin_of(self.request.user, contract.customer_id)
        must_accept = offer is not None and offer.must_be_accepted
        needs_terms = must_accept and not terms_accepted(contract)
        unpriced = offer is not None and offer.quote.unpriced
        cap = None
        if offer is not None and offer.quote.costs and not unpriced:
            cap = cap_reached(contract, offer.quote.asked_for, by=self.request.user, without=session)
        context = {
            **about(self.request, session),
            "meeting": meeting,
            "starts_at": self.starts_at,
            "zone": zone,
            "staff_roles": ", ".join(roles_in_words(meeting.staff)),
            "changes_hands": meeting.staff.pk != session.staff_id,
            "back": meeting.address_of_times(day=local_day(self.starts_at, zone).isoformat()),
            "form": self.form,
            "offer": offer,
            "quote": offer.quote if offer is not None else None,
            "reasons": why(offer.quote, meeting, self.starts_at) if offer is not None else [],
            "accepted": offer is not None and still_accepts(self.request, "move", offer.quote),
            "terms": terms_to_accept(contract) if needs_terms else None,
            "may_accept": is_admin,
            "cap": cap,
            "can_move": offer is not None
            and cap is None
            and not (must_accept and (not is_admin or needs_terms or unpriced)),
            "refusal": self.refusal,
            "nearest": nearest_times(self.refusal, meeting),
            "by_staff": is_staff(self.request.user),
            "cutoff_hours": rules.change_cutoff_hours,
            "new_cutoff": self.starts_at - timedelta(hours=rules.change_cutoff_hours),
        }
        if status == OK and self.refusal is not None:
            status = CONFLICT
        return render(self.request, "sessions/session_move_confirm.html", context, status=status)


def _choices(request: PortalRequest, session: ConsultingSession) -> MeetingForm:
    """Length and person as the address says; without, those of the session, or the first of the team."""
    team = bookable_people(session.contract, now=timezone.now())
    stays = session.staff in team or not team
    chosen = {
        "type": session.session_type,
        "minutes": request.GET.get("minutes", str(session.duration_minutes)),
        "staff": request.GET.get("staff", str(session.staff_id if stays else team[0].pk)),
    }
    return MeetingForm(chosen, contract=session.contract, team=team)


def _meeting(request: PortalRequest, session: ConsultingSession, form: MeetingForm) -> Meeting | None:
    meeting = Meeting.of(form, contract=session.contract, zone=zone_asked_for(request))
    return meeting.moving(session) if meeting is not None else None
