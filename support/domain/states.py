"""Which state of a request may follow which, and the one function that moves it (DOMAIN.md §9)."""

from datetime import datetime

from django.utils.translation import gettext as _

from customers.models import User
from support.domain.refusals import WrongState
from support.models import RequestEvent, RequestMessage, RoutingDecision, SupportRequest

Status = SupportRequest.Status
Kind = RequestEvent.Kind

UNDER_WAY = (Status.NEW, Status.OPEN, Status.WAITING)
# What a conversation does: the customer's word puts it before the staff again, an answer takes it up.
_REPLY = {
    Status.NEW: Status.NEW,
    Status.OPEN: Status.OPEN,
    Status.WAITING: Status.OPEN,
    Status.RESOLVED: Status.OPEN,
}
_ANSWER = {Status.NEW: Status.OPEN, Status.OPEN: Status.OPEN, Status.WAITING: Status.WAITING}

# event: {from: to}
TRANSITIONS: dict[str, dict[Status, Status]] = {
    Kind.REPLIED: _REPLY,
    Kind.ANSWERED: _ANSWER,
    Kind.ASKED: dict.fromkeys(UNDER_WAY, Status.WAITING),
    Kind.RESOLVED: dict.fromkeys(UNDER_WAY, Status.RESOLVED),
    Kind.KEPT: _ANSWER,
    Kind.SENT_ON: dict.fromkeys(UNDER_WAY, Status.RESOLVED),
    Kind.CLOSED: dict.fromkeys((*UNDER_WAY, Status.RESOLVED), Status.CLOSED),
    Kind.CALLED_OFF: dict.fromkeys(UNDER_WAY, Status.CLOSED),
}


def move(
    request: SupportRequest,
    kind: str,
    *,
    by: User,
    now: datetime,
    message: RequestMessage | None = None,
    decision: RoutingDecision | None = None,
) -> RequestEvent:
    """Bring `request` to the state that follows `kind`, guarded by the state that it was read in, and keep the event.

    :raises WrongState: if nothing like that can be done in its state, or if it has left that state meanwhile
    """
    before = Status(request.status)
    after = TRANSITIONS[kind].get(before)
    moved = after is not None and SupportRequest.objects.filter(pk=request.pk, status=before).update(
        status=after, changed_at=now
    )
    if not moved or after is None:
        raise WrongState(_("This request has changed in the meantime: load the page again."))
    request.status, request.changed_at = after, now
    return RequestEvent.objects.create(
        request=request, kind=kind, at=now, by=by, status=after, message=message, decision=decision
    )
