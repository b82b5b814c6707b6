"""Who may do what to a request: one table for pages, API and rules alike (DOMAIN.md §9, §12)."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.refusals import NotAllowed
from customers.domain.queries import lead_of
from customers.domain.roles import is_admin_of, memberships_of, roles_of
from customers.models import Customer, Role, User
from sessions.domain.cover import who_answers_for
from support.domain.queries import served_customers
from support.domain.states import TRANSITIONS
from support.models import RequestEvent, SupportRequest

Kind = RequestEvent.Kind
RETURNS = frozenset({SupportRequest.Kind.RETURN, SupportRequest.Kind.EXCHANGE})


class Act(StrEnum):
    """What can be done to a request."""

    REPLY = "reply"
    ANSWER = "answer"
    NOTE = "note"
    ROUTE = "route"
    CLOSE = "close"
    CALL_OFF = "call_off"


class Standing(StrEnum):
    """What somebody is to a request."""

    CUSTOMER = "customer"
    STAFF = "staff"
    LEAD = "lead"


WHO: Mapping[Act, frozenset[Standing]] = {
    Act.REPLY: frozenset({Standing.CUSTOMER}),
    Act.ANSWER: frozenset({Standing.STAFF}),
    Act.NOTE: frozenset({Standing.STAFF}),
    Act.ROUTE: frozenset({Standing.LEAD}),
    Act.CLOSE: frozenset({Standing.CUSTOMER, Standing.STAFF}),
    Act.CALL_OFF: frozenset({Standing.CUSTOMER, Standing.STAFF}),
}
_WHO_DOES: Mapping[Act, Promise] = {
    Act.REPLY: _("A reply is written by the customer's people."),
    Act.ANSWER: _("Requests are answered by the staff who serve the customer."),
    Act.NOTE: _("Notes are written by the staff who serve the customer."),
    Act.ROUTE: _("Where a request goes is decided by the customer's lead."),
    Act.CLOSE: _("A request is closed by its customer or by the staff who serve them."),
    Act.CALL_OFF: _("A return is called off by its customer or by the staff who serve them."),
}
_MOVES: Mapping[Act, frozenset[Kind]] = {
    Act.REPLY: frozenset({Kind.REPLIED}),
    Act.ANSWER: frozenset({Kind.ANSWERED, Kind.ASKED, Kind.RESOLVED}),
    Act.ROUTE: frozenset({Kind.KEPT, Kind.SENT_ON}),
    Act.CLOSE: frozenset({Kind.CLOSED}),
    Act.CALL_OFF: frozenset({Kind.CALLED_OFF}),
}


def acts_open_to(person: User, request: SupportRequest, *, now: datetime) -> frozenset[Act]:
    """What `person` may do to `request` as it stands: what its page offers."""
    standings = standings_of(person, request.customer, now=now)
    return frozenset(act for act in Act if standings & WHO[act] and _fits(act, request))


def check_act(act: Act, *, request: SupportRequest, by: User, now: datetime) -> None:
    """Refuse an act that is not for `by`, whatever the request's state; the state is guarded by `states.move`.

    :raises NotAllowed: if the act is not theirs
    """
    if not standings_of(by, request.customer, now=now) & WHO[act]:
        raise NotAllowed(_WHO_DOES[act])


def standings_of(person: User, customer: Customer, *, now: datetime) -> frozenset[Standing]:
    """What `person` is to the requests of `customer`. Whoever covers for the lead decides like them."""
    standings = set()
    if customer.pk in memberships_of(person):
        standings.add(Standing.CUSTOMER)
    if roles_of(person) and served_customers(person).filter(pk=customer.pk).exists():
        standings.add(Standing.STAFF)
        if Role.OPERATIONS in roles_of(person) or person in leads_at(customer, now=now):
            standings.add(Standing.LEAD)
    return frozenset(standings)


def leads_at(customer: Customer, *, now: datetime) -> list[User]:
    """The customer's lead and who covers for them now; nobody while there is no lead."""
    lead = lead_of(customer)
    return [] if lead is None else who_answers_for(lead, customer=customer, at=now)


def may_return(person: User, customer: Customer) -> bool:
    """Whether `person` may send rings back: orders are the customer's admins'."""
    return is_admin_of(person, customer.pk)


def _fits(act: Act, request: SupportRequest) -> bool:
    if act == Act.NOTE:
        return True
    if act == Act.CALL_OFF and request.kind not in RETURNS:
        return False
    return any(request.status in TRANSITIONS[kind] for kind in _MOVES[act])
