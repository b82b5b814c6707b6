"""Moving a session: a new time in the calendar, then what it means, then the POST (DOMAIN.md §7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from customers.domain.roles import Right, is_staff
from customers.permissions import PortalRequest, requires
from packages.session_types import LENGTHS_IN_MINUTES, RULES
from sessions.domain.acts import Act
from sessions.domain.changes import MoveOffer, move_session, quote_move
from sessions.domain.cover import bookable_people
from sessions.domain.queries import sessions_visible_to
from sessions.domain.quotes import Quote
from sessions.forms.booking import MeetingForm, StartForm
from sessions.forms.changes import MoveForm
from sessions.models import ConsultingSession
from sessions.views.booking_choices import Meeting
from sessions.views.last_screen import CONFLICT, UNPROCESSABLE, LastScreen
from sessions.views.questions import about, refused_to
from sessions.views.time_choice import context_of_times, zone_asked_for


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
    return MoveConfirmation(request, meeting, starts_at, now, session).answer()


@dataclass
class MoveConfirmation(LastScreen):
    """One request to the page that moves a session."""

    session: ConsultingSession
    form: MoveForm = field(init=False)
    offer: MoveOffer | None = field(default=None, init=False)

    act: ClassVar[str] = "move"
    template: ClassVar[str] = "sessions/session_move_confirm.html"
    beside: ClassVar[Mapping[str, str]] = {"overage_not_accepted": "accept_overage"}

    def answer(self) -> HttpResponse:
        if self.request.method != "POST":
            return self._again() if not self._is_done() else redirect("sessions:detail", self.session.pk)
        if self._is_done():
            return self._to_session()
        match self.request.POST.get("act"):
            case "move":
                return self._typed() or self.carry_out(self._move)
            case "ask":
                return self._typed() or self.carry_out(self._ask)
            case "accept-terms":
                self.accept_terms()
        return self._again()

    def quoted(self) -> Quote:
        self.offer = quote_move(
            session=self.session,
            starts_at=self.starts_at,
            duration_minutes=self.meeting.minutes,
            staff=self.meeting.staff,
            by=self.request.user,
            now=self.now,
        )
        return self.offer.quote

    def must_be_accepted(self, offer: Quote) -> bool:
        return self.offer is not None and self.offer.must_be_accepted

    def particulars(self, offer: Quote | None) -> dict[str, Any]:
        return {
            "session": self.session,
            "changes_hands": self.meeting.staff.pk != self.session.staff_id,
            "offer": self.offer,
            "by_staff": is_staff(self.request.user),
        }

    def done_before(self) -> HttpResponse | None:
        """A second click, or a reload: the session as the first one moved it."""
        self.session = sessions_visible_to(self.request.user).get(pk=self.session.pk)
        return self._to_session() if self._is_done() else None

    def _again(self) -> HttpResponse:
        self.form = MoveForm(initial={"reason": self.request.POST.get("reason", "")})
        return self.page()

    def _typed(self) -> HttpResponse | None:
        """Read what was typed; the page that says what is wrong with it."""
        self.form = MoveForm(self.request.POST)
        return None if self.form.is_valid() else self.page(UNPROCESSABLE)

    def _move(self) -> HttpResponse:
        move_session(
            session=sessions_visible_to(self.request.user).get(pk=self.session.pk),
            starts_at=self.starts_at,
            duration_minutes=self.meeting.minutes,
            staff=self.meeting.staff,
            accept_overage=self.form.cleaned_data["accept_overage"],
            sealed_quote=self.form.cleaned_data["quote"],
            reason=self.form.cleaned_data["reason"],
            by=self.request.user,
            now=self.now,
        )
        return self._to_session()

    def _ask(self) -> HttpResponse:
        """Ask who may go above the customer's cap to move the session there."""
        self.ask_approver(message=self.form.cleaned_data["reason"])
        return redirect("sessions:detail", self.session.pk)

    def _is_done(self) -> bool:
        """Whether the session stands there already."""
        session = self.session
        return (session.starts_at, session.duration_minutes, session.staff_id) == (
            self.starts_at,
            self.meeting.minutes,
            self.meeting.staff.pk,
        )

    def _to_session(self) -> HttpResponseRedirect:
        return redirect(f"{reverse('sessions:detail', args=[self.session.pk])}?moved=1")


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
