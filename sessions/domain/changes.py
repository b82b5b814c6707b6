"""Moving a session to another time or person, handing it to a colleague: the same session goes on (DOMAIN.md §7)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import faults
from core.dates import after_minutes
from core.refusals import InvalidInput
from customers.domain.names import refer_to
from customers.models import User
from packages.domain.contracts import locked
from packages.domain.rates import RateBook
from packages.models import Contract
from sessions.domain import availability, invitations
from sessions.domain.acceptance import check_acceptance, keep_acceptance
from sessions.domain.acts import Act, acts_as_staff, check_act
from sessions.domain.answers import forget_answers
from sessions.domain.booking import check_meeting
from sessions.domain.diary_places import change_place, lock_diary
from sessions.domain.facts import ContractFacts
from sessions.domain.overage_cap import check_cap
from sessions.domain.overage_rises import Cause, tell_rises
from sessions.domain.quotes import Quote, quote
from sessions.domain.states import move
from sessions.models import ConsultingSession, SessionEvent

Kind = SessionEvent.Kind
WHAT_MOVES = ["staff", "starts_at", "ends_at", "duration_minutes", "place", "status", "sequence"]


@dataclass(frozen=True, slots=True)
class MoveOffer:
    """What a session would draw and cost at another place (`quote`), and what it does where it stands (`stands`).

    `must_be_accepted`: the figures are above both what stands and what was accepted last.
    """

    quote: Quote
    stands: Quote
    must_be_accepted: bool


def quote_move(
    *, session: ConsultingSession, starts_at: datetime, duration_minutes: int, staff: User, by: User, now: datetime
) -> MoveOffer:
    """What a move would draw and cost, quoted without the old place. Changes nothing.

    :raises NotAllowed, WrongState, TooLate, InvalidInput, TooLongForType, OutsideContract, TooSoon,
        OutsideAvailability, SlotTaken: as `move_session`
    """
    check_act(Act.MOVE, session=session, by=by, now=now)
    _check_place(session, session.contract, starts_at, duration_minutes, staff, by, now)
    return _offer(session, starts_at, duration_minutes)


@transaction.atomic
def move_session(
    *,
    session: ConsultingSession,
    starts_at: datetime,
    duration_minutes: int,
    staff: User,
    accept_overage: bool,
    by: User,
    now: datetime,
    reason: str = "",
    sealed_quote: str = "",
) -> ConsultingSession:
    """Move a booked session to another start, length (in minutes) or person: the same session, all or nothing.

    Customers move until the cut-off and into what can be booked; the diary alone binds staff. Overage is accepted anew
    where it rises above what stands and what was accepted. Everybody is told, with a new version of the calendar entry.

    :raises NotAllowed: if `by` may not move sessions of this contract
    :raises TooLate: if a customer moves inside the cut-off
    :raises WrongState: if the session is not booked any more
    :raises InvalidInput: with the field at fault; also if nothing would change
    :raises TooLongForType: if the length exceeds the type's longest
    :raises OutsideContract: if the start lies outside the term, in the contract's zone
    :raises TooSoon, OutsideAvailability, SlotTaken: if the time cannot be had
    :raises TermsNotAccepted, Unpriced, OverageNotAccepted: if the figures rise and something is missing
    :raises AboveCap: if a month's overage rises above the customer's own cap and `by` is not its approver
    """
    contract = locked(session.contract)
    session.refresh_from_db(fields=WHAT_MOVES)
    check_act(Act.MOVE, session=session, by=by, now=now)
    lock_diary(staff)
    _check_place(session, contract, starts_at, duration_minutes, staff, by, now)
    faults.reach("after_check")
    offer = _offer(session, starts_at, duration_minutes)
    if offer.must_be_accepted:
        check_acceptance(offer.quote, contract, by=by, accept_overage=accept_overage, sealed_quote=sealed_quote)
    if offer.quote.costs:
        check_cap(contract, offer.quote.asked_for, by=by, without=session)
    changed = _place_anew(session, starts_at, duration_minutes, staff, now=now)
    if changed.time:
        forget_answers(session)
    kind = Kind.MOVED if changed.time else Kind.REASSIGNED
    move(session, kind, by=by, now=now, reason=reason.strip(), details=changed.details)
    accepted_by = by if offer.must_be_accepted else None
    tell_rises(
        before=offer.quote.facts,
        after=ContractFacts.of(contract, with_bookings=True),
        cause=Cause(f"moved:{session.pk}:{session.sequence}", accepted_by=accepted_by, besides=session),
        now=now,
    )
    if offer.must_be_accepted:
        keep_acceptance(session, offer.quote, by=by, now=now)
    _announce(session, changed, now=now)
    return session


@transaction.atomic
def reassign_session(
    *, session: ConsultingSession, to: User, by: User, now: datetime, reason: str = ""
) -> ConsultingSession:
    """Hand a booked session to a colleague of the delivery team, at the same time; minutes and money stay as they are.

    :raises NotAllowed: if `by` is not of the delivery team or operations
    :raises WrongState: if the session is not booked any more
    :raises InvalidInput: if `to` has it already, or does not deliver for this contract
    :raises TooSoon, SlotTaken: if it has begun, or a meeting stands in the colleague's diary
    """
    contract = locked(session.contract)
    session.refresh_from_db(fields=WHAT_MOVES)
    check_act(Act.REASSIGN, session=session, by=by, now=now)
    lock_diary(to)
    _check_place(session, contract, session.starts_at, session.duration_minutes, to, by, now)
    changed = _place_anew(session, session.starts_at, session.duration_minutes, to, now=now)
    move(session, Kind.REASSIGNED, by=by, now=now, reason=reason.strip(), details=changed.details)
    _announce(session, changed, now=now)
    return session


@dataclass(frozen=True, slots=True)
class _Changed:
    """What a change did: whether the time is another one, who delivered before, and the event's particulars."""

    time: bool
    staff_before: User | None
    details: dict[str, Any]


def _check_place(
    session: ConsultingSession,
    contract: Contract,
    starts_at: datetime,
    duration_minutes: int,
    staff: User,
    by: User,
    now: datetime,
) -> None:
    if (starts_at, duration_minutes, staff.pk) == (session.starts_at, session.duration_minutes, session.staff_id):
        raise InvalidInput(_("The session stands there already: choose another time or person."), field="starts_at")
    check_meeting(
        contract,
        session_type=session.session_type,
        starts_at=starts_at,
        duration_minutes=duration_minutes,
        staff=staff,
    )
    availability.check_slot(
        staff=staff,
        starts_at=starts_at,
        duration_minutes=duration_minutes,
        bound_by_hours=not acts_as_staff(by, contract),
        now=now,
        contract=contract,
        without=session,
    )


def _offer(session: ConsultingSession, starts_at: datetime, duration_minutes: int) -> MoveOffer:
    contract = session.contract
    facts, rates = ContractFacts.of(contract, with_bookings=True), RateBook.load([contract])

    def quoted(start: datetime, minutes: int) -> Quote:
        return quote(
            contract=contract,
            session_type=session.session_type,
            starts_at=start,
            duration_minutes=minutes,
            without=session,
            facts=facts,
            rates=rates,
        )

    offer = quoted(starts_at, duration_minutes)
    stands = quoted(session.starts_at, session.duration_minutes)
    known = [(stands.total_overage_minutes, stands.total_amount)]
    accepted = session.overage_acceptances.order_by("accepted_at", "pk").last()
    if accepted is not None:
        known.append((accepted.overage_minutes + accepted.displaced_minutes, accepted.amount))
    return MoveOffer(offer, stands, offer.costs and all(_is_above(offer, *figures) for figures in known))


def _is_above(offer: Quote, minutes: int, amount: Decimal | None) -> bool:
    """Whether `offer` costs more minutes or more money than is known; where neither has a price minutes decide."""
    if offer.total_overage_minutes > minutes:
        return True
    if offer.total_amount is None or amount is None:
        return offer.total_amount is None and amount is not None
    return offer.total_amount > amount


def _place_anew(
    session: ConsultingSession, starts_at: datetime, duration_minutes: int, staff: User, *, now: datetime
) -> _Changed:
    """Give `session` its new place in the diary; a video link of the person's own changes with the person."""
    before = session.staff
    details = {
        "from": {
            "starts_at": session.starts_at.isoformat(),
            "minutes": session.duration_minutes,
            "staff": refer_to(before),
        },
        "starts_at": starts_at.astimezone(UTC).isoformat(),
        "minutes": duration_minutes,
        "staff": refer_to(staff),
    }
    time = (starts_at, duration_minutes) != (session.starts_at, session.duration_minutes)
    if staff.pk != before.pk and session.place == before.staff_profile.video_link:
        session.place = staff.staff_profile.video_link
    session.staff = staff
    session.starts_at = starts_at.astimezone(UTC)
    session.ends_at = after_minutes(session.starts_at, duration_minutes)
    session.duration_minutes = duration_minutes
    session.sequence += 1
    change_place(session, now=now)
    return _Changed(time, before if staff.pk != before.pk else None, details)


def _announce(session: ConsultingSession, changed: _Changed, *, now: datetime) -> None:
    before = {**changed.details["from"], "staff": (changed.staff_before or session.staff).name}
    if changed.time:
        invitations.announce_move(session, before=before, now=now)
    else:
        invitations.announce_colleague(session, before=before, now=now)
    if changed.staff_before is not None:
        invitations.announce_release(session, of=changed.staff_before, before=before, now=now)
