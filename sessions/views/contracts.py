"""One contract with everything that its numbers are made of, and signing a new one (DOMAIN.md §2, §4)."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.dates import local_day
from core.form_refusals import show_refusal
from core.refusals import Refusal
from customers.domain.queries import customers_visible_to, staff_holding
from customers.domain.roles import DELIVERY_ROLES, Right, is_admin_of, rights_of
from customers.models import User
from customers.permissions import PortalRequest, requires
from packages.domain.contracts import contracts_visible_to, may_book_for, may_log_on
from packages.domain.promised_reviews import reviews_promised
from packages.domain.queries import Standing, standing_of, versions_on_sale
from packages.domain.rates import RateBook
from packages.domain.windows import Window
from packages.models import Contract
from packages.session_types import SessionType
from sessions.domain.allocation import Share
from sessions.domain.facts import ContractFacts
from sessions.domain.lapsing import about_to_lapse
from sessions.domain.numbers import ContractNumbers, numbers_from
from sessions.domain.queries import ledger_visible_to, sessions_visible_to
from sessions.domain.signing import sign_contract
from sessions.forms.contracts import ContractForm
from sessions.models import ConsultingSession
from sessions.views.booking_choices import lapsing_times
from sessions.views.contract_ledger import PART_LABELS, LedgerTable
from sessions.views.signing_consequences import SigningConsequences

RENEWAL_OFFERED_DAYS = 60
"""How long before its end a contract's page offers the customer to ask for a renewal."""


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A contract with its numbers, where it stands, and who is dedicated to it."""

    contract: Contract
    numbers: ContractNumbers
    standing: Standing
    dedicated: User | None

    @property
    def status(self) -> str:
        """The state as `home/status_looks.py` names it: a running contract whose minutes lapsed says so."""
        if self.standing == Standing.RUNNING and self.numbers.lapsed:
            return "lapsed"
        return self.standing.value

    @property
    def status_label(self) -> str:
        return _("Minutes lapsed") if self.status == "lapsed" else str(self.standing.label)


@dataclass(frozen=True, slots=True)
class ComingSession:
    """A session in `booked` and what it will draw, by the projection of DOMAIN.md §7."""

    session: ConsultingSession
    share: Share | None


@requires(Right.SEE_CONTRACTS)
@require_safe
def contract(request: PortalRequest, pk: int) -> HttpResponse:
    """One contract: its numbers, the ledger they come from, what is booked, rates, people and terms."""
    now = timezone.now()
    reader = request.user
    found = get_object_or_404(
        contracts_visible_to(reader).select_related("terms", "terms_acceptance__accepted_by", "renews"),
        pk=pk,
    )
    today = local_day(now, found.time_zone)
    facts = ContractFacts.of(found, with_bookings=True)
    numbers = numbers_from(facts, now=now)
    rates = RateBook.load([found])
    ledger = ledger_visible_to(reader).filter(contract=found).order_by("-created_at", "-pk")
    team = list(found.team_members.select_related("staff__staff_profile").order_by("-dedicated", "staff__name"))
    rights = rights_of(reader)
    may_book = Right.BOOK in rights and may_book_for(reader, found)
    lapsing = about_to_lapse(found, numbers, now=now)
    renewal = found.renewals.filter(voided_at__isnull=True).first()
    return render(
        request,
        "sessions/contract_detail.html",
        {
            "contract": found,
            "customer": found.customer,
            "row": ContractRow(found, numbers, standing_of(found, now=now), None),
            "numbers": numbers,
            "days": _days(numbers.window, today),
            "today": today,
            "ledger": LedgerTable.of(ledger, request.GET, rates=rates, currency=found.currency, reader=reader),
            "parts": [{"value": part.value, "label": label} for part, label in PART_LABELS.items()],
            "coming": _coming(reader, facts),
            "rate": rates.line_on(found, today),
            "rate_periods": rates.periods(found),
            "team": team,
            "reviews": reviews_promised(found.package_version, starts_on=found.starts_on, ends_on=found.ends_on),
            "switched_off": [SessionType(code).label for code in found.types_switched_off],
            "renewal": renewal,
            "ends_soon": renewal is None and 0 <= (found.ends_on - today).days <= RENEWAL_OFFERED_DAYS,
            "may_sign": Right.SIGN_CONTRACTS in rights,
            "acceptance": getattr(found, "terms_acceptance", None),
            "may_accept_terms": is_admin_of(reader, found.customer_id),
            "may_book": may_book,
            "lapsing": lapsing,
            "lapsing_times": lapsing_times(found, lapsing),
            "is_own_admin": is_admin_of(reader, found.customer_id),
            "hourly_rate": rates.rate_on(found, today),
            "may_log": Right.LOG_TIME in rights and may_log_on(reader, found),
            "may_adjust": Right.ADJUST in rights,
            "is_staff": Right.SEE_STAFF_AREA in rights,
        },
    )


@requires(Right.SEE_STAFF_AREA, to=Right.SIGN_CONTRACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def contract_create(request: PortalRequest) -> HttpResponse:
    """Sign a contract, after the page has shown its window and the reviews that its term promises."""
    wants_preview = bool(request.htmx) or "preview" in request.POST
    form = ContractForm(
        request.POST or None,
        customers=customers_visible_to(request.user).order_by("name", "pk"),
        versions=versions_on_sale(),
        staff=staff_holding(DELIVERY_ROLES),
        is_preview=wants_preview,
        initial={"customer": request.GET.get("customer")},
    )
    if form.is_valid() and not wants_preview:
        try:
            signed = sign_contract(**form.cleaned_data, by=request.user, now=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The contract is signed and its minutes are granted."))
            return redirect("sessions:contract", signed.pk)
    context = {"form": form, "consequences": SigningConsequences.of(form)}
    if request.htmx:
        return render(request, "sessions/_contract_consequences.html", context)
    return render(request, "sessions/contract_create.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True, slots=True)
class _Days:
    """How far the window is: `number` is today's day in it, from 1; days are calendar days in the contract's zone."""

    number: int
    total: int
    left: int
    starts_in: int


def _days(window: Window, today: date) -> _Days:
    total = (window.last - window.first).days + 1
    return _Days(
        number=min(max((today - window.first).days + 1, 0), total),
        total=total,
        left=max((window.last - today).days + 1, 0) if today >= window.first else total,
        starts_in=max((window.first - today).days, 0),
    )


def _coming(reader: User, facts: ContractFacts) -> list[ComingSession]:
    """Sessions in `booked`, past ones that nobody logged yet too: together they are the booked minutes."""
    projection = facts.projection()
    booked = (
        sessions_visible_to(reader)
        .filter(contract=facts.contract, status=ConsultingSession.Status.BOOKED)
        .order_by("starts_at", "pk")
    )
    return [ComingSession(session, projection.get(("booking", session.pk))) for session in booked]
