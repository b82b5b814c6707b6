"""The hours ledger: logging time, reversing, adjusting (DOMAIN.md §4).

Every writer takes the contract's lock, then the lock that orders it against the close, appends, and has the shares
rewritten in the same transaction.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import faults
from core.dates import local_day
from core.refusals import InvalidInput, NotAllowed
from customers.domain.roles import Right, rights_of, roles_of
from customers.models import Role, User
from packages.domain.contracts import locked
from packages.models import Contract
from sessions.domain.allocation import Share
from sessions.domain.facts import ContractFacts
from sessions.domain.loggable import Basis, TimeToLog, check_loggable, check_not_voided, overlapping
from sessions.domain.moves import check_seen
from sessions.domain.overage_rises import Cause, tell_rises
from sessions.domain.periods import next_close_number
from sessions.domain.previews import preview_adjustment, preview_of, preview_reversal
from sessions.domain.refusals import AlreadyReversed
from sessions.domain.shares import rewrite_shares
from sessions.domain.states import move
from sessions.domain.summaries import keep_who_came
from sessions.models import ConsultingSession, LedgerEntry, SessionEvent

MOST_MINUTES_ADJUSTED = 60_000


@dataclass(frozen=True, slots=True)
class Logged:
    """A written time entry, its share, and the entries of the same person that it overlaps (a warning)."""

    entry: LedgerEntry
    share: Share
    overlapping: list[LedgerEntry]


@transaction.atomic
def log_time(
    *,
    contract: Contract,
    session_type: str,
    staff: User,
    started_at: datetime,
    minutes: int,
    now: datetime,
    note: str = "",
    internal_note: str = "",
    session: ConsultingSession | None = None,
    basis: str = Basis.DELIVERED,
    reason: str = "",
    moves_seen: str | None = None,
    came: Collection[int] | None = None,
) -> Logged:
    """Append delivered `minutes` (whole) to the contract's ledger and share them out anew.

    `note` is for the customer, `internal_note` is not. A late cancellation or a no-show (`basis`) needs a `reason`.
    `moves_seen` is the mark of the moves that the person was shown (`moves.check_seen`). `came` are the keys of the
    session's attendees who came; None where nobody said.

    :raises NotAllowed: if `staff` holds no role that the package allows, or does not serve the customer
    :raises InvalidInput: if the type is switched off, the session is another contract's, or the input is malformed
    :raises TooLongForType: if `minutes` exceed the longest meeting of the type
    :raises OutsideContract: if the start lies before the contract's first or after its last day, in its zone
    :raises InTheFuture: if the meeting would end after `now`
    :raises AlreadyLogged: if the person logged this start on this contract, or the session has its entry
    :raises MovesNotSeen: if it moves minutes of other entries that the person was not shown
    """
    contract = locked(contract)
    asked = TimeToLog(contract, session_type, staff, started_at, minutes, session, basis, reason)
    check_loggable(asked, now=now)
    if moves_seen is not None:
        check_seen(preview_of(asked).moves, moves_seen=moves_seen)
    faults.reach("after_check")
    before = ContractFacts.of(contract, with_bookings=True)
    entry = LedgerEntry.objects.create(
        contract=contract,
        kind=LedgerEntry.Kind.CONSUMPTION,
        minutes=minutes,
        session_type=session_type,
        staff=staff,
        started_at=started_at,
        service_date=local_day(started_at, contract.time_zone),
        session=session,
        basis=basis,
        note=note,
        internal_note=internal_note,
        reason=reason,
        created_at=now,
        created_by=staff,
        known_in_close=next_close_number(),
    )
    if session is not None and session.status == ConsultingSession.Status.BOOKED:
        move(session, SessionEvent.Kind.LOGGED, by=staff, now=now, details={"entry": entry.pk, "minutes": minutes})
    facts = rewrite_shares(contract)
    tell_rises(before=before, after=facts, cause=Cause(f"entry:{entry.pk}"), now=now)
    if session is not None and came is not None:
        keep_who_came(session, came=came)
    return Logged(entry=entry, share=facts.shares()[entry.pk], overlapping=overlapping(asked, besides=entry))


@transaction.atomic
def reverse_entry(
    *, entry: LedgerEntry, by: User, reason: str, now: datetime, moves_seen: str | None = None
) -> LedgerEntry:
    """Take back all of a time entry or an adjustment: the reversal's row. Closed months do not matter (§4).

    When its last unreversed entry is reversed, a held session goes back to `booked`.

    :raises NotAllowed: if `by` neither logged the entry nor leads operations (adjustments: operations alone)
    :raises InvalidInput: without a reason, or on a grant or a reversal
    :raises AlreadyReversed: if that happened before
    :raises MovesNotSeen: if it moves minutes of other entries that the person was not shown
    """
    contract = locked(entry.contract)
    _check_reversal(entry, by, reason)
    if moves_seen is not None:
        check_seen(preview_reversal(entry=entry), moves_seen=moves_seen)
    before = ContractFacts.of(contract, with_bookings=True)
    reversal = LedgerEntry.objects.create(
        contract=contract,
        kind=LedgerEntry.Kind.REVERSAL,
        minutes=-entry.minutes,
        reverses=entry,
        reason=reason.strip(),
        created_at=now,
        created_by=by,
        known_in_close=next_close_number(),
    )
    _reopen_session_without_entries(entry, by=by, reason=reason, now=now)
    tell_rises(before=before, after=rewrite_shares(contract), cause=Cause(f"reversal:{reversal.pk}"), now=now)
    return reversal


def _reopen_session_without_entries(entry: LedgerEntry, *, by: User, reason: str, now: datetime) -> None:
    if entry.session is None:
        return
    held = ConsultingSession.objects.filter(pk=entry.session.pk, status=ConsultingSession.Status.HELD).first()
    if held is None or LedgerEntry.objects.time_entries().unreversed().filter(session=held).exists():
        return
    move(held, SessionEvent.Kind.REOPENED, by=by, now=now, reason=reason, details={"entry": entry.pk})


@transaction.atomic
def adjust(
    *, contract: Contract, minutes: int, reason: str, by: User, now: datetime, moves_seen: str | None = None
) -> LedgerEntry:
    """Add `minutes` (1 or more) to the contract: minutes, never days, without a date of effect (§4).

    They cover the earliest overage first, closed months included.

    :raises NotAllowed: if `by` does not lead operations
    :raises InvalidInput: with the field at fault
    :raises MovesNotSeen: if it moves minutes of entries that the person was not shown
    """
    if Right.ADJUST not in rights_of(by):
        raise NotAllowed(_("Minutes are added by an operations lead."))
    if not 1 <= minutes <= MOST_MINUTES_ADJUSTED:
        raise InvalidInput(_("Add between 1 minute and 1,000 hours."), field="minutes")
    if not reason.strip():
        raise InvalidInput(_("Say why the minutes are added."), field="reason")
    contract = locked(contract)
    check_not_voided(contract)
    if moves_seen is not None:
        check_seen(preview_adjustment(contract=contract, minutes=minutes), moves_seen=moves_seen)
    adjustment = LedgerEntry.objects.create(
        contract=contract,
        kind=LedgerEntry.Kind.ADJUSTMENT,
        minutes=minutes,
        reason=reason.strip(),
        created_at=now,
        created_by=by,
        known_in_close=next_close_number(),
    )
    rewrite_shares(contract)
    return adjustment


def may_reverse(user: User, entry: LedgerEntry) -> bool:
    """Time entries are reversed by who logged them or by operations, adjustments by operations."""
    if Role.OPERATIONS in roles_of(user):
        return True
    return entry.kind == LedgerEntry.Kind.CONSUMPTION and entry.staff_id == user.pk


def _check_reversal(entry: LedgerEntry, by: User, reason: str) -> None:
    if entry.kind not in (LedgerEntry.Kind.CONSUMPTION, LedgerEntry.Kind.ADJUSTMENT):
        raise InvalidInput(_("Only time entries and adjustments can be reversed."), field="entry")
    if not may_reverse(by, entry):
        raise NotAllowed(_("An entry is reversed by who logged it, or by an operations lead."))
    if not reason.strip():
        raise InvalidInput(_("Say why the entry is reversed."), field="reason")
    if LedgerEntry.objects.filter(reverses=entry).exists():
        raise AlreadyReversed(_("This entry was reversed before."))
