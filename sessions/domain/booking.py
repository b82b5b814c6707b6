"""Booking, cancelling and no-shows (DOMAIN.md §7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import faults
from core.database_errors import EXCLUSION_VIOLATION, sqlstate
from core.dates import after_minutes
from core.refusals import InvalidInput, NotAllowed
from customers.domain.queries import lead_of, members_of
from customers.domain.roles import delivers, is_admin_of, roles_of
from customers.models import Role, StaffProfile, User
from packages.domain.contracts import delivery_team_of, is_on_team, locked, may_book_for
from packages.domain.terms import terms_accepted
from packages.models import Contract
from packages.session_types import LENGTHS_IN_MINUTES, RULES, SessionType
from sessions.domain import availability, invitations
from sessions.domain.quotes import Quote, quote
from sessions.domain.refusals import (
    OverageNotAccepted,
    TermsNotAccepted,
    TooLate,
    TooLongForType,
    Unpriced,
)
from sessions.domain.states import move
from sessions.domain.term import check_within_term
from sessions.models import Attendee, ConsultingSession, DiaryEntry, OverageAcceptance, SessionEvent

MOST_ATTENDEES = 50
LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class Guest:
    """An attendee as typed: one of the customer's members or anybody else."""

    name: str
    email: str


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
        bound_by_hours=_is_bound_by_hours(by, contract),
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
    """
    guests = _checked_guests(attendees)
    contract = locked(contract)
    _check_request(contract, session_type, starts_at, duration_minutes, staff, by)
    _lock_diary(staff)
    availability.check_slot(
        staff=staff,
        starts_at=starts_at,
        duration_minutes=duration_minutes,
        bound_by_hours=_is_bound_by_hours(by, contract),
        now=now,
        contract=contract,
    )
    faults.reach("after_check")
    offer = quote(contract=contract, session_type=session_type, starts_at=starts_at, duration_minutes=duration_minutes)
    if offer.costs:
        _check_acceptance(offer, contract, by, accept_overage, sealed_quote)
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
    _write_diary(session, now)
    _write_attendees(session, guests)
    SessionEvent.objects.create(
        session=session,
        kind=SessionEvent.Kind.BOOKED,
        at=now,
        by=by,
        details={"starts_at": starts_at.isoformat(), "minutes": duration_minutes, "staff": staff.name},
    )
    if offer.costs:
        _keep_acceptance(session, offer, by, now)
    invitations.announce_booking(session, now=now)
    return session


@transaction.atomic
def cancel_session(*, session: ConsultingSession, by: User, reason: str, now: datetime) -> ConsultingSession:
    """Cancel a booked session. A customer's cancellation inside the cut-off is marked late.

    :raises NotAllowed: if `by` may not book on this contract
    :raises TooLate: if a customer cancels after the start
    :raises WrongState: if the session is not booked any more
    """
    contract = locked(session.contract)
    if not may_book_for(by, contract):
        raise NotAllowed(_("Sessions are cancelled by a customer admin or by the delivery team."))
    session.refresh_from_db(fields=["starts_at", "status", "sequence"])
    by_customer = _is_bound_by_hours(by, contract)
    if by_customer and now >= session.starts_at:
        raise TooLate(_("The session has begun. Call your lead instead."), call=_whom_to_call(contract))
    late = by_customer and is_late(session, now=now)
    move(session, SessionEvent.Kind.CANCELLED, by=by, now=now, reason=reason.strip(), details={"late": late})
    DiaryEntry.objects.filter(session=session).delete()
    session.sequence += 1
    session.save(update_fields=["sequence"])
    invitations.announce_cancellation(session, now=now)
    return session


def is_late(session: ConsultingSession, *, now: datetime) -> bool:
    """Whether a customer's change would come inside the cut-off before the start (DOMAIN.md §7)."""
    return now > session.starts_at - timedelta(hours=availability.policy().change_cutoff_hours)


@transaction.atomic
def mark_no_show(
    *, session: ConsultingSession, by: User, reason: str, missing: str, now: datetime
) -> ConsultingSession:
    """Keep that a session did not take place and who was missing; by staff, from the start on.

    :raises NotAllowed: if `by` is not of the staff who serve the customer
    :raises InvalidInput: before the start, or without the name of who was missing
    :raises WrongState: if the session is not booked any more
    """
    contract = locked(session.contract)
    if not _acts_as_staff(by, contract):
        raise NotAllowed(_("A no-show is recorded by the delivery team."))
    session.refresh_from_db(fields=["starts_at", "status"])
    if now < session.starts_at:
        raise InvalidInput(_("A no-show is recorded from the start of the session on."), field="session")
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


def _check_request(
    contract: Contract, session_type: str, starts_at: datetime, duration_minutes: int, staff: User, by: User
) -> None:
    if not may_book_for(by, contract):
        raise NotAllowed(_("Sessions are booked by a customer admin or by the delivery team."))
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
    if staff not in delivery_team_of(contract):
        raise InvalidInput(_("That person does not deliver for this contract."), field="staff")
    check_within_term(contract, starts_at)


def _checked_guests(attendees: Sequence[Guest]) -> list[Guest]:
    guests: dict[str, Guest] = {}
    for guest in attendees:
        email, name = guest.email.strip().lower(), " ".join(guest.name.split())
        try:
            validate_email(email)
        except ValidationError:
            raise InvalidInput(
                _("“%(email)s” is not an e-mail address.") % {"email": guest.email}, field="attendees"
            ) from None
        if not name or len(name) > LONGEST_NAME:
            raise InvalidInput(_("Each attendee needs a name."), field="attendees")
        guests.setdefault(email, Guest(name, email))
    if not guests:
        raise InvalidInput(_("Name at least one attendee."), field="attendees")
    if len(guests) > MOST_ATTENDEES:
        raise InvalidInput(_("A session has at most %(most)s attendees.") % {"most": MOST_ATTENDEES}, field="attendees")
    return list(guests.values())


def _lock_diary(staff: User) -> None:
    """Let bookers of one person queue: the exclusion constraint alone would answer them with deadlocks."""
    if not faults.skips("lock"):
        StaffProfile.objects.select_for_update(no_key=True).get(pk=staff.pk)


def _is_bound_by_hours(by: User, contract: Contract) -> bool:
    return not _acts_as_staff(by, contract)


def _acts_as_staff(by: User, contract: Contract) -> bool:
    return Role.OPERATIONS in roles_of(by) or (delivers(by) and is_on_team(by, contract))


def _check_acceptance(offer: Quote, contract: Contract, by: User, accept_overage: bool, sealed_quote: str) -> None:
    if not terms_accepted(contract):
        raise TermsNotAccepted(_("Accept the service terms before you book a session that costs money."))
    if offer.unpriced:
        raise Unpriced(_("No hourly rate is in force for that day, so the overage cannot be priced. Ask your lead."))
    if not is_admin_of(by, contract.customer_id):
        raise OverageNotAccepted(
            _("This session would cost money: a customer admin has to accept that."), **_described(offer)
        )
    if not accept_overage:
        raise OverageNotAccepted(
            _("This session goes beyond the included minutes. Accept the overage to book it."), **_described(offer)
        )
    if sealed_quote and offer.rose_since(sealed_quote):
        raise OverageNotAccepted(
            _("The price has changed since you saw it. Look at it again and accept it to book."), **_described(offer)
        )


def _described(offer: Quote) -> dict[str, object]:
    return {
        "quote": {
            "included_minutes": offer.included_minutes,
            "overage_minutes": offer.overage_minutes,
            "displaced_minutes": offer.displaced_minutes,
            "amount": str(offer.total_amount),
            "currency": offer.currency,
        }
    }


def _write_diary(session: ConsultingSession, now: datetime) -> None:
    try:
        with transaction.atomic():
            DiaryEntry.objects.create(
                staff=session.staff, starts_at=session.starts_at, ends_at=session.ends_at, session=session
            )
    except IntegrityError as error:
        if sqlstate(error) != EXCLUSION_VIOLATION:
            raise
        raise availability.slot_taken(
            session.staff, session.starts_at, session.duration_minutes, now, session.contract
        ) from error


def _write_attendees(session: ConsultingSession, guests: list[Guest]) -> None:
    members = {member.email.lower(): member for member in members_of(session.contract.customer)}
    Attendee.objects.bulk_create(
        Attendee(session=session, name=guest.name, email=guest.email, user=members.get(guest.email)) for guest in guests
    )


def _keep_acceptance(session: ConsultingSession, offer: Quote, by: User, now: datetime) -> None:
    amount = offer.total_amount
    assert amount is not None, "unpriced overage is refused before"
    OverageAcceptance.objects.create(
        session=session,
        accepted_by=by,
        accepted_at=now,
        overage_minutes=offer.overage_minutes,
        displaced_minutes=offer.displaced_minutes,
        amount=amount,
        currency=offer.currency,
        hourly_rate=offer.hourly_rate,
        terms=session.contract.terms,
    )


def _whom_to_call(contract: Contract) -> dict[str, str]:
    lead = lead_of(contract.customer)
    if lead is None:
        return {}
    profile = getattr(lead, "staff_profile", None)
    return {"name": lead.name, "email": lead.email, "phone": profile.phone if profile else ""}
