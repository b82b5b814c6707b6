"""Waivers: not billing an entry's overage, proposed by staff, confirmed by operations (DOMAIN.md §4)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.refusals import InvalidInput, NotAllowed
from customers.domain.roles import Right, rights_of
from customers.models import User
from packages.domain.contracts import locked
from sessions.domain.periods import next_close_number
from sessions.domain.refusals import AlreadyReversed, AlreadyWaived
from sessions.models import LedgerEntry, Waiver, WaiverDecision


@transaction.atomic
def waive(*, entry: LedgerEntry, by: User, reason: str, now: datetime) -> Waiver:
    """Propose a waiver; an operations lead's own is confirmed at once, and theirs confirms a standing proposal.

    :raises NotAllowed: if `by` neither delivers nor leads operations
    :raises InvalidInput: without a reason, or on a row that is no time entry
    :raises AlreadyReversed: on a reversed entry
    :raises AlreadyWaived: if the entry has a waiver that this person cannot confirm, or a decided one
    """
    _check(entry, by, reason)
    locked(entry.contract)
    known_in_close = next_close_number()
    _check_not_reversed(entry)
    waiver = Waiver.objects.select_related("decision").filter(entry=entry).first()
    decides = Right.DECIDE_WAIVER in rights_of(by)
    if waiver is not None and (not decides or _is_decided(waiver)):
        raise AlreadyWaived(_("A waiver of this entry was proposed before."))
    if waiver is None:
        waiver = Waiver.objects.create(entry=entry, proposed_by=by, proposed_at=now, reason=reason.strip())
    if decides:
        _decide(waiver, confirmed=True, by=by, reason=reason, now=now, known_in_close=known_in_close)
    return waiver


@transaction.atomic
def refuse_waiver(*, entry: LedgerEntry, by: User, reason: str, now: datetime) -> WaiverDecision:
    """Refuse a standing proposal, for good.

    :raises NotAllowed: if `by` does not lead operations
    :raises InvalidInput: without a reason or a proposal
    :raises AlreadyWaived: if the proposal was decided before
    """
    if Right.DECIDE_WAIVER not in rights_of(by):
        raise NotAllowed(_("Waivers are decided by an operations lead."))
    if not reason.strip():
        raise InvalidInput(_("Say why the waiver is refused."), field="reason")
    locked(entry.contract)
    known_in_close = next_close_number()
    waiver = Waiver.objects.select_related("decision").filter(entry=entry).first()
    if waiver is None:
        raise InvalidInput(_("Nobody proposed to waive this entry."), field="entry")
    if _is_decided(waiver):
        raise AlreadyWaived(_("This waiver was decided before."))
    return _decide(waiver, confirmed=False, by=by, reason=reason, now=now, known_in_close=known_in_close)


def _decide(
    waiver: Waiver, *, confirmed: bool, by: User, reason: str, now: datetime, known_in_close: int
) -> WaiverDecision:
    return WaiverDecision.objects.create(
        waiver=waiver,
        confirmed=confirmed,
        decided_by=by,
        decided_at=now,
        reason=reason.strip(),
        known_in_close=known_in_close,
    )


def _is_decided(waiver: Waiver) -> bool:
    return getattr(waiver, "decision", None) is not None


def _check(entry: LedgerEntry, by: User, reason: str) -> None:
    if Right.PROPOSE_WAIVER not in rights_of(by):
        raise NotAllowed(_("Waivers are proposed by staff who deliver, and decided by an operations lead."))
    if entry.kind != LedgerEntry.Kind.CONSUMPTION:
        raise InvalidInput(_("Only time entries can be waived."), field="entry")
    if not reason.strip():
        raise InvalidInput(_("Say why the overage is waived."), field="reason")


def _check_not_reversed(entry: LedgerEntry) -> None:
    if LedgerEntry.objects.filter(reverses=entry).exists():
        raise AlreadyReversed(_("This entry was reversed: there is nothing to waive."))
