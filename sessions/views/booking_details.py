"""The last screen of booking: people, quote, acceptance, and the POST that books."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property

from customers.domain.queries import members_of
from customers.models import User
from sessions.domain.attendees import roles_so_far
from sessions.domain.booking import book_session, quote_booking
from sessions.domain.overage_requests import attendees_of
from sessions.domain.queries import sessions_visible_to
from sessions.domain.quotes import Quote
from sessions.forms.attendees import GuestFormSet, role_ticks
from sessions.forms.booking import DetailsForm
from sessions.models import ConsultingSession, OverageRequest
from sessions.views.booking_choices import step_links
from sessions.views.last_screen import UNPROCESSABLE, LastScreen

PLAIN_NUMBER = re.compile("[0-9]{1,9}")


@dataclass
class BookingDetails(LastScreen):
    """One request to the page that books."""

    form: DetailsForm = field(init=False)
    guests: GuestFormSet = field(init=False)

    act: ClassVar[str] = "book"
    template: ClassVar[str] = "sessions/book_details.html"
    beside: ClassVar[Mapping[str, str]] = {"attendees": "members", "overage_not_accepted": "accept_overage"}

    def answer(self) -> HttpResponse:
        if self.request.method != "POST":
            self._prepare(*(self._asked_for() or (self._own_ticks(), [])))
            return self.page()
        match self.request.POST.get("act"):
            case "book":
                return self._typed() or self.carry_out(self._book)
            case "ask":
                return self._typed() or self.carry_out(self._ask)
            case "accept-terms":
                self.accept_terms()
        return self._again()

    def quoted(self) -> Quote:
        return quote_booking(
            contract=self.meeting.contract,
            session_type=self.meeting.session_type,
            starts_at=self.starts_at,
            duration_minutes=self.meeting.minutes,
            staff=self.meeting.staff,
            by=self.request.user,
            now=self.now,
        )

    def particulars(self, offer: Quote | None) -> dict[str, Any]:
        return {
            "guests": self.guests,
            "nobody_as": self.form.nobody_as(self.guests),
            "place": self.meeting.staff.staff_profile.video_link,
            "steps": step_links(self.request.GET, self.meeting.contract, meeting=self.meeting),
        }

    def done_before(self) -> HttpResponseRedirect | None:
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
        return to_booked(session) if session is not None else None

    # What is typed is kept in two ways: bound forms say what is wrong with it, unbound ones only show it.

    def _prepare(self, initial: dict[str, Any], guests: list[dict[str, Any]]) -> None:
        self.form = self._details_form(initial=initial)
        self.guests = self._guest_forms(typed=guests)

    def _details_form(self, typed: QueryDict | None = None, **options: Any) -> DetailsForm:
        session_type = self.meeting.session_type
        return DetailsForm(typed, members=self._members, session_type=session_type, host=self._host(), **options)

    def _guest_forms(self, data: QueryDict | None = None, **options: Any) -> GuestFormSet:
        language = self.meeting.contract.customer.language
        return GuestFormSet(data, session_type=self.meeting.session_type, language=language, **options)

    def _typed(self) -> HttpResponse | None:
        """Read what was typed; the page that says what is wrong with it."""
        self.form = self._details_form(self.request.POST)
        self.guests = self._guest_forms(self.request.POST)
        return None if self.form.is_valid() & self.guests.is_valid() else self.page(UNPROCESSABLE)

    def _again(self) -> HttpResponse:
        """Show the page anew with what was typed: another row for a guest, or another time was chosen."""
        self._prepare(
            {
                "members": self.request.POST.getlist("members"),
                "roles": self.request.POST.getlist("roles"),
                "message": self.request.POST.get("message", ""),
            },
            self._guest_forms(self.request.POST).typed(),
        )
        return self.page()

    def _book(self) -> HttpResponse:
        session = book_session(
            contract=self.meeting.contract,
            session_type=self.meeting.session_type,
            starts_at=self.starts_at,
            duration_minutes=self.meeting.minutes,
            staff=self.meeting.staff,
            by=self.request.user,
            now=self.now,
            **self.accepted_details(),
        )
        return to_booked(session)

    def _ask(self) -> HttpResponse:
        """Ask who may go above the customer's cap to book this, with everything that was typed."""
        self.ask_approver(attendees=self.accepted_details()["attendees"], message=self.form.cleaned_data["message"])
        return redirect("sessions:contract", self.meeting.contract.pk)

    def accepted_details(self) -> dict[str, Any]:
        """Who comes, what the staff should know and what is accepted, as the rules take it."""
        typed = self.form.cleaned_data
        return {
            "attendees": [*self.form.chosen_members(), *self.guests.guests()],
            "accept_overage": typed["accept_overage"],
            "sealed_quote": typed["quote"],
            "message": typed["message"],
        }

    def _asked_for(self) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
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
        wanted = attendees_of(asked)
        members = {by_email[each.email.lower()]: each for each in wanted if each.email.lower() in by_email}
        guests = [asdict(each) for each in wanted if each.email.lower() not in by_email]
        roles = role_ticks({person: each.roles for person, each in members.items()})
        return {"members": list(members), "roles": roles, "message": asked.message}, guests

    @cached_property
    def _members(self) -> list[User]:
        return list(members_of(self.meeting.contract.customer).order_by("name", "email").distinct())

    def _host(self) -> str:
        """The customer's name for who books from elsewhere; their own people need no name."""
        contract = self.meeting.contract
        return "" if self.request.user in self._members else contract.customer.name

    def _own_ticks(self) -> dict[str, Any]:
        """Who books comes, as a rule; people have the parts that they had before."""
        own = [self.request.user.pk] if self.request.user in self._members else []
        return {"members": own, "roles": role_ticks(roles_so_far(self.meeting.contract.customer))}


def to_booked(session: ConsultingSession) -> HttpResponseRedirect:
    """The page of a session that was just booked."""
    return redirect(f"{reverse('sessions:detail', args=[session.pk])}?booked=1")
