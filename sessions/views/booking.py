"""Booking in three screens: type and person, day and time, people and confirmation (DOMAIN.md §7)."""

import re

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.dates import local_day
from customers.domain.roles import Right, is_admin_of, is_staff
from customers.permissions import PortalRequest, requires
from packages.domain.contracts import contracts_visible_to, dedicated_of, delivery_team_of, may_book_for
from packages.domain.rates import RateBook
from packages.models import Contract
from packages.session_types import LENGTHS_IN_MINUTES, RULES
from sessions.domain.cover import bookable_people
from sessions.domain.numbers import numbers_of, numbers_of_many
from sessions.domain.outlook import outlook_of_types
from sessions.domain.proposals import contracts_bookable_by, proposed_contract
from sessions.forms.booking import MeetingForm, StartForm
from sessions.views.booking_choices import Meeting, person_cards, step_links, type_cards
from sessions.views.booking_details import BookingDetails
from sessions.views.time_choice import context_of_times, zone_asked_for

CONTRACTS_A_PAGE = 20
PLAIN_NUMBER = re.compile("[0-9]{1,9}")


@requires(Right.SEE_CONTRACTS, to=Right.BOOK)
@require_safe
def book_start(request: PortalRequest) -> HttpResponse:
    """Lead a customer admin to the proposed contract; let staff, who see many, choose one."""
    now = timezone.now()
    contracts = contracts_bookable_by(request.user, now=now)
    if not is_staff(request.user):
        own = list(contracts)
        proposed = proposed_contract(own, numbers_of_many(own, now=now), now=now)
        if proposed is not None:
            return redirect("sessions:book", proposed.pk)
    wanted = request.GET.get("q", "").replace("\0", "").strip()
    found = contracts.order_by("customer__name", "ends_on", "pk")
    if wanted:
        found = found.filter(customer__name__icontains=wanted)
    page = Paginator(found, CONTRACTS_A_PAGE).get_page(request.GET.get("page"))
    numbers = numbers_of_many(page.object_list, now=now)
    return render(
        request,
        "sessions/book_start.html",
        {"page": page, "rows": [(contract, numbers[contract.pk]) for contract in page.object_list], "wanted": wanted},
    )


@requires(Right.SEE_CONTRACTS, to=Right.BOOK, of=contracts_visible_to)
@require_safe
def book(request: PortalRequest, pk: int) -> HttpResponse:
    """First screen: which type, how long, with whom. What was chosen before is in the address."""
    contract = _contract_to_book_on(request, pk)
    now = timezone.now()
    team = delivery_team_of(contract)
    numbers = numbers_of(contract, now=now)
    hourly_rate = RateBook.load([contract]).rate_on(contract, local_day(now, contract.time_zone))
    was_chosen = any(name in request.GET for name in MeetingForm.base_fields)
    form = MeetingForm(request.GET if was_chosen else None, contract=contract, team=bookable_people(contract, now=now))
    return render(
        request,
        "sessions/book.html",
        {
            "contract": contract,
            "customer": contract.customer,
            "is_over": _is_over(contract),
            "form": form,
            "types": type_cards(
                contract, outlook_of_types(contract, now=now), free_minutes=numbers.free, hourly_rate=hourly_rate
            ),
            "hourly_rate": hourly_rate,
            "asks_for_more": numbers.free <= 0 and is_admin_of(request.user, contract.customer_id),
            "lengths": LENGTHS_IN_MINUTES,
            "team": person_cards(team, dedicated_of(contract)),
            "chosen": {
                "type": request.GET.get("type", ""),
                "minutes": _number(request.GET.get("minutes"))
                or max(rules.longest_minutes for rules in RULES.values()),
                "staff": _number(request.GET.get("staff")) or (team[0].pk if team else None),
            },
            "zone": zone_asked_for(request),
            "numbers": numbers,
            "others": list(
                contracts_bookable_by(request.user, now=now)
                .filter(customer=contract.customer)
                .exclude(pk=contract.pk)
                .order_by("ends_on", "pk")
            ),
            "steps": step_links(request.GET, contract),
        },
        status=422 if was_chosen and form.errors else 200,
    )


@requires(Right.SEE_CONTRACTS, to=Right.BOOK, of=contracts_visible_to)
@require_safe
def book_time(request: PortalRequest, pk: int) -> HttpResponse:
    """Second screen: the free days of a month and the times of one day, in a zone that can be switched."""
    contract = _contract_to_book_on(request, pk)
    meeting = _meeting(request, contract)
    if meeting is None or _is_over(contract):
        return _back_to(request, "sessions:book", contract)
    return render(
        request,
        "sessions/book_time.html",
        {
            **context_of_times(request, meeting, now=timezone.now()),
            "steps": step_links(request.GET, contract, meeting=meeting),
        },
    )


@requires(Right.SEE_CONTRACTS, to=Right.BOOK, of=contracts_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def book_details(request: PortalRequest, pk: int) -> HttpResponse:
    """Third screen: who comes, what it draws, what is accepted, and the booking itself."""
    contract = _contract_to_book_on(request, pk)
    meeting = _meeting(request, contract)
    if meeting is None:
        return _back_to(request, "sessions:book", contract)
    starts_at = StartForm(request.GET, zone=meeting.zone or request.user.time_zone).starts_at()
    if starts_at is None:
        return _back_to(request, "sessions:book-time", contract)
    return BookingDetails(request, meeting, starts_at, timezone.now()).answer()


def _contract_to_book_on(request: PortalRequest, pk: int) -> Contract:
    contract: Contract = get_object_or_404(contracts_visible_to(request.user).select_related("terms"), pk=pk)
    if not may_book_for(request.user, contract):
        raise PermissionDenied(_("Sessions are booked by a customer admin or by the delivery team."))
    return contract


def _meeting(request: PortalRequest, contract: Contract) -> Meeting | None:
    form = MeetingForm(request.GET, contract=contract, team=bookable_people(contract, now=timezone.now()))
    return Meeting.of(form, contract=contract, zone=zone_asked_for(request))


def _is_over(contract: Contract) -> bool:
    return contract.voided_at is not None or local_day(timezone.now(), contract.time_zone) > contract.ends_on


def _back_to(request: PortalRequest, page: str, contract: Contract) -> HttpResponse:
    """Go back a screen without losing what was chosen."""
    return redirect(f"{reverse(page, args=[contract.pk])}?{request.GET.urlencode()}")


def _number(text: str | None) -> int | None:
    return int(text) if text and PLAIN_NUMBER.fullmatch(text) else None
