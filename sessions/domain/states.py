"""Which state of a session may follow which, and the one function that moves it (DOMAIN.md §7)."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from customers.models import User
from sessions.domain.refusals import WrongState
from sessions.models import ConsultingSession, SessionEvent

Status = ConsultingSession.Status
Kind = SessionEvent.Kind

# event: (from, to)
TRANSITIONS: dict[str, tuple[str, str]] = {
    Kind.MOVED: (Status.BOOKED, Status.BOOKED),
    Kind.REASSIGNED: (Status.BOOKED, Status.BOOKED),
    Kind.PLACE: (Status.BOOKED, Status.BOOKED),
    Kind.ATTENDEES: (Status.BOOKED, Status.BOOKED),
    Kind.CANCELLED: (Status.BOOKED, Status.CANCELLED),
    Kind.NO_SHOW: (Status.BOOKED, Status.NO_SHOW),
    Kind.LOGGED: (Status.BOOKED, Status.HELD),
    Kind.REOPENED: (Status.HELD, Status.BOOKED),
}


def move(
    session: ConsultingSession,
    kind: str,
    *,
    by: User,
    now: datetime,
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> SessionEvent:
    """Bring `session` to the state that follows `kind`, guarded by the old one, and keep the event.

    :raises WrongState: if the session is no longer in the state that `kind` starts from
    """
    before, after = TRANSITIONS[kind]
    if not ConsultingSession.objects.filter(pk=session.pk, status=before).update(status=after):
        raise WrongState(_("This session has changed in the meantime: load the page again."))
    session.status = after
    return SessionEvent.objects.create(session=session, kind=kind, at=now, by=by, reason=reason, details=details or {})
