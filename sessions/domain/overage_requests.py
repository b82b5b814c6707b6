"""Asking the approver of a customer's cap to book or to move what goes above it (DOMAIN.md §7).

The mail leads to the last screen of booking, with everything that was typed; the approver books there, by the same
rules as anybody. Nothing is kept free meanwhile (docs/adr/0015).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import local_day
from core.refusals import InvalidInput, NotAllowed
from customers.domain.names import names_in, refer_to_all
from customers.domain.queries import members_of
from customers.domain.roles import is_admin_of
from customers.models import Customer, User
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.domain.outbox import owe
from notifications.models import Message
from packages.models import Contract
from packages.session_types import SessionType
from sessions.domain.attendees import Guest
from sessions.domain.overage_cap import cap_reached
from sessions.domain.quotes import quote
from sessions.models import Attendee, ConsultingSession, OverageRequest, TimeRequest

OVERAGE_ASKED = "overage_asked"


@transaction.atomic
def ask_approver(
    *,
    contract: Contract,
    session_type: str,
    starts_at: datetime,
    duration_minutes: int,
    staff: User,
    by: User,
    now: datetime,
    attendees: Sequence[Guest] = (),
    message: str = "",
    moves: ConsultingSession | None = None,
) -> OverageRequest:
    """Ask the approver, by mail, for a booking or, with `moves`, for another time of that session.

    Asking again for the same on the same day sends no second mail.

    :raises NotAllowed: if `by` is no customer admin
    :raises InvalidInput: if nothing stands above the cap any more
    """
    if not is_admin_of(by, contract.customer_id):
        raise NotAllowed(_("A customer admin asks for overage."))
    offer = quote(
        contract=contract,
        session_type=session_type,
        starts_at=starts_at,
        duration_minutes=duration_minutes,
        without=moves,
    )
    reached = cap_reached(contract, offer.asked_for, by=by, without=moves) if offer.costs else None
    if reached is None:
        raise InvalidInput(_("You can do this yourself now: nothing is above the cap."), field="approver")
    asked = OverageRequest.objects.create(
        contract=contract,
        session=moves,
        session_type=session_type,
        starts_at=starts_at,
        duration_minutes=duration_minutes,
        staff=staff,
        attendees=_kept(attendees, contract.customer, now=now),
        message=message.strip(),
        approver=reached.approver,
        asked_by=by,
        asked_at=now,
    )
    what = f"{moves.pk if moves is not None else 'new'}:{session_type}:{duration_minutes}:{staff.pk}"
    day = local_day(now, contract.time_zone)
    owe(
        kind=OVERAGE_ASKED,
        key=f"{OVERAGE_ASKED}:{contract.pk}:{what}:{starts_at.isoformat()}:{by.pk}:{day}",
        to=reached.approver,
        facts={},
        due_at=now,
        now=now,
        subject_id=asked.pk,
    )
    return asked


def attendees_of(asked: OverageRequest) -> list[Guest]:
    """Who was to come, under the names and addresses that they have now; who was anonymised meanwhile is left out."""
    names = names_in(asked.attendees)
    found = ((names.particulars_of(each), each) for each in asked.attendees)
    return [
        Guest(who.name, who.email, roles=tuple(each["roles"]), language=each["language"])
        for who, each in found
        if who is not None
    ]


def _kept(attendees: Sequence[Guest], customer: Customer, *, now: datetime) -> list[dict[str, Any]]:
    """The request is kept for ever: it refers to people, and says itself only what part they have."""
    members = {member.email.lower(): member.pk for member in members_of(customer)}
    typed = [Attendee(name=each.name, email=each.email, user_id=members.get(each.email.lower())) for each in attendees]
    references = refer_to_all(typed, now=now)
    return [
        {**reference, "roles": list(guest.roles), "language": guest.language}
        for reference, guest in zip(references, attendees, strict=True)
    ]


def register_kinds() -> None:
    """Make this mail known to the outbox; called once by the app's configuration."""
    register(Kind(code=OVERAGE_ASKED, label=gettext_lazy("Overage: asked to accept"), compose=_write))


def address_of(asked: OverageRequest) -> str:
    """Where the approver books or moves what was asked for."""
    proposed = proposal_of(asked)
    if proposed is not None:
        return absolute_url("sessions:confirm-time", proposed.pk)
    query = {
        "minutes": str(asked.duration_minutes),
        "staff": str(asked.staff_id),
        "starts": f"{asked.starts_at:%Y-%m-%dT%H:%M}Z",
    }
    if asked.session_id is not None:
        return f"{absolute_url('sessions:move-confirm', asked.session_id)}?{urlencode(query)}"
    query = {"type": asked.session_type, **query, "asked": str(asked.pk)}
    return f"{absolute_url('sessions:book-details', asked.contract_id)}?{urlencode(query)}"


def proposal_of(asked: OverageRequest) -> TimeRequest | None:
    """The proposal that holds the time in question, where it came about by one."""
    return TimeRequest.objects.filter(
        contract=asked.contract_id,
        status=TimeRequest.Status.PROPOSED,
        session_type=asked.session_type,
        staff=asked.staff_id,
        starts_at=asked.starts_at,
    ).first()


def _write(message: Message, now: datetime) -> Letter | None:
    """Withdrawn once the time is over, or the reader may not accept any more."""
    assert message.subject_id is not None, "this mail names its request"
    asked = OverageRequest.objects.select_related("contract__customer", "staff", "asked_by").get(pk=message.subject_id)
    contract = asked.contract
    if message.recipient is None or now >= asked.starts_at or not is_admin_of(message.recipient, contract.customer_id):
        return None
    offer = quote(
        contract=contract,
        session_type=asked.session_type,
        starts_at=asked.starts_at,
        duration_minutes=asked.duration_minutes,
        without=asked.session,
    )
    reached = cap_reached(contract, offer.asked_for, by=asked.asked_by, without=asked.session)
    return Letter(
        subject=_("%(name)s asks you to accept overage") % {"name": asked.asked_by},
        template="overage_asked",
        context={
            "asked": asked,
            "label": SessionType(asked.session_type).label,
            "customer": contract.customer,
            "offer": offer,
            "reached": reached,
            "page_url": address_of(asked),
            "proposed": proposal_of(asked),
        },
        reply_to=[(asked.asked_by.name, asked.asked_by.email)],
    )
