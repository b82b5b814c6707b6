"""How the time of a session is expected to be logged: what the form is filled in with (DOMAIN.md §4, §7)."""

from dataclasses import dataclass
from datetime import datetime

from core.dates import after_minutes
from packages.session_types import SessionType
from sessions.models import ConsultingSession, LedgerEntry

Basis = LedgerEntry.Basis
Status = ConsultingSession.Status

_BASIS_OF_STATUS: dict[str, Basis] = {Status.CANCELLED: Basis.LATE_CANCELLATION, Status.NO_SHOW: Basis.NO_SHOW}


@dataclass(frozen=True, slots=True)
class ExpectedTime:
    """The types that the session can be logged under (the likely one first), its start, its minutes if they are known.

    `basis` says whether the meeting took place, or is logged as a late cancellation or a no-show.
    """

    session_types: tuple[SessionType, ...]
    started_at: datetime
    minutes: int | None
    basis: Basis

    @property
    def took_place(self) -> bool:
        return self.basis == Basis.DELIVERED


def expected_time(session: ConsultingSession) -> ExpectedTime:
    """The booking's own figures; once its own type is logged, what ran over, from where the last entry ends.

    Nothing runs over a meeting that did not take place.
    """
    own, over = SessionType(session.session_type), SessionType.SUPPLEMENTARY_TRAINING
    basis = _BASIS_OF_STATUS.get(session.status, Basis.DELIVERED)
    logged = LedgerEntry.objects.time_entries().unreversed().filter(session=session)
    ends = [after_minutes(entry.started_at, entry.minutes) for entry in logged if entry.started_at is not None]
    if basis == Basis.DELIVERED and any(entry.session_type == own for entry in logged):
        return ExpectedTime((over,), max(ends), None, basis)
    types = (own,) if own == over or basis != Basis.DELIVERED else (own, over)
    return ExpectedTime(types, session.starts_at, session.duration_minutes, basis)
