"""Booking a session (DOMAIN.md §7)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import faults
from core.dates import after_minutes
from core.refusals import InvalidInput, NotAllowed
from customers.domain.names import refer_to
from customers.models import User
from packages.domain.contracts import locked, may_book_for
from packages.models import Contract
from packages.session_types import LENGTHS_IN_MINUTES, RULES, SessionType
from sessions.domain import availability, invitations
from sessions.domain.acceptance import check_acceptance, keep_acceptance
from sessions.domain.acts import acts_as_staff
from sessions.domain.attendees import Guest, checked_guests, write_attendees
from sessions.domain.cover import may_deliver
from sessions.domain.diary_places import lock_diary, take_place
from sessions.domain.facts import ContractFacts
from sessions.domain.overage_cap import check_cap
from sessions.domain.overage_rises import Cause, tell_rises
from sessions.domain.quotes import Quote, quote
from sessions.domain.refusals import TooLongForType
from sessions.domain.term import check_within_term
from sessions.models import ConsultingSession, SessionEvent


def quote_booking(
    *,
    contract: Contract,
    session_type: str,
    starts_at: datetime,
    duration_minutes: int,
    staff: User,
    by: User,
    now: datetime,
) -> Quote:
    """What a booking would draw and cost. Changes nothing; refused for the slot (and malformed input) alone.

    :raises NotAllowed, InvalidInput, TooLongForType, OutsideContract, TooSoon, OutsideAvailability, SlotTaken:
        as `book_session`
    """
    _check_request(contract, session_type, starts_at, duration_minutes, staff, by)
    availability.check_slot(
        staff=staff,
        starts_at=starts_at,
        duration_minutes=duration_minutes,
        bound_by_hours=not acts_as_staff(by, contract),
        now=now,
        contract=contract,
    )
    return quote(contract=contract, session_type=session_type, starts_at=starts_at, duration_minutes=duration_minutes)


@transaction.atomic
def book_session(
    *,
    contract: Contract,
    session_type: str,
    starts_at: datetime,
    duration_minutes: int,
    staff: User,
    attendees: Sequence[Guest],
    accept_overage: bool,
    by: User,
    now: datetime,
    sealed_quote: str = "",
    message: str = "",
) -> ConsultingSession:
    """Book a session: contract and staff are locked in that order, so that one of many clickers wins.

    `sealed_quote` is the quote that the person saw: if the figures rose since, the overage counts as not accepted.

    :raises NotAllowed: if `by` may not book on this contract
    :raises InvalidInput: with the field at fault
    :raises TooLongForType: if the length exceeds the type's longest
    :raises OutsideContract: if the start lies outside the term, in the contract's zone
    :raises TooSoon, OutsideAvailability, SlotTaken: if the time cannot be had
    :raises TermsNotAccepted, Unpriced, OverageNotAccepted: if the booking costs money and something is missing
    :raises AboveCap: if it goes above the customer's own cap and `by` is not its approver
    """
    guests = checked_guests(attendees)
    contract = locked(contract)
    _check_request(contract, session_type, starts_at, duration_minutes, staff, by)
    lock_diary(staff)
    availability.check_slot(
        staff=staff,
        starts_at=starts_at,
        duration_minutes=duration_minutes,
        bound_by_hours=not acts_as_staff(by, contract),
        now=now,
        contract=contract,
    )
    faults.reach("after_check")
    return write_session(
        contract=contract,
        session_type=session_type,
        starts_at=starts_at,
        duration_minutes=duration_minutes,
        staff=staff,
        guests=guests,
        accept_overage=accept_overage,
        sealed_quote=sealed_quote,
        message=message,
        by=by,
        now=now,
    )


def write_session(
    *,
    contract: Contract,
    session_type: str,
    starts_at: datetime,
    duration_minutes: int,
    staff: User,
    guests: Sequence[Guest],
    accept_overage: bool,
    sealed_quote: str,
    message: str,
    by: User,
    now: datetime,
) -> ConsultingSession:
    """Write a session at a place that was checked; the caller holds the locks of contract and diary.

    :param guests: as `checked_guests` returns them
    :raises TermsNotAccepted, Unpriced, OverageNotAccepted, AboveCap, SlotTaken: as `book_session`
    """
    offer = quote(contract=contract, session_type=session_type, starts_at=starts_at, duration_minutes=duration_minutes)
    if offer.costs:
        check_acceptance(offer, contract, by=by, accept_overage=accept_overage, sealed_quote=sealed_quote)
        check_cap(contract, offer.asked_for, by=by)
    starts_at = starts_at.astimezone(UTC)
    session = ConsultingSession.objects.create(
        contract=contract,
        session_type=session_type,
        staff=staff,
        starts_at=starts_at,
        ends_at=after_minutes(starts_at, duration_minutes),
        duration_minutes=duration_minutes,
        place=staff.staff_profile.video_link,
        message=message.strip(),
        booked_at=now,
        booked_by=by,
    )
    take_place(session, now=now)
    write_attendees(session, guests)
    SessionEvent.objects.create(
        session=session,
        kind=SessionEvent.Kind.BOOKED,
        at=now,
        by=by,
        details={"starts_at": starts_at.isoformat(), "minutes": duration_minutes, "staff": refer_to(staff)},
    )
    if offer.costs:
        keep_acceptance(session, offer, by=by, now=now)
    tell_rises(
        before=offer.facts,
        after=ContractFacts.of(contract, with_bookings=True),
        cause=Cause(f"booked:{session.pk}", accepted_by=by if offer.costs else None, besides=session),
        now=now,
    )
    invitations.announce_booking(session, now=now)
    return session


def check_kind(contract: Contract, *, session_type: str, duration_minutes: int) -> None:
    """Refuse a type or a length that the contract does not provide for, whenever it would be.

    :raises InvalidInput: with the field at fault
    :raises TooLongForType: if the length exceeds the type's longest
    """
    if contract.voided_at is not None:
        raise InvalidInput(_("This contract was voided."), field="contract")
    if session_type not in RULES or session_type in contract.types_switched_off:
        raise InvalidInput(_("This contract does not have that session type."), field="session_type")
    longest = RULES[session_type].longest_minutes
    if duration_minutes > longest:
        raise TooLongForType(
            _("%(type)s: at most %(longest)s minutes.") % {"type": SessionType(session_type).label, "longest": longest}
        )
    if duration_minutes not in LENGTHS_IN_MINUTES:
        raise InvalidInput(_("A session lasts 15, 30, 45 or 60 minutes."), field="duration_minutes")


def check_meeting(
    contract: Contract, *, session_type: str, starts_at: datetime, duration_minutes: int, staff: User
) -> None:
    """Refuse a meeting that the contract does not provide for, wherever it would lie in the diary.

    :raises InvalidInput: with the field at fault
    :raises TooLongForType: if the length exceeds the type's longest
    :raises OutsideContract: if the start lies outside the term, in the contract's zone
    """
    check_kind(contract, session_type=session_type, duration_minutes=duration_minutes)
    if not may_deliver(staff, contract, at=starts_at):
        raise InvalidInput(_("That person does not deliver for this contract."), field="staff")
    check_within_term(contract, starts_at)


def _check_request(
    contract: Contract, session_type: str, starts_at: datetime, duration_minutes: int, staff: User, by: User
) -> None:
    if not may_book_for(by, contract):
        raise NotAllowed(_("Sessions are booked by a customer admin or by the delivery team."))
    check_meeting(
        contract, session_type=session_type, starts_at=starts_at, duration_minutes=duration_minutes, staff=staff
    )
