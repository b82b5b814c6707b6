"""The hours ledger: logging time, reversing, adjusting (DOMAIN.md §4).

Every writer takes the contract's lock, then the lock that orders it against the close, appends, and has the shares
rewritten in the same transaction.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core import faults
from core.dates import after_minutes, local_day
from core.refusals import InvalidInput, NotAllowed
from customers.domain.roles import Right, rights_of, roles_of
from customers.models import Role, User
from packages.domain.contracts import locked, may_log_on
from packages.domain.rates import RateBook
from packages.models import Contract
from packages.session_types import RULES, SessionType
from sessions.domain.allocation import Drawing, Share
from sessions.domain.facts import ContractFacts
from sessions.domain.moves import Move, moves_between
from sessions.domain.periods import next_close_number
from sessions.domain.pricing import cost_of_overage
from sessions.domain.refusals import AlreadyLogged, AlreadyReversed, InTheFuture, TooLongForType
from sessions.domain.shares import rewrite_shares
from sessions.domain.states import move
from sessions.domain.term import check_within_term
from sessions.models import ConsultingSession, LedgerEntry, SessionEvent

Basis = LedgerEntry.Basis
LONGEST_MEETING = timedelta(minutes=max(rules.longest_minutes for rules in RULES.values()))
MOST_MINUTES_ADJUSTED = 60_000


@dataclass(frozen=True, slots=True)
class TimeToLog:
    """What a person wants to log. `minutes` are whole minutes, `started_at` is an instant."""

    contract: Contract
    session_type: str
    staff: User
    started_at: datetime
    minutes: int
    session: ConsultingSession | None
    basis: str
    reason: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a time entry would draw and cost, which other entries it would move, what is left afterwards."""

    share: Share
    moves: list[Move]
    overlapping: list[LedgerEntry]
    hourly_rate: Decimal | None
    amount: Decimal | None
    currency: str
    left_after: int


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
) -> Logged:
    """Append delivered `minutes` (whole) to the contract's ledger and share them out anew.

    `note` is for the customer, `internal_note` is not. A late cancellation or a no-show (`basis`) needs a `reason`.

    :raises NotAllowed: if `staff` holds no role that the package allows, or does not serve the customer
    :raises InvalidInput: if the type is switched off, the session is another contract's, or the input is malformed
    :raises TooLongForType: if `minutes` exceed the longest meeting of the type
    :raises OutsideContract: if the start lies before the contract's first or after its last day, in its zone
    :raises InTheFuture: if the meeting would end after `now`
    :raises AlreadyLogged: if the person logged this start on this contract, or the session has its entry
    """
    contract = locked(contract)
    asked = TimeToLog(contract, session_type, staff, started_at, minutes, session, basis, reason)
    _check(asked, now)
    faults.reach("after_check")
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
    shares = rewrite_shares(contract)
    if session is not None and session.status == ConsultingSession.Status.BOOKED:
        move(session, SessionEvent.Kind.LOGGED, by=staff, now=now, details={"entry": entry.pk, "minutes": minutes})
    return Logged(entry=entry, share=shares[entry.pk], overlapping=_overlapping(asked, besides=entry))


def preview_time(
    *,
    contract: Contract,
    session_type: str,
    staff: User,
    started_at: datetime,
    minutes: int,
    now: datetime,
    session: ConsultingSession | None = None,
    basis: str = Basis.DELIVERED,
    reason: str = "",
) -> Preview:
    """What `log_time` would do, without doing it; refuses what it would refuse."""
    asked = TimeToLog(contract, session_type, staff, started_at, minutes, session, basis, reason)
    _check(asked, now)
    facts = ContractFacts.of(contract)
    rates = RateBook.load([contract])
    day = local_day(started_at, contract.time_zone)
    new_id = max((entry.pk for entry in facts.entries), default=0) + 1
    before = facts.shares()
    after = facts.shares(
        Drawing(key=new_id, started_at=started_at, day=day, session_type=session_type, minutes=minutes, number=new_id)
    )
    share = after[new_id]
    rate = rates.rate_on(contract, day)
    return Preview(
        share=share,
        moves=moves_between(facts, before, after, rates),
        overlapping=_overlapping(asked),
        hourly_rate=rate,
        amount=cost_of_overage(share.overage_minutes, rate, contract.currency),
        currency=contract.currency,
        left_after=facts.available - sum(each.included_minutes for each in after.values()),
    )


@transaction.atomic
def reverse_entry(*, entry: LedgerEntry, by: User, reason: str, now: datetime) -> LedgerEntry:
    """Take back all of a time entry or an adjustment: the reversal's row. Closed months do not matter (§4).

    When its last unreversed entry is reversed, a held session goes back to `booked`.

    :raises NotAllowed: if `by` neither logged the entry nor leads operations (adjustments: operations alone)
    :raises InvalidInput: without a reason, or on a grant or a reversal
    :raises AlreadyReversed: if that happened before
    """
    contract = locked(entry.contract)
    _check_reversal(entry, by, reason)
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
    rewrite_shares(contract)
    _reopen_session_without_entries(entry, by=by, reason=reason, now=now)
    return reversal


def _reopen_session_without_entries(entry: LedgerEntry, *, by: User, reason: str, now: datetime) -> None:
    if entry.session is None:
        return
    held = ConsultingSession.objects.filter(pk=entry.session.pk, status=ConsultingSession.Status.HELD).first()
    if held is None or LedgerEntry.objects.time_entries().unreversed().filter(session=held).exists():
        return
    move(held, SessionEvent.Kind.REOPENED, by=by, now=now, reason=reason, details={"entry": entry.pk})


def preview_reversal(*, entry: LedgerEntry) -> list[Move]:
    """Which other entries' minutes the reversal of `entry` would move, and what that does to money."""
    facts = ContractFacts.of(entry.contract)
    before = facts.shares()
    if entry.kind == LedgerEntry.Kind.ADJUSTMENT:
        facts.adjusted -= entry.minutes
        after = facts.shares()
    else:
        after = facts.shares(without=entry.pk)
    return moves_between(facts, before, after, RateBook.load([entry.contract]))


@transaction.atomic
def adjust(*, contract: Contract, minutes: int, reason: str, by: User, now: datetime) -> LedgerEntry:
    """Add `minutes` (1 or more) to the contract: minutes, never days, without a date of effect (§4).

    They cover the earliest overage first, closed months included.

    :raises NotAllowed: if `by` does not lead operations
    :raises InvalidInput: with the field at fault
    """
    if Right.ADJUST not in rights_of(by):
        raise NotAllowed(_("Minutes are added by an operations lead."))
    if not 1 <= minutes <= MOST_MINUTES_ADJUSTED:
        raise InvalidInput(_("Add between 1 minute and 1,000 hours."), field="minutes")
    if not reason.strip():
        raise InvalidInput(_("Say why the minutes are added."), field="reason")
    contract = locked(contract)
    _check_not_voided(contract)
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


def preview_adjustment(*, contract: Contract, minutes: int) -> list[Move]:
    """Which entries an adjustment of `minutes` would move from overage to included, and what that does to money."""
    facts = ContractFacts.of(contract)
    before = facts.shares()
    facts.adjusted += minutes
    return moves_between(facts, before, facts.shares(), RateBook.load([contract]))


def may_reverse(user: User, entry: LedgerEntry) -> bool:
    """Time entries are reversed by who logged them or by operations, adjustments by operations."""
    if Role.OPERATIONS in roles_of(user):
        return True
    return entry.kind == LedgerEntry.Kind.CONSUMPTION and entry.staff_id == user.pk


def _check(asked: TimeToLog, now: datetime) -> None:
    contract = asked.contract
    if not may_log_on(asked.staff, contract):
        raise NotAllowed(_("Time is logged by staff who deliver this package to this customer."))
    _check_not_voided(contract)
    _check_type_and_length(asked)
    _check_start(asked, now)
    if asked.session is not None:
        _check_session(asked, asked.session)
    elif asked.basis != Basis.DELIVERED:
        raise InvalidInput(_("Only a booked session can be a late cancellation or a no-show."), field="basis")
    taken = (
        LedgerEntry.objects.time_entries()
        .unreversed()
        .filter(contract=contract, staff=asked.staff, started_at=asked.started_at)
    )
    if taken.exists():
        raise AlreadyLogged(_("You have logged a meeting with this start on this contract already."))


def _check_type_and_length(asked: TimeToLog) -> None:
    contract = asked.contract
    if asked.session_type not in RULES:
        raise InvalidInput(_("Choose a session type."), field="session_type")
    if asked.session_type in contract.types_switched_off:
        raise InvalidInput(_("This contract does not have that session type."), field="session_type")
    longest = RULES[asked.session_type].longest_minutes
    if asked.minutes > longest:
        raise TooLongForType(
            _("%(type)s: at most %(longest)s minutes. Log the rest as supplementary training, or leave it.")
            % {"type": SessionType(asked.session_type).label, "longest": longest}
        )
    if asked.minutes < 1:
        raise InvalidInput(_("Log at least 1 minute."), field="minutes")


def _check_start(asked: TimeToLog, now: datetime) -> None:
    check_within_term(asked.contract, asked.started_at)
    if after_minutes(asked.started_at, asked.minutes) > now:
        raise InTheFuture(_("The meeting has not ended yet: time is logged afterwards."))


def _check_session(asked: TimeToLog, session: ConsultingSession) -> None:
    if session.contract_id != asked.contract.pk:
        raise InvalidInput(_("That session belongs to another contract."), field="session")
    session.refresh_from_db(fields=["status"])
    ran_over = asked.session_type == SessionType.SUPPLEMENTARY_TRAINING and asked.basis == Basis.DELIVERED
    if asked.session_type == session.session_type:
        logged_before = session.time_entries.unreversed().filter(session_type=session.session_type)
        if not ran_over and logged_before.exists():
            raise AlreadyLogged(
                _("This session has its time logged: what ran over is logged as supplementary training.")
            )
    elif not ran_over:
        raise InvalidInput(
            _("A session is logged under its own type, what ran over as supplementary training."),
            field="session_type",
        )
    _check_basis(asked, session)


def _check_basis(asked: TimeToLog, session: ConsultingSession) -> None:
    """A late cancellation or a no-show consumes nothing unless staff log it, with a reason (DOMAIN.md §7)."""
    status = ConsultingSession.Status
    right_basis = {
        status.BOOKED: Basis.DELIVERED,
        status.HELD: Basis.DELIVERED,
        status.CANCELLED: Basis.LATE_CANCELLATION,
        status.NO_SHOW: Basis.NO_SHOW,
    }[status(session.status)]
    if asked.basis != right_basis:
        raise InvalidInput(
            _("This session is %(status)s.") % {"status": session.get_status_display().lower()}, field="session"
        )
    if right_basis == Basis.DELIVERED:
        return
    if session.status == status.CANCELLED and not _was_late(session):
        raise InvalidInput(_("The session was cancelled in time: nothing is logged for it."), field="session")
    if not asked.reason.strip():
        raise InvalidInput(_("Say why a meeting that did not take place is logged."), field="reason")
    if asked.minutes > session.duration_minutes:
        raise InvalidInput(_("At most the booked minutes can be logged."), field="minutes")
    if asked.started_at != session.starts_at:
        raise InvalidInput(_("It is logged at the booked start."), field="started_at")


def _was_late(session: ConsultingSession) -> bool:
    return session.events.filter(kind=SessionEvent.Kind.CANCELLED, details__late=True).exists()


def _check_reversal(entry: LedgerEntry, by: User, reason: str) -> None:
    if entry.kind not in (LedgerEntry.Kind.CONSUMPTION, LedgerEntry.Kind.ADJUSTMENT):
        raise InvalidInput(_("Only time entries and adjustments can be reversed."), field="entry")
    if not may_reverse(by, entry):
        raise NotAllowed(_("An entry is reversed by who logged it, or by an operations lead."))
    if not reason.strip():
        raise InvalidInput(_("Say why the entry is reversed."), field="reason")
    if LedgerEntry.objects.filter(reverses=entry).exists():
        raise AlreadyReversed(_("This entry was reversed before."))


def _check_not_voided(contract: Contract) -> None:
    if contract.voided_at is not None:
        raise InvalidInput(_("This contract was voided."), field="contract")


def _overlapping(asked: TimeToLog, besides: LedgerEntry | None = None) -> list[LedgerEntry]:
    """Unreversed entries of the same person, on any contract, that overlap what is asked for."""
    end = after_minutes(asked.started_at, asked.minutes)
    near = (
        LedgerEntry.objects.time_entries()
        .unreversed()
        .filter(staff=asked.staff, started_at__gt=asked.started_at - LONGEST_MEETING, started_at__lt=end)
        .select_related("contract__customer")
        .order_by("started_at", "pk")
    )
    return [
        entry
        for entry in near
        if entry != besides
        and entry.started_at is not None
        and after_minutes(entry.started_at, entry.minutes) > asked.started_at
    ]
