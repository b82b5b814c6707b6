"""Changing who comes to a booked session: by customer admins, the delivery team and operations (DOMAIN.md §3)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.form_refusals import show_refusal
from core.refusals import NotAllowed, Refusal
from customers.domain.queries import members_of
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from packages.session_type_texts import TEXTS
from sessions.domain.acts import Act
from sessions.domain.attendee_changes import change_attendees
from sessions.domain.queries import sessions_visible_to
from sessions.forms.attendees import AttendeesForm, GuestFormSet, role_ticks
from sessions.models import Attendee, ConsultingSession
from sessions.views.questions import about, refused_to

OK, CONFLICT, UNPROCESSABLE = 200, 409, 422
BESIDE = {"attendees": "members"}


@requires(Right.SEE_SESSIONS, to=Right.BOOK, of=sessions_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def attendees(request: PortalRequest, pk: int) -> HttpResponse:
    """Who comes: members ticked, guests by name and address. Another row for a guest only shows the page anew."""
    session = get_object_or_404(sessions_visible_to(request.user), pk=pk)
    now = timezone.now()
    refusal = refused_to(request, Act.CHANGE_ATTENDEES, session, now=now)
    is_saved = request.method == "POST" and request.POST.get("act") == "change"
    form, guests = _forms(request, session, is_saved=is_saved)
    if is_saved and refusal is None and form.is_valid() & guests.is_valid():
        try:
            chosen = [*form.chosen_members(), *guests.guests()]
            change_attendees(session=session, attendees=chosen, by=request.user, now=now)
        except NotAllowed as not_allowed:
            raise PermissionDenied(str(not_allowed)) from not_allowed
        except Refusal as refused:
            show_refusal(form, refused, beside=BESIDE)
        else:
            messages.success(request, _("Saved. Whoever was added or taken off is told by e-mail."))
            return redirect("sessions:detail", pk)
    context = {
        **about(request, session),
        "refusal": refusal,
        "form": form,
        "guests": guests,
        "text": TEXTS[session.session_type],
        "nobody_as": form.nobody_as(guests),
    }
    wrong = is_saved and (form.errors or not guests.is_valid())
    status = CONFLICT if refusal else UNPROCESSABLE if wrong else OK
    return render(request, "sessions/session_attendees.html", context, status=status)


def _forms(request: PortalRequest, session: ConsultingSession, *, is_saved: bool) -> tuple[AttendeesForm, GuestFormSet]:
    """What was typed, to be checked or only shown; at first who comes as it stands."""
    customer = session.contract.customer
    members = list(members_of(customer).order_by("name", "email").distinct())
    host = "" if request.user in members else customer.name
    of_form: dict[str, Any] = {"members": members, "session_type": session.session_type, "host": host}
    of_guests: dict[str, Any] = {"session_type": session.session_type, "language": customer.language}
    if is_saved:
        return AttendeesForm(request.POST, **of_form), GuestFormSet(request.POST, **of_guests)
    if request.method == "POST":
        shown = {name: request.POST.getlist(name) for name in ("members", "roles")}
        typed = GuestFormSet(request.POST, **of_guests).typed()
    else:
        known = {person.email.lower(): person.pk for person in members}
        present = {known.get(each.email.lower()): each for each in session.attendees.all()}
        coming = {person: each.roles for person, each in present.items() if person is not None}
        shown = {"members": [str(person) for person in coming], "roles": role_ticks(coming)}
        typed = [_row_of(each) for each in session.attendees.all() if each.email.lower() not in known]
    return AttendeesForm(initial=shown, **of_form), GuestFormSet(typed=typed, **of_guests)


def _row_of(attendee: Attendee) -> dict[str, Any]:
    """A guest as the form has them."""
    row = {"name": attendee.name, "email": attendee.email, "roles": attendee.roles}
    return {**row, "language": attendee.language} if attendee.language else row
