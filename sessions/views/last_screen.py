"""The last screen before something is booked or moved: its quote, what is accepted, and the page that comes back.

Booking, confirming a proposed time and moving are one page each; what they share stands here (DOMAIN.md §7).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.dates import local_day
from core.form_refusals import show_refusal
from core.refusals import InvalidInput, NotAllowed, Refusal
from customers.domain.queries import lead_of
from customers.domain.roles import is_admin_of
from customers.permissions import PortalRequest
from packages.domain.terms import terms_accepted
from sessions.domain.availability import policy
from sessions.domain.overage_cap import CapReached, cap_reached
from sessions.domain.overage_requests import ask_approver
from sessions.domain.quotes import Quote
from sessions.domain.refusals import OverageNotAccepted
from sessions.models import ConsultingSession
from sessions.views.booking_choices import Meeting, roles_in_words
from sessions.views.offers import accept_terms_in_place, nearest_times, still_accepts, terms_to_accept, why
from sessions.views.zones import other_zone_of

OK, CONFLICT, UNPROCESSABLE = 200, 409, 422


@dataclass
class LastScreen(ABC):
    """One request to such a page. Whatever is refused, the page comes back with everything that was typed."""

    request: PortalRequest
    meeting: Meeting
    starts_at: datetime
    now: datetime
    refusal: Refusal | None = field(default=None, init=False)
    form: forms.Form = field(init=False)

    act: ClassVar[str]
    """What the main button sends."""
    template: ClassVar[str]
    beside: ClassVar[Mapping[str, str]]
    """The form's field for what a refusal is about, where it is named otherwise."""

    @abstractmethod
    def quoted(self) -> Quote:
        """The quote as it is now, or the refusal of the rule."""

    @abstractmethod
    def particulars(self, offer: Quote | None) -> dict[str, Any]:
        """What this page shows besides."""

    @property
    def moved(self) -> ConsultingSession | None:
        """The session that would be moved, where none is booked."""
        return self.meeting.moves

    def must_be_accepted(self, offer: Quote) -> bool:
        """Whether the overage of `offer` has to be accepted."""
        return offer.costs

    def done_before(self) -> HttpResponse | None:
        """The answer to a second click, or a reload, once it is done; None where it is not."""
        return None

    def accept_terms(self) -> None:
        """Accept the terms in place; the page shows the refusal, if there is one."""
        self.refusal = accept_terms_in_place(self.request, self.meeting.contract, now=self.now)

    def carry_out(self, act: Callable[[], HttpResponse]) -> HttpResponse:
        """Do `act`, or show its refusal on the page; the form is bound and valid."""
        try:
            return act()
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            return self.done_before() or self._refused(refusal)

    def ask_approver(self, **typed: Any) -> None:
        """Ask who may go above the customer's cap, with what was `typed`."""
        asked = ask_approver(
            contract=self.meeting.contract,
            session_type=self.meeting.session_type,
            starts_at=self.starts_at,
            duration_minutes=self.meeting.minutes,
            staff=self.meeting.staff,
            moves=self.moved,
            by=self.request.user,
            now=self.now,
            **typed,
        )
        said = (
            _("%(name)s was asked by mail. The time is not kept.")
            if self.meeting.answers is None
            else _("%(name)s was asked by mail.")
        )
        messages.success(self.request, said % {"name": asked.approver})

    def page(self, status: int = OK) -> HttpResponse:
        """The page as things stand now."""
        contract, meeting, reader = self.meeting.contract, self.meeting, self.request.user
        offer = self._offer()
        if offer is None and (before := self.done_before()) is not None:
            return before
        zone, rules = meeting.zone or reader.time_zone, policy()
        is_admin = is_admin_of(reader, contract.customer_id)
        must_accept = offer is not None and self.must_be_accepted(offer)
        needs_terms = must_accept and not terms_accepted(contract)
        unpriced = offer is not None and offer.unpriced
        cap = self._cap(offer)
        context = {
            "contract": contract,
            "customer": contract.customer,
            "meeting": meeting,
            "starts_at": self.starts_at,
            "zone": zone,
            "other_zone": other_zone_of(reader, customer_zone=contract.time_zone, staff_zone=meeting.staff.time_zone),
            "staff_roles": ", ".join(roles_in_words(meeting.staff)),
            "back": meeting.address_of_times(day=local_day(self.starts_at, zone).isoformat()),
            "form": self.form,
            "accepted": offer is not None and still_accepts(self.request, self.act, offer),
            "quote": offer,
            "reasons": why(offer, meeting, self.starts_at) if offer is not None else [],
            "terms": terms_to_accept(contract) if needs_terms else None,
            "may_accept": is_admin,
            "cap": cap,
            "can_act": offer is not None
            and cap is None
            and not (must_accept and (not is_admin or needs_terms or unpriced)),
            "refusal": self.refusal,
            "nearest": nearest_times(self.refusal, meeting),
            "policy": rules,
            "cutoff": self.starts_at - timedelta(hours=rules.change_cutoff_hours),
            "lead": lead_of(contract.customer),
            **self.particulars(offer),
        }
        if status == OK and self.refusal is not None:
            status = CONFLICT
        return render(self.request, self.template, context, status=status)

    def _offer(self) -> Quote | None:
        """The quote; None where the time cannot be had, with the reason in `refusal`."""
        try:
            return self.quoted()
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            self.refusal = self.refusal or refusal
            return None

    def _cap(self, offer: Quote | None) -> CapReached | None:
        if offer is None or not offer.costs or offer.unpriced:
            return None
        return cap_reached(self.meeting.contract, offer.asked_for, by=self.request.user, without=self.moved)

    def _refused(self, refusal: Refusal) -> HttpResponse:
        ticked = self.form.cleaned_data["accept_overage"]
        if isinstance(refusal, InvalidInput) or (isinstance(refusal, OverageNotAccepted) and not ticked):
            show_refusal(self.form, refusal, beside=self.beside)
            return self.page(UNPROCESSABLE)
        self.refusal = refusal
        return self.page(CONFLICT)
