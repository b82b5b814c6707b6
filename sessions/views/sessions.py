"""One session: everything about it, and the way to what can be done to it (DOMAIN.md §7)."""

<<<<<<< Updated upstream
from dataclasses import dataclass
from datetime import datetime
from typing import Any
=======
from datetime import datetime
>>>>>>> Stashed changes

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from customers.domain.queries import lead_of
from customers.domain.roles import Right, rights_of
from customers.permissions import PortalRequest, requires
<<<<<<< Updated upstream
from packages.domain.contracts import contracts_visible_to, may_book_for, may_log_on
from sessions.domain.acts import cutoff_of, is_late
from sessions.domain.cancelling import cancel_session, mark_no_show
=======
from packages.domain.contracts import contracts_visible_to
from sessions.domain.acts import acts_open_to, cutoff_of, is_late
>>>>>>> Stashed changes
from sessions.domain.drawn import projected
from sessions.domain.pricing import price
from sessions.domain.queries import sessions_visible_to, time_entries_visible_to
from sessions.models import ConsultingSession, OverageAcceptance, SessionEvent
from sessions.views.session_history import history_of
from sessions.views.zones import other_zone_of

Status = ConsultingSession.Status


@requires(Right.SEE_SESSIONS)
@require_safe
def session(request: PortalRequest, pk: int) -> HttpResponse:
    """One session: when and where, who, what it draws, what was accepted, what happened."""
    reader, now = request.user, timezone.now()
    shown = get_object_or_404(
        sessions_visible_to(reader).prefetch_related(
            "attendees",
            Prefetch("events", SessionEvent.objects.select_related("by")),
            Prefetch("overage_acceptances", OverageAcceptance.objects.select_related("accepted_by", "terms")),
        ),
        pk=pk,
    )
    contract = shown.contract
    sees_contract = (
        Right.SEE_CONTRACTS in rights_of(reader) and contracts_visible_to(reader).filter(pk=contract.pk).exists()
    )
    entries = price(time_entries_visible_to(reader).filter(session=shown).order_by("pk")) if sees_contract else []
    zone = reader.time_zone
    return render(
        request,
        "sessions/session_detail.html",
        {
            "session": shown,
            "contract": contract,
            "customer": contract.customer,
            "zone": zone,
            "other_zone": other_zone_of(reader, customer_zone=contract.time_zone, staff_zone=shown.staff.time_zone),
            "is_to_come": shown.status == Status.BOOKED and shown.ends_at > now,
            "is_late": is_late(shown, now=now),
            "is_unlogged": shown.status == Status.BOOKED and shown.ends_at <= now,
            "just_booked": "booked" in request.GET and shown.status == Status.BOOKED,
            "sees_contract": sees_contract,
            "projected": projected(shown) if sees_contract else None,
            "entries": entries,
            "acceptances": shown.overage_acceptances.all() if sees_contract else [],
            "history": history_of(shown.events.all(), zone=zone, with_reasons=sees_contract),
            "may": acts_open_to(reader, shown, now=now),
            "just_moved": "moved" in request.GET and shown.status == Status.BOOKED,
            "move_back": _way_back(shown, now) if "moved" in request.GET else None,
            "is_link": shown.place.startswith("https://"),
            "cutoff": cutoff_of(shown),
<<<<<<< Updated upstream
            **_whom_to_call(contract.customer),
=======
            "lead": lead_of(contract.customer),
>>>>>>> Stashed changes
        },
    )


<<<<<<< Updated upstream
@dataclass(frozen=True, slots=True)
class _Acts:
    """What the reader may do with a session now: what the page offers. The domain decides again."""

    log: bool = False
    cancel: bool = False
    no_show: bool = False


def _acts(reader: User, shown: ConsultingSession, now: datetime) -> _Acts:
    books = may_book_for(reader, shown.contract)
    of_staff = books and is_staff(reader)
    booked, begun = shown.status == Status.BOOKED, shown.starts_at <= now
    was_late = any(event.details.get("late") for event in shown.events.all())
    can_be_logged = begun and (shown.status != Status.CANCELLED or was_late)
    return _Acts(
        log=can_be_logged and Right.LOG_TIME in rights_of(reader) and may_log_on(reader, shown.contract),
        cancel=booked and books and (of_staff or not begun),
        no_show=booked and begun and of_staff,
    )


@requires(Right.SEE_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: PortalRequest, pk: int) -> HttpResponse:
    """Ask before a session is cancelled, saying what it does, then cancel it."""
    now = timezone.now()
    shown = _session_of_a_contract(request, pk)
    form = CancelForm(request.POST if request.method == "POST" else None)
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            cancel_session(session=shown, by=request.user, reason=form.cleaned_data["reason"], now=now)
        except NotAllowed as not_allowed:
            raise PermissionDenied(str(not_allowed)) from not_allowed
        except Refusal as refused:
            refusal = refused
        else:
            messages.success(request, _("The session is cancelled. Everyone who was invited is told by e-mail."))
            return redirect("sessions:detail", shown.pk)
    by_staff = is_staff(request.user)
    return render(
        request,
        "sessions/session_cancel.html",
        {
            **_of_question(request, shown),
            "form": form,
            "refusal": refusal,
            "is_late": not by_staff and is_late(shown, now=now),
            "projected": projected(shown),
        },
        status=CONFLICT if refusal else UNPROCESSABLE if form.errors else 200,
    )


@requires(Right.SEE_STAFF_AREA, to=Right.BOOK, of=sessions_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def no_show(request: PortalRequest, pk: int) -> HttpResponse:
    """Record that a session did not take place, and who was missing."""
    shown = _session_of_a_contract(request, pk)
    form = NoShowForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            mark_no_show(session=shown, by=request.user, now=timezone.now(), **form.cleaned_data)
        except NotAllowed as not_allowed:
            raise PermissionDenied(str(not_allowed)) from not_allowed
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The no-show is recorded. It draws no minutes unless you log it."))
            return redirect("sessions:detail", shown.pk)
    context = {**_of_question(request, shown), "form": form}
    return render(request, "sessions/session_no_show.html", context, status=UNPROCESSABLE if form.errors else 200)


def _session_of_a_contract(request: PortalRequest, pk: int) -> ConsultingSession:
    """A session that the person may act on; who only attends it sees it, and no more."""
    shown = get_object_or_404(sessions_visible_to(request.user), pk=pk)
    if not may_book_for(request.user, shown.contract):
        raise PermissionDenied(_("Sessions are cancelled by a customer admin or by the delivery team."))
    return shown


def _of_question(request: PortalRequest, shown: ConsultingSession) -> dict[str, Any]:
    contract = shown.contract
    return {
        "session": shown,
        "contract": contract,
        "customer": contract.customer,
        "zone": request.user.time_zone,
        "other_zone": other_zone_of(request.user, customer_zone=contract.time_zone, staff_zone=shown.staff.time_zone),
        "cutoff": cutoff_of(shown),
        **_whom_to_call(contract.customer),
    }


def _whom_to_call(customer: Customer) -> dict[str, Any]:
    """The customer's lead and their phone: the way on where the portal can do no more."""
    lead = lead_of(customer)
    profile = getattr(lead, "staff_profile", None)
    return {"lead": lead, "lead_phone": profile.phone if profile is not None else ""}
=======
def _way_back(session: ConsultingSession, now: datetime) -> dict[str, str] | None:
    """Where the session stood before its last move, as the address of a move has it; None if that time has passed."""
    moved = [event for event in session.events.all() if event.kind == SessionEvent.Kind.MOVED]
    before = moved[-1].details.get("from", {}) if moved else {}
    starts_at = parse_datetime(before.get("starts_at", ""))
    if starts_at is None or starts_at <= now:
        return None
    return {"starts": f"{starts_at:%Y-%m-%dT%H:%MZ}", "minutes": str(before["minutes"])}
>>>>>>> Stashed changes
