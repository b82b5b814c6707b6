"""Planning a review, and moving it: people, day and time, then who comes, then the POST (DOMAIN.md §7, §8)."""

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.dates import local_day
from core.form_refusals import show_refusal
from core.refusals import InvalidInput, NotAllowed, Refusal
from customers.domain.queries import members_of, primary_contact_of
from customers.domain.roles import Right, is_admin_of
from customers.permissions import PortalRequest, requires
from packages.session_types import LENGTHS_IN_MINUTES
from reviews.domain.acts import Act
from reviews.domain.planning import cancel_review, move_review, plan_review
from reviews.domain.queries import reviews_visible_to
from reviews.domain.standings import days_open
from reviews.forms import CancelForm, MoveForm, PlanForm
from reviews.models import Review
from reviews.views.choices import ReviewMeeting, meeting_of, people_to_choose
from reviews.views.questions import CONFLICT, OK, UNPROCESSABLE, about, refused_to, review_for
from sessions.forms.booking import StartForm
from sessions.views.offers import nearest_times
from sessions.views.time_choice import context_of_times


@requires(Right.SEE_SESSIONS, to=Right.BOOK, of=reviews_visible_to)
@require_safe
def plan(request: PortalRequest, pk: int) -> HttpResponse:
    """First screen: who comes of Oura, how long, and the times at which all of them are free."""
    review, now = review_for(request, pk), timezone.now()
    refusal = refused_to(request, _act(review), review, now=now)
    context = {**about(request, review, now=now), "moves": _act(review) is Act.MOVE, "refusal": refusal}
    meeting = meeting_of(request, review)
    if refusal is not None or meeting is None:
        return render(request, "reviews/plan.html", context, status=CONFLICT)
    return render(
        request,
        "reviews/plan.html",
        {
            **context_of_times(request, meeting, now=now),
            **context,
            "zone": meeting.zone or request.user.time_zone,
            "people": people_to_choose(meeting),
            "lengths": LENGTHS_IN_MINUTES,
            "subjects": Review.Subject.choices,
            "days_open": days_open(review, now=now),
        },
    )


@requires(Right.SEE_SESSIONS, to=Right.BOOK, of=reviews_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_confirm(request: PortalRequest, pk: int) -> HttpResponse:
    """Second screen: the time once more, who comes of the customer's side, what everybody hears."""
    review, now = review_for(request, pk), timezone.now()
    first_screen = f"{reverse('reviews:plan', args=[review.pk])}?{request.GET.urlencode()}"
    if refused_to(request, _act(review), review, now=now) is not None:
        return redirect(first_screen)
    meeting = meeting_of(request, review)
    if meeting is None:
        return redirect(first_screen)
    starts_at = StartForm(request.GET, zone=meeting.zone or request.user.time_zone).starts_at()
    if starts_at is None:
        return redirect(first_screen)
    return _Confirmation(request, review, meeting, starts_at, now=now).answer()


@dataclass
class _Confirmation:
    """One request to the second screen. Whatever is refused, it comes back with everything that was typed."""

    request: PortalRequest
    review: Review
    meeting: ReviewMeeting
    starts_at: datetime
    now: datetime
    refusal: Refusal | None = None
    form: PlanForm | MoveForm = field(init=False)

    @property
    def _moves(self) -> bool:
        return _act(self.review) is Act.MOVE

    def answer(self) -> HttpResponse:
        act = self.request.POST.get("act") if self.request.method == "POST" else None
        self.form = self._form()
        if act not in {"plan", "move"}:
            return self._page()
        if not self.form.is_valid():
            return self._page(UNPROCESSABLE)
        try:
            self._write()
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except InvalidInput as refusal:
            show_refusal(self.form, refusal)
            return self._page(UNPROCESSABLE)
        except Refusal as refusal:
            self.refusal = refusal
            return self._page(CONFLICT)
        return self._to_review()

    def _form(self) -> PlanForm | MoveForm:
        sent = self.request.POST if self.request.method == "POST" else None
        if self._moves:
            return MoveForm(sent)
        customer = self.review.contract.customer
        members = list(members_of(customer).order_by("name", "pk"))
        contact = primary_contact_of(customer)
        usual = {contact, self.request.user if is_admin_of(self.request.user, customer.pk) else None}
        return PlanForm(
            sent,
            members=members,
            initial={"members": [person.pk for person in members if person in usual]},
        )

    def _write(self) -> None:
        if isinstance(self.form, PlanForm):
            plan_review(
                review=self.review,
                starts_at=self.starts_at,
                duration_minutes=self.meeting.minutes,
                staff=self.meeting.people,
                subject=self.meeting.subject,
                attendees=self.form.attendees(),
                agenda=self.form.cleaned_data["agenda"],
                by=self.request.user,
                now=self.now,
            )
        else:
            move_review(
                review=self.review,
                starts_at=self.starts_at,
                duration_minutes=self.meeting.minutes,
                staff=self.meeting.people,
                reason=self.form.cleaned_data["reason"],
                by=self.request.user,
                now=self.now,
            )

    def _to_review(self) -> HttpResponseRedirect:
        return redirect(f"{reverse('reviews:detail', args=[self.review.pk])}?planned=1")

    def _page(self, status: int = OK) -> HttpResponse:
        zone = self.meeting.zone or self.request.user.time_zone
        context = {
            **about(self.request, self.review, now=self.now),
            "meeting": self.meeting,
            "moves": self._moves,
            "starts_at": self.starts_at,
            "zone": zone,
            "back": self.meeting.address_of_times(day=local_day(self.starts_at, zone).isoformat()),
            "form": self.form,
            "refusal": self.refusal,
            "nearest": nearest_times(self.refusal, self.meeting),
        }
        return render(self.request, "reviews/plan_confirm.html", context, status=status)


@requires(Right.SEE_SESSIONS, to=Right.BOOK, of=reviews_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: PortalRequest, pk: int) -> HttpResponse:
    """Ask before a review is cancelled, saying what it does, then cancel it."""
    review, now = review_for(request, pk), timezone.now()
    refusal = refused_to(request, Act.CANCEL, review, now=now)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and refusal is None and form.is_valid():
        try:
            cancel_review(review=review, by=request.user, reason=form.cleaned_data["reason"], now=now)
        except NotAllowed as not_allowed:
            raise PermissionDenied(str(not_allowed)) from not_allowed
        except Refusal as refused:
            refusal = refused
        else:
            messages.success(request, _("The review is cancelled. Everyone who was invited is told by e-mail."))
            return redirect("reviews:detail", review.pk)
    context = {**about(request, review, now=now), "form": form, "refusal": refusal}
    status = CONFLICT if refusal else UNPROCESSABLE if form.errors else OK
    return render(request, "reviews/cancel.html", context, status=status)


def _act(review: Review) -> Act:
    """What the two screens do: they move what is planned already."""
    return Act.PLAN if review.status == Review.Status.DUE else Act.MOVE
