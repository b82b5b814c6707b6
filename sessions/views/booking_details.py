"""The last screen of booking: people, quote, acceptance, and the POST that books."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.dates import local_day
from core.form_refusals import show_refusal
from core.refusals import InvalidInput, NotAllowed, Refusal
from customers.domain.queries import lead_of, members_of
from customers.domain.roles import is_admin_of
from customers.models import User
from customers.permissions import PortalRequest
from packages.domain.terms import terms_accepted
from sessions.domain.availability import policy
from sessions.domain.booking import Guest, book_session, quote_booking
from sessions.domain.overage_cap import cap_reached
from sessions.domain.overage_requests import ask_approver
from sessions.domain.queries import sessions_visible_to
from sessions.domain.quotes import Quote
from sessions.domain.refusals import OverageNotAccepted
from sessions.forms.booking import DetailsForm, GuestFormSet
from sessions.models import ConsultingSession, OverageRequest
from sessions.views.booking_choices import Meeting, roles_in_words, step_links
from sessions.views.offers import accept_terms_in_place, nearest_times, still_accepts, terms_to_accept, why
from sessions.views.zones import other_zone_of

BESIDE = {"attendees": "members", "overage_not_accepted": "accept_overage"}
OK, CONFLICT, UNPROCESSABLE = 200, 409, 422
PLAIN_NUMBER = re.compile("[0-9]{1,9}")


@dataclass
class BookingDetails:
    """One request to the page. Whatever is refused, the page comes back with everything that was typed."""

    request: PortalRequest
    meeting: Meeting
    starts_at: datetime
    now: datetime
    refusal: Refusal | None = None
    details: DetailsForm = field(init=False)
    guests: GuestFormSet = field(init=False)

    def answer(self) -> HttpResponse:
        if self.request.method != "POST":
            self._prepare(*(self._asked_for() or ({"members": self._own_tick()}, [])))
            return self._page()
        match self.request.POST.get("act"):
            case "book":
                return self._book()
            case "accept-terms":
                return self._accept_terms()
            case "ask":
                return self._ask()
            case _:
                return self._again()

    # What is typed is kept in two ways: bound forms say what is wrong with it, unbound ones only show it.

    def _prepare(self, initial: dict[str, Any], guests: list[dict[str, str]]) -> None:
        self.details = DetailsForm(initial=initial, members=self._members, host=self._host())
        self.guests = GuestFormSet(typed=guests)

    def _again(self) -> HttpResponse:
        """Show the page anew with what was typed: another row for a guest, or another time was chosen."""
        self._prepare(
            {
                "members": self.request.POST.getlist("members"),
                "message": self.request.POST.get("message", ""),
            },
            GuestFormSet(self.request.POST).typed(),
        )
        return self._page()

    def _accept_terms(self) -> HttpResponse:
        self.refusal = accept_terms_in_place(self.request, self.meeting.contract, now=self.now)
        return self._again()

    def _book(self) -> HttpResponse:
        self.details = DetailsForm(self.request.POST, members=self._members, host=self._host())
        self.guests = GuestFormSet(self.request.POST)
        if not (self.details.is_valid() & self.guests.is_valid()):
            return self._page(UNPROCESSABLE)
        try:
            session = book_session(
                contract=self.meeting.contract,
                session_type=self.meeting.session_type,
                starts_at=self.starts_at,
                duration_minutes=self.meeting.minutes,
                staff=self.meeting.staff,
                attendees=self._attendees(),
                accept_overage=self.details.cleaned_data["accept_overage"],
                sealed_quote=self.details.cleaned_data["quote"],
                message=self.details.cleaned_data["message"],
                by=self.request.user,
                now=self.now,
            )
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            return self._booked_before() or self._refused(refusal)
        return _to_booked(session)

    def _ask(self) -> HttpResponse:
        """Ask who may go above the customer's cap to book this, with everything that was typed."""
        self.details = DetailsForm(self.request.POST, members=self._members, host=self._host())
        self.guests = GuestFormSet(self.request.POST)
        if not (self.details.is_valid() & self.guests.is_valid()):
            return self._page(UNPROCESSABLE)
        contract = self.meeting.contract
        try:
            asked = ask_approver(
                contract=contract,
                session_type=self.meeting.session_type,
                starts_at=self.starts_at,
                duration_minutes=self.meeting.minutes,
                staff=self.meeting.staff,
                attendees=self._attendees(),
                message=self.details.cleaned_data["message"],
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
        return redirect("sessions:contract", contract.pk)

    def _asked_for(self) -> tuple[dict[str, Any], list[dict[str, str]]] | None:
        """What a colleague typed who asked for this booking; None where the address names no such request."""
        number = self.request.GET.get("asked", "")
        asked = (
            OverageRequest.objects.filter(contract=self.meeting.contract, session__isnull=True, pk=int(number)).first()
            if PLAIN_NUMBER.fullmatch(number)
            else None
        )
        if asked is None:
            return None
        by_email = {person.email.lower(): person.pk for person in self._members}
        ticked = [by_email[each["email"].lower()] for each in asked.attendees if each["email"].lower() in by_email]
        guests = [each for each in asked.attendees if each["email"].lower() not in by_email]
        return {"members": ticked, "message": asked.message}, guests

    def _refused(self, refusal: Refusal) -> HttpResponse:
        ticked = self.details.cleaned_data["accept_overage"]
        if isinstance(refusal, InvalidInput) or (isinstance(refusal, OverageNotAccepted) and not ticked):
            show_refusal(self.details, refusal, beside=BESIDE)
            return self._page(UNPROCESSABLE)
        self.refusal = refusal
        return self._page(CONFLICT)

    def _booked_before(self) -> HttpResponseRedirect | None:
        """A second click on the same button, or a reload: the session that the first one booked."""
        session = (
            sessions_visible_to(self.request.user)
            .filter(
                contract=self.meeting.contract,
                session_type=self.meeting.session_type,
                starts_at=self.starts_at,
                duration_minutes=self.meeting.minutes,
                staff=self.meeting.staff,
                booked_by=self.request.user,
                status=ConsultingSession.Status.BOOKED,
            )
            .first()
        )
        return _to_booked(session) if session is not None else None

    def _attendees(self) -> list[Guest]:
        members = [Guest(person.name or person.email, person.email) for person in self.details.chosen_members()]
        guests = [Guest(row.cleaned_data["name"], row.cleaned_data["email"]) for row in self.guests if row.cleaned_data]
        return members + guests

    @cached_property
    def _members(self) -> list[User]:
        return list(members_of(self.meeting.contract.customer).order_by("name", "email").distinct())

    def _host(self) -> str:
        """The customer's name for who books from elsewhere; their own people need no name."""
        contract = self.meeting.contract
        return "" if self.request.user in self._members else contract.customer.name

    def _own_tick(self) -> list[int]:
        return [self.request.user.pk] if self.request.user in self._members else []

    def _quote(self) -> Quote | None:
        """The quote as it is now; None where the time cannot be had, with the reason in `refusal`."""
        try:
            return quote_booking(
                contract=self.meeting.contract,
                session_type=self.meeting.session_type,
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
        contract, meeting, reader = self.meeting.contract, self.meeting, self.request.user
        offer = self._quote()
        if offer is None and (again := self._booked_before()) is not None:
            return again
        zone = meeting.zone or reader.time_zone
        is_admin = is_admin_of(reader, contract.customer_id)
        needs_terms = offer is not None and offer.costs and not terms_accepted(contract)
        cap = None
        if offer is not None and offer.costs and is_admin and not offer.unpriced:
            cap = cap_reached(contract, offer.asked_for, by=reader)
        rules = policy()
        context = {
            "contract": contract,
            "customer": contract.customer,
            "meeting": meeting,
            "starts_at": self.starts_at,
            "zone": zone,
            "other_zone": other_zone_of(reader, customer_zone=contract.time_zone, staff_zone=meeting.staff.time_zone),
            "staff_roles": ", ".join(roles_in_words(meeting.staff)),
            "place": meeting.staff.staff_profile.video_link,
            "back": meeting.address_of_times(day=local_day(self.starts_at, zone).isoformat()),
            "form": self.details,
            "guests": self.guests,
            "accepted": offer is not None and still_accepts(self.request, "book", offer),
            "quote": offer,
            "reasons": why(offer, meeting, self.starts_at) if offer is not None else [],
            "terms": terms_to_accept(contract) if needs_terms else None,
            "may_accept": is_admin,
            "cap": cap,
            "can_book": offer is not None
            and not (offer.costs and (not is_admin or needs_terms or offer.unpriced or cap is not None)),
            "refusal": self.refusal,
            "nearest": nearest_times(self.refusal, meeting),
            "policy": rules,
            "cutoff": self.starts_at - timedelta(hours=rules.change_cutoff_hours),
            "lead": lead_of(contract.customer),
            "steps": step_links(self.request.GET, contract, meeting=meeting),
        }
        if status == OK and self.refusal is not None:
            status = CONFLICT
        return render(self.request, "sessions/book_details.html", context, status=status)


def _to_booked(session: ConsultingSession) -> HttpResponseRedirect:
    return redirect(f"{reverse('sessions:detail', args=[session.pk])}?booked=1")
