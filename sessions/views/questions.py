"""What the pages share that ask before something is done to a session."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied

from core.refusals import NotAllowed, Refusal
from customers.domain.queries import lead_of
from customers.permissions import PortalRequest
from sessions.domain.acts import Act, check_act, cutoff_of
from sessions.models import ConsultingSession
from sessions.views.zones import other_zone_of


def refused_to(request: PortalRequest, act: Act, session: ConsultingSession, *, now: datetime) -> Refusal | None:
    """Why the person cannot do that to the session now, for the page to say; who never may is sent away."""
    try:
        check_act(act, session=session, by=request.user, now=now)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Refusal as refusal:
        return refusal
    return None


def about(request: PortalRequest, session: ConsultingSession) -> dict[str, Any]:
    """The context of `sessions/_question_head.html`, and whom to call where the portal can do no more."""
    contract = session.contract
    return {
        "session": session,
        "contract": contract,
        "customer": contract.customer,
        "zone": request.user.time_zone,
        "other_zone": other_zone_of(request.user, customer_zone=contract.time_zone, staff_zone=session.staff.time_zone),
        "cutoff": cutoff_of(session),
        "lead": lead_of(contract.customer),
    }
