"""The time that staff propose on a request: held in the diary, until it is confirmed, declined or over (DOMAIN.md §7).

It is held for two working days, and never past the notice before its start (docs/adr/0018).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from core import dates, faults
from customers.domain.names import refer_to
from customers.models import User
from packages.models import Contract
from sessions.domain import availability
from sessions.domain import time_request_news as news
from sessions.domain.attendees import Guest, checked_guests
from sessions.domain.booking import check_meeting, write_session
from sessions.domain.diary_places import hold_place, let_go_of_place, lock_diary
from sessions.domain.holidays import holiday_on
from sessions.domain.quotes import Quote, quote
from sessions.domain.refusals import TooLate, TooSoon, WrongState
from sessions.domain.time_requests import Act, check_act, locked_request, move
from sessions.models import ConsultingSession, TimeRequest

Status = TimeRequest.Status
HELD_WORKING_DAYS = 2
SATURDAY = 5


@transaction.atomic
def propose_time(
    *, asked: TimeRequest, staff: User, starts_at: datetime, by: User, now: datetime, message: str = ""
) -> TimeRequest:
    """Propose a time in the diary of `staff`, which holds it meanwhile. It replaces what was proposed before.

    The diary alone binds it, as with anything that staff book; the notice leaves the customer time to decide.

    :raises NotAllowed: if `by` does not answer for the provider
    :raises WrongState: if it was decided before
    :raises InvalidInput, TooLongForType, OutsideContract: as with any booking
    :raises TooSoon, SlotTaken: if the time cannot be had
    """
    asked = locked_request(asked)
    check_act(Act.PROPOSE, asked, by=by)
    starts_at = starts_at.astimezone(UTC)
    _check_still_fits(asked, staff=staff, starts_at=starts_at)
    expires_at = held_until(starts_at, contract=asked.contract, now=now)
    if expires_at <= now:
        raise TooSoon(
            _("Propose a time that is at least %(hours)s hours ahead: the customer has to confirm it before.")
            % {"hours": availability.policy().notice_hours}
        )
    lock_diary(staff)
    let_go_of_place(asked)
    availability.check_slot(
        staff=staff,
        starts_at=starts_at,
        duration_minutes=asked.duration_minutes,
        bound_by_hours=False,
        now=now,
        contract=asked.contract,
    )
    faults.reach("after_check")
    move(
        asked,
        Status.PROPOSED,
        by=by,
        now=now,
        reason=message,
        details={"starts_at": starts_at.isoformat(), "minutes": asked.duration_minutes, "staff": refer_to(staff)},
        staff=staff,
        starts_at=starts_at,
        ends_at=dates.after_minutes(starts_at, asked.duration_minutes),
        expires_at=expires_at,
    )
    hold_place(asked, now=now)
    news.tell_of_proposal(asked, now=now)
    return asked


def quote_proposal(*, asked: TimeRequest, by: User, now: datetime) -> Quote:
    """What the proposed session would draw and cost. Changes nothing.

    :raises NotAllowed, WrongState, TooLate, InvalidInput, OutsideContract: as `confirm_proposal`
    """
    staff, starts_at = _checked(asked, by=by, now=now)
    _check_still_fits(asked, staff=staff, starts_at=starts_at)
    return quote(
        contract=asked.contract,
        session_type=asked.session_type,
        starts_at=starts_at,
        duration_minutes=asked.duration_minutes,
    )


@transaction.atomic
def confirm_proposal(
    *,
    asked: TimeRequest,
    starts_at: datetime,
    attendees: Sequence[Guest],
    accept_overage: bool,
    by: User,
    now: datetime,
    sealed_quote: str = "",
    message: str = "",
) -> ConsultingSession:
    """Book what was proposed, by the rules of any booking; the place that was held becomes the session's.

    :param starts_at: the proposed time that the person saw: another one proposed since is not confirmed by it
    :raises NotAllowed: if `by` is no customer admin
    :raises WrongState: if it was decided before, or replaced by another proposal
    :raises TooLate: if it was held no longer
    :raises InvalidInput, OutsideContract, TermsNotAccepted, Unpriced, OverageNotAccepted, AboveCap: as `book_session`
    """
    guests = checked_guests(attendees)
    asked = locked_request(asked)
    staff, proposed = _checked(asked, by=by, now=now)
    if proposed != starts_at:
        raise WrongState(_("Another time was proposed in the meantime: load the page again."))
    _check_still_fits(asked, staff=staff, starts_at=proposed)
    lock_diary(staff)
    faults.reach("after_check")
    let_go_of_place(asked)
    session = write_session(
        contract=asked.contract,
        session_type=asked.session_type,
        starts_at=proposed,
        duration_minutes=asked.duration_minutes,
        staff=staff,
        guests=guests,
        accept_overage=accept_overage,
        sealed_quote=sealed_quote,
        message=message,
        by=by,
        now=now,
    )
    move(asked, Status.BOOKED, by=by, now=now, session=session)
    return session


def expire_proposals(*, now: datetime) -> int:
    """Let go of every proposal that is held no longer; returns how many. Any number may run at once."""
    over = TimeRequest.objects.filter(status=Status.PROPOSED, expires_at__lte=now).select_related("contract")
    return sum(_expire(asked, now=now) for asked in over.order_by("contract", "pk"))


def held_until(starts_at: datetime, *, contract: Contract, now: datetime) -> datetime:
    """The same time two working days later on the customer's clock, or the notice before the start if that is first."""
    wall = now.astimezone(ZoneInfo(contract.time_zone)).replace(tzinfo=None)
    working_days = 0
    while working_days < HELD_WORKING_DAYS:
        wall += timedelta(days=1)
        if wall.weekday() < SATURDAY and not holiday_on(wall.date(), contract.customer.country):
            working_days += 1
    while not dates.exists(wall, contract.time_zone):
        wall += timedelta(hours=1)
    notice = timedelta(hours=availability.policy().notice_hours)
    return min(dates.instant_of(wall, contract.time_zone), starts_at - notice)


@transaction.atomic
def _expire(asked: TimeRequest, *, now: datetime) -> bool:
    asked = locked_request(asked)
    if asked.status != Status.PROPOSED or asked.expires_at is None or now < asked.expires_at:
        return False
    faults.reach("after_check")
    try:
        move(asked, Status.EXPIRED, by=None, now=now)
    except WrongState:
        return False
    let_go_of_place(asked)
    news.tell_of_expiry(asked, now=now)
    return True


def _checked(asked: TimeRequest, *, by: User, now: datetime) -> tuple[User, datetime]:
    """Who and when was proposed, if `by` may still confirm it."""
    check_act(Act.CONFIRM, asked, by=by)
    assert asked.staff is not None
    assert asked.starts_at is not None
    assert asked.expires_at is not None
    if now >= asked.expires_at:
        raise TooLate(_("The time was held until then and is free for others again. Ask for another one."))
    return asked.staff, asked.starts_at


def _check_still_fits(asked: TimeRequest, *, staff: User, starts_at: datetime) -> None:
    check_meeting(
        asked.contract,
        session_type=asked.session_type,
        starts_at=starts_at,
        duration_minutes=asked.duration_minutes,
        staff=staff,
    )
