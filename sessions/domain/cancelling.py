"""Sessions that do not take place: cancelled, or missed by somebody (DOMAIN.md §7)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.refusals import InvalidInput
from customers.models import User
from packages.domain.contracts import locked
from sessions.domain import invitations
from sessions.domain.acts import Act, acts_as_staff, check_act, is_late
from sessions.domain.diary_places import give_place_up
from sessions.domain.facts import ContractFacts
from sessions.domain.overage_rises import Cause, tell_rises
from sessions.domain.states import move
from sessions.models import ConsultingSession, SessionEvent


@transaction.atomic
def cancel_session(*, session: ConsultingSession, by: User, reason: str, now: datetime) -> ConsultingSession:
    """Cancel a booked session. A customer's cancellation inside the cut-off is marked late.

    :raises NotAllowed: if `by` may not book on this contract
    :raises TooLate: if a customer cancels after the start
    :raises WrongState: if the session is not booked any more
    """
    contract = locked(session.contract)
    session.refresh_from_db(fields=["staff", "starts_at", "ends_at", "duration_minutes", "status", "sequence"])
    check_act(Act.CANCEL, session=session, by=by, now=now)
    late = not acts_as_staff(by, contract) and is_late(session, now=now)
    before = ContractFacts.of(contract, with_bookings=True)
    move(session, SessionEvent.Kind.CANCELLED, by=by, now=now, reason=reason.strip(), details={"late": late})
    after = ContractFacts.of(contract, with_bookings=True)
    tell_rises(before=before, after=after, cause=Cause(f"cancelled:{session.pk}"), now=now)
    give_place_up(session)
    session.sequence += 1
    session.save(update_fields=["sequence"])
    invitations.announce_cancellation(session, now=now)
    return session


@transaction.atomic
def mark_no_show(
    *, session: ConsultingSession, by: User, reason: str, missing: str, now: datetime
) -> ConsultingSession:
    """Keep that a session did not take place and who was missing; by staff, from the start on.

    :raises NotAllowed: if `by` is not of the staff who serve the customer
    :raises InvalidInput: before the start, or without the name of who was missing
    :raises WrongState: if the session is not booked any more
    """
    locked(session.contract)
    session.refresh_from_db(fields=["starts_at", "status"])
    check_act(Act.NO_SHOW, session=session, by=by, now=now)
    if not missing.strip():
        raise InvalidInput(_("Say who was missing."), field="missing")
    move(
        session,
        SessionEvent.Kind.NO_SHOW,
        by=by,
        now=now,
        reason=reason.strip(),
        details={"missing": missing.strip()},
    )
    return session
