"""One session: everything about it, and the way to what can be done to it (DOMAIN.md §7)."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from customers.domain.queries import lead_of
from customers.domain.roles import Right, is_admin_of, rights_of
from customers.permissions import PortalRequest, requires
from packages.domain.contracts import contracts_visible_to
from sessions.domain.acts import acts_open_to, cutoff_of, is_late
from sessions.domain.availability import policy
from sessions.domain.drawn import projected
from sessions.domain.pricing import price
from sessions.domain.queries import sessions_visible_to, time_entries_visible_to
from sessions.models import ConsultingSession, OverageAcceptance, SessionEvent, SessionSummary
from sessions.views.session_history import history_of
from sessions.views.session_people import nobody_as, people_of
from sessions.views.zones import other_zone_of

Status = ConsultingSession.Status


@requires(Right.SEE_SESSIONS)
@require_safe
def session(request: PortalRequest, pk: int) -> HttpResponse:
    """One session: when and where, who, what it draws, what was accepted, what happened."""
    reader, now, rules = request.user, timezone.now(), policy()
    shown = get_object_or_404(
        sessions_visible_to(reader).prefetch_related(
            "attendees",
            Prefetch("summaries", SessionSummary.objects.select_related("written_by")),
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
    is_to_come = shown.status == Status.BOOKED and shown.ends_at > now
    attendees = shown.attendees.all()
    return render(
        request,
        "sessions/session_detail.html",
        {
            "session": shown,
            "contract": contract,
            "customer": contract.customer,
            "zone": zone,
            "other_zone": other_zone_of(reader, customer_zone=contract.time_zone, staff_zone=shown.staff.time_zone),
            "is_to_come": is_to_come,
            "people": people_of(attendees, reader=reader, with_addresses=sees_contract, is_to_come=is_to_come),
            "own_answer": next((each.answer for each in attendees if each.user_id == reader.pk), None),
            **_summary_of(shown),
            "nobody_as": nobody_as(shown.session_type, attendees),
            "is_late": is_late(shown, now=now, rules=rules),
            "is_unlogged": shown.status == Status.BOOKED and shown.ends_at <= now,
            "just_booked": "booked" in request.GET and shown.status == Status.BOOKED,
            "sees_contract": sees_contract,
            "is_own_admin": is_admin_of(reader, shown.contract.customer_id),
            "projected": projected(shown) if sees_contract else None,
            "entries": entries,
            "acceptances": shown.overage_acceptances.all() if sees_contract else [],
            "history": history_of(shown.events.all(), zone=zone, with_reasons=sees_contract),
            "may": acts_open_to(reader, shown, now=now, rules=rules),
            "just_moved": "moved" in request.GET and shown.status == Status.BOOKED,
            "move_back": _way_back(shown, now) if "moved" in request.GET else None,
            "is_link": shown.place.startswith("https://"),
            "cutoff": cutoff_of(shown, rules=rules),
            "lead": lead_of(contract.customer),
        },
    )


def _summary_of(session: ConsultingSession) -> dict[str, Any]:
    """The version that was sent last, those before it, and whether another one is being written."""
    versions = session.summaries.all()
    sent = [each for each in versions if each.sent_at is not None]
    return {
        "summary": sent[-1] if sent else None,
        "older": sent[-2::-1] if len(sent) > 1 else [],
        "draft": len(sent) < len(versions),
    }


def _way_back(session: ConsultingSession, now: datetime) -> dict[str, str] | None:
    """Where the session stood before its last move, as the address of a move has it; None if that time has passed."""
    moved = [event for event in session.events.all() if event.kind == SessionEvent.Kind.MOVED]
    before = moved[-1].details.get("from", {}) if moved else {}
    starts_at = parse_datetime(before.get("starts_at", ""))
    if starts_at is None or starts_at <= now:
        return None
    return {"starts": f"{starts_at:%Y-%m-%dT%H:%MZ}", "minutes": str(before["minutes"])}
