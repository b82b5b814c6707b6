"""What may be logged, and what may not (DOMAIN.md §4; §7 for meetings that did not take place)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from core.dates import after_minutes
from core.refusals import InvalidInput, NotAllowed
from customers.models import User
from packages.domain.contracts import may_log_on
from packages.models import Contract
from packages.session_types import RULES, SessionType
from sessions.domain.refusals import AlreadyLogged, InTheFuture, TooLongForType
from sessions.domain.term import check_within_term
from sessions.models import ConsultingSession, LedgerEntry, SessionEvent

Basis = LedgerEntry.Basis
LONGEST_MEETING = timedelta(minutes=max(rules.longest_minutes for rules in RULES.values()))


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


def check_loggable(asked: TimeToLog, *, now: datetime) -> None:
    """Refuse what may not be logged, as `ledger.log_time` says."""
    contract = asked.contract
    if not may_log_on(asked.staff, contract):
        raise NotAllowed(_("Time is logged by staff who deliver this package to this customer."))
    check_not_voided(contract)
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


def check_not_voided(contract: Contract) -> None:
    """Refuse to write into the ledger of a voided contract."""
    if contract.voided_at is not None:
        raise InvalidInput(_("This contract was voided."), field="contract")


def overlapping(asked: TimeToLog, besides: LedgerEntry | None = None) -> list[LedgerEntry]:
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
