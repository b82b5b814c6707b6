"""One time entry, with why it is billed (DOMAIN.md §4, §5)."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers.domain.roles import Right, rights_of
from customers.models import User
from customers.permissions import PortalRequest, requires
from packages.domain.rates import RateBook
from packages.domain.windows import window_of
from sessions.domain.ledger import may_reverse
from sessions.domain.pricing import is_waived, price_entry, waiver_waits
from sessions.domain.queries import time_entries_visible_to
from sessions.domain.shares import explain
from sessions.models import LedgerEntry, Waiver
from sessions.views.reasons import reasons_of


@requires(Right.SEE_CONTRACTS)
@require_safe
def entry(request: PortalRequest, pk: int) -> HttpResponse:
    """One time entry: what it drew and why, its price, its waiver, what happened to it."""
    found = get_object_or_404(time_entries_visible_to(request.user), pk=pk)
    contract = found.contract
    assert found.service_date is not None
    assert found.session_type is not None
    rates = RateBook.load([contract])
    share = explain(found)
    of_staff = Right.SEE_STAFF_AREA in rights_of(request.user)
    return render(
        request,
        "sessions/entry.html",
        {
            "entry": found,
            "contract": contract,
            "customer": contract.customer,
            "priced": price_entry(found, rates),
            "rate_line": rates.line_on(contract, found.service_date),
            "reasons": reasons_of(
                share, session_type=found.session_type, day=found.service_date, window=window_of(contract)
            )
            if share
            else [],
            "history": _history(found, for_staff=of_staff),
            "reversal": getattr(found, "reversed_by", None),
            "waiver_waits": of_staff and waiver_waits(found),
            "acts": _Acts.of(request.user, found),
            "is_staff": of_staff,
        },
    )


@dataclass(frozen=True, slots=True)
class _Acts:
    """What the reader may do to an entry now. The domain decides again when they do it."""

    may_reverse: bool
    may_waive: bool
    may_confirm: bool
    decides: bool

    @classmethod
    def of(cls, user: User, entry: LedgerEntry) -> "_Acts":
        rights = rights_of(user)
        decides = Right.DECIDE_WAIVER in rights
        stands = not hasattr(entry, "reversed_by")
        waiver = _waiver_of(entry)
        return cls(
            may_reverse=stands and may_reverse(user, entry),
            may_waive=stands and waiver is None and entry.share.overage_minutes > 0 and Right.PROPOSE_WAIVER in rights,
            may_confirm=stands and decides and waiver_waits(entry),
            decides=decides,
        )


@dataclass(frozen=True, slots=True)
class _Happening:
    """One line of an entry's history."""

    icon: str
    tone: str
    at: datetime
    by: object
    said: str
    reason: str


def _history(entry: LedgerEntry, *, for_staff: bool) -> list[_Happening]:
    """What happened to an entry, newest first. Customers read of a waiver once it holds, not what staff weighed."""
    happened = [_Happening("pencil-line", "neutral", entry.created_at, entry.created_by, _("Logged"), entry.reason)]
    waiver = _waiver_of(entry)
    if waiver is not None and (for_staff or is_waived(entry)):
        decision = getattr(waiver, "decision", None)
        happened.append(
            _Happening("gift", "info", waiver.proposed_at, waiver.proposed_by, _("Waiver proposed"), waiver.reason)
        )
        if decision is not None:
            said = _("Waiver confirmed: courtesy") if decision.confirmed else _("Waiver refused")
            icon, tone = ("circle-check", "good") if decision.confirmed else ("circle-x", "warn")
            happened.append(_Happening(icon, tone, decision.decided_at, decision.decided_by, said, decision.reason))
    reversal = getattr(entry, "reversed_by", None)
    if reversal is not None:
        happened.append(
            _Happening("undo-2", "warn", reversal.created_at, reversal.created_by, _("Reversed"), reversal.reason)
        )
    return sorted(happened, key=lambda each: each.at)[::-1]


def _waiver_of(entry: LedgerEntry) -> Waiver | None:
    waiver: Waiver | None = getattr(entry, "waiver", None)
    return waiver
