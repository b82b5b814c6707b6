"""A customer asks for a time that the calendar does not offer; staff propose one, or say why not (DOMAIN.md §7).

What is proposed, and confirmed, stands in `time_proposals`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.dates import ZONE_NAMES, local_day
from core.refusals import InvalidInput, NotAllowed
from customers.domain.roles import delivers, is_admin_of, roles_of
from customers.models import Role, User
from packages.domain.contracts import contracts_visible_to, locked
from packages.models import Contract
from sessions.domain import time_request_news as news
from sessions.domain.booking import check_kind
from sessions.domain.diary_places import let_go_of_place
from sessions.domain.queries import time_requests_visible_to
from sessions.domain.refusals import WrongState
from sessions.models import TimeRequest, TimeRequestEvent, WishedTime

Status = TimeRequest.Status
MOST_WISHES = 5
MOST_OPEN = 5
"""How many requests of one contract may wait for an answer at a time."""
OPEN = frozenset({Status.ASKED, Status.PROPOSED})
TRANSITIONS: dict[str, frozenset[str]] = {
    Status.PROPOSED: OPEN,
    Status.BOOKED: frozenset({Status.PROPOSED}),
    Status.DECLINED: OPEN,
    Status.WITHDRAWN: frozenset({Status.ASKED}),
    Status.EXPIRED: frozenset({Status.PROPOSED}),
}
"""state: those that it follows. A proposal may be replaced by another one."""


class Act(StrEnum):
    """What can be done to a request."""

    PROPOSE = "propose"
    CONFIRM = "confirm"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


_OF_STAFF: dict[Act, frozenset[str]] = {Act.PROPOSE: OPEN, Act.DECLINE: OPEN}
_OF_ADMINS: dict[Act, frozenset[str]] = {
    Act.CONFIRM: frozenset({Status.PROPOSED}),
    Act.DECLINE: frozenset({Status.PROPOSED}),
    Act.WITHDRAW: frozenset({Status.ASKED}),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A stretch of time in which the customer would like to meet: two instants."""

    starts_at: datetime
    ends_at: datetime


@transaction.atomic
def ask_for_a_time(
    *,
    contract: Contract,
    session_type: str,
    duration_minutes: int,
    wishes: Sequence[Wish],
    words: str,
    zone: str,
    by: User,
    now: datetime,
) -> TimeRequest:
    """Ask the contract's lead and dedicated person for a time: up to five stretches of time, words, or both.

    :param zone: the one in which the wishes were typed
    :raises NotAllowed: if `by` is no customer admin
    :raises InvalidInput: with the field at fault; also while five requests of the contract wait for an answer
    :raises TooLongForType: if the length exceeds the type's longest
    """
    if not is_admin_of(by, contract.customer_id):
        raise NotAllowed(_("A customer admin asks for a time."))
    contract = locked(contract)
    check_kind(contract, session_type=session_type, duration_minutes=duration_minutes)
    if local_day(now, contract.time_zone) > contract.ends_on:
        raise InvalidInput(_("The contract is over."), field="contract")
    _check_wishes(wishes, words, zone, now=now)
    if TimeRequest.objects.filter(contract=contract, status__in=OPEN).count() >= MOST_OPEN:
        raise InvalidInput(
            _("%(count)s requests are open already. Wait for an answer, or withdraw one.") % {"count": MOST_OPEN},
            field="contract",
        )
    asked = TimeRequest.objects.create(
        contract=contract,
        session_type=session_type,
        duration_minutes=duration_minutes,
        words=words.strip(),
        zone=zone,
        asked_at=now,
        asked_by=by,
    )
    WishedTime.objects.bulk_create(
        WishedTime(request=asked, starts_at=wish.starts_at, ends_at=wish.ends_at) for wish in wishes
    )
    TimeRequestEvent.objects.create(request=asked, kind=Status.ASKED, at=now, by=by)
    news.tell_of_asking(asked, now=now)
    return asked


@transaction.atomic
def decline_request(*, asked: TimeRequest, reason: str, by: User, now: datetime) -> TimeRequest:
    """Staff have no time to propose, or take a proposal back; or a customer admin does not want what was proposed.

    :raises NotAllowed: if it is not for `by` to answer
    :raises InvalidInput: without a reason
    :raises WrongState: if it was decided before
    """
    asked = locked_request(asked)
    check_act(Act.DECLINE, asked, by=by)
    if not reason.strip():
        raise InvalidInput(_("Say why: the other side reads it."), field="reason")
    move(asked, Status.DECLINED, by=by, now=now, reason=reason)
    let_go_of_place(asked)
    news.tell_of_declining(asked, by=by, now=now)
    return asked


@transaction.atomic
def withdraw_request(*, asked: TimeRequest, by: User, now: datetime, reason: str = "") -> TimeRequest:
    """The customer needs no answer any more.

    :raises NotAllowed: if `by` is no customer admin
    :raises WrongState: if it was answered before
    """
    asked = locked_request(asked)
    check_act(Act.WITHDRAW, asked, by=by)
    move(asked, Status.WITHDRAWN, by=by, now=now, reason=reason)
    news.tell_of_withdrawing(asked, now=now)
    return asked


def open_requests(person: User) -> QuerySet[TimeRequest]:
    """What waits for an answer of either side, the oldest first."""
    return time_requests_visible_to(person).filter(status__in=OPEN).order_by("asked_at", "pk")


def acts_open_to(person: User, asked: TimeRequest) -> frozenset[Act]:
    """What `person` may do to a request as it stands: what pages offer."""
    return frozenset(act for act in Act if asked.status in _states_for(act, person, asked.contract))


def check_act(act: Act, asked: TimeRequest, *, by: User) -> None:
    """Refuse what `by` may not do to a request as it stands; the caller holds the contract's lock.

    :raises NotAllowed: if the act is not theirs
    :raises WrongState: if the request's state does not allow it
    """
    states = _states_for(act, by, asked.contract)
    if not states:
        raise NotAllowed(_("This is for the other side to decide."))
    if asked.status not in states:
        raise decided_before()


def answers_requests(person: User, contract: Contract) -> bool:
    """Whether `person` answers for the provider: operations, and who leads the customer or delivers for them."""
    return Role.OPERATIONS in roles_of(person) or (
        delivers(person)
        and not is_admin_of(person, contract.customer_id)
        and contracts_visible_to(person).filter(pk=contract.pk).exists()
    )


def move(
    asked: TimeRequest,
    to: str,
    *,
    by: User | None,
    now: datetime,
    reason: str = "",
    details: dict[str, Any] | None = None,
    **fields: Any,
) -> None:
    """Bring a request to the state `to`, with `fields`, guarded by the states that it follows; keep the event.

    :raises WrongState: if it is in none of them any more
    """
    guarded = TimeRequest.objects.filter(pk=asked.pk, status__in=TRANSITIONS[to])
    if not guarded.update(status=to, **fields):
        raise decided_before()
    asked.status = to
    for name, value in fields.items():
        setattr(asked, name, value)
    TimeRequestEvent.objects.create(request=asked, kind=to, at=now, by=by, reason=reason.strip(), details=details or {})


def locked_request(asked: TimeRequest) -> TimeRequest:
    """Read a request anew under its contract's lock."""
    contract = locked(asked.contract)
    fresh = TimeRequest.objects.select_related("staff__staff_profile", "asked_by").get(pk=asked.pk)
    fresh.contract = contract
    return fresh


def decided_before() -> WrongState:
    """The refusal of who comes too late."""
    return WrongState(_("This request has been decided in the meantime: load the page again."))


def _states_for(act: Act, person: User, contract: Contract) -> frozenset[str]:
    states: frozenset[str] = frozenset()
    if act in _OF_ADMINS and is_admin_of(person, contract.customer_id):
        states |= _OF_ADMINS[act]
    if act in _OF_STAFF and answers_requests(person, contract):
        states |= _OF_STAFF[act]
    return states


def _check_wishes(wishes: Sequence[Wish], words: str, zone: str, *, now: datetime) -> None:
    if zone not in ZONE_NAMES:
        raise InvalidInput(_("There is no such time zone."), field="zone")
    if not wishes and not words.strip():
        raise InvalidInput(_("Name a time that would suit you, or say it in words."), field="words")
    if len(wishes) > MOST_WISHES:
        raise InvalidInput(_("Name at most %(most)s times.") % {"most": MOST_WISHES}, field="wishes")
    for wish in wishes:
        if wish.ends_at <= wish.starts_at:
            raise InvalidInput(_("A time ends after it begins."), field="wishes")
        if wish.ends_at <= now:
            raise InvalidInput(_("This time has passed."), field="wishes")
