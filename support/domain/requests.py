"""Opening a request and the conversation that follows (DOMAIN.md §9)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.refusals import InvalidInput, NotAllowed
from core.uploads import Upload
from customers.domain.roles import memberships_of
from customers.models import Customer, User
from support.domain.acts import RETURNS, Act, check_act
from support.domain.files import check_files, keep_files
from support.domain.letters import owe_news
from support.domain.states import move
from support.models import Order, RequestEvent, RequestMessage, RoutingDecision, SupportRequest

LONGEST_BODY = 5000
ANSWERS = frozenset({RequestEvent.Kind.ANSWERED, RequestEvent.Kind.ASKED, RequestEvent.Kind.RESOLVED})
Files = Sequence[Upload]


@transaction.atomic
def open_request(
    *,
    customer: Customer,
    kind: str,
    subject: str,
    body: str,
    by: User,
    now: datetime,
    order: Order | None = None,
    files: Files = (),
) -> SupportRequest:
    """Open a request of `customer` and tell their lead. It needs no contract (§9).

    Returns and exchanges come through `returns.open_return`, which looks at the days.

    :raises NotAllowed: if `by` does not belong to the customer
    :raises InvalidInput: with the field at fault
    """
    if kind in RETURNS:
        raise InvalidInput(_("A return or an exchange begins at its order."), field="kind")
    if kind not in SupportRequest.Kind.values:
        raise InvalidInput(_("Choose what it is about."), field="kind")
    return begin(customer=customer, kind=kind, subject=subject, body=body, by=by, now=now, order=order, files=files)


@transaction.atomic
def begin(
    *,
    customer: Customer,
    kind: str,
    subject: str,
    body: str,
    by: User,
    now: datetime,
    order: Order | None,
    files: Files,
) -> SupportRequest:
    """Write a request with its first message, whatever its kind; for `open_request` and for returns.

    :raises NotAllowed: if `by` does not belong to the customer
    :raises InvalidInput: with the field at fault
    """
    if customer.pk not in memberships_of(by):
        raise NotAllowed(_("Requests are opened by the customer's own people."))
    if order is not None and order.customer_id != customer.pk:
        raise InvalidInput(_("Choose an order of this customer."), field="order")
    if not subject.strip():
        raise InvalidInput(_("Say in a few words what it is about."), field="subject")
    checked = check_files(files)
    request = SupportRequest.objects.create(
        customer=customer,
        kind=kind,
        subject=subject.strip(),
        order=order,
        opened_by=by,
        opened_at=now,
        changed_at=now,
    )
    message = _write(request, body=body, by=by, now=now, from_staff=False)
    event = RequestEvent.objects.create(
        request=request, kind=RequestEvent.Kind.OPENED, at=now, by=by, status=request.status, message=message
    )
    owe_news(event, now=now)
    keep_files(message, checked)
    return request


@transaction.atomic
def reply(*, request: SupportRequest, body: str, by: User, now: datetime, files: Files = ()) -> RequestMessage:
    """The customer's word: it puts a request that waited or was resolved before the staff again.

    :raises NotAllowed: if `by` is not of the customer
    :raises WrongState: if the request is closed
    :raises InvalidInput: if nothing is said, or a file cannot be taken
    """
    return _say(Act.REPLY, RequestEvent.Kind.REPLIED, request=request, body=body, by=by, now=now, files=files)


@transaction.atomic
def answer(
    *, request: SupportRequest, kind: str, body: str, by: User, now: datetime, files: Files = ()
) -> RequestMessage:
    """The staff's answer. `kind` says what follows: it stays open (`answered`), waits for the customer (`asked`), or is
    `resolved`.

    :raises NotAllowed: if `by` does not serve the customer
    :raises WrongState: if the request is resolved or closed
    :raises InvalidInput: if nothing is said, or a file cannot be taken
    """
    if kind not in ANSWERS:
        raise InvalidInput(_("Choose what follows the answer."), field="then")
    return _say(Act.ANSWER, kind, request=request, body=body, by=by, now=now, files=files)


@transaction.atomic
def add_note(*, request: SupportRequest, body: str, by: User, now: datetime, files: Files = ()) -> RequestMessage:
    """An internal note: for the staff alone. It changes no state, and nobody is written to.

    :raises NotAllowed: if `by` does not serve the customer
    :raises InvalidInput: if nothing is said, or a file cannot be taken
    """
    check_act(Act.NOTE, request=request, by=by, now=now)
    checked = check_files(files)
    note = _write(request, body=body, by=by, now=now, from_staff=True, internal=True)
    keep_files(note, checked)
    return note


@transaction.atomic
def route(*, request: SupportRequest, way: str, channel: str, reason: str, by: User, now: datetime) -> RoutingDecision:
    """The lead's decision: our staff answer, or the customer goes to the channel that is right for it (§9).

    :raises NotAllowed: if `by` neither leads the customer nor covers for who does, nor leads operations
    :raises WrongState: if the request is resolved or closed
    :raises InvalidInput: without a reason, or without the channel that it goes to
    """
    check_act(Act.ROUTE, request=request, by=by, now=now)
    own = way == RoutingDecision.Way.OWN_STAFF
    if not own and way != RoutingDecision.Way.CHANNEL:
        raise InvalidInput(_("Choose who answers."), field="way")
    channel = "" if own else channel.strip()
    if not own and not channel:
        raise InvalidInput(_("Name the channel, and how the customer reaches it."), field="channel")
    if not reason.strip():
        raise InvalidInput(_("Say why: the customer reads it too."), field="reason")
    decision = RoutingDecision.objects.create(
        request=request, way=way, channel=channel, reason=reason.strip(), decided_by=by, decided_at=now
    )
    kind = RequestEvent.Kind.KEPT if own else RequestEvent.Kind.SENT_ON
    owe_news(move(request, kind, by=by, now=now, decision=decision), now=now)
    return decision


@transaction.atomic
def close_request(*, request: SupportRequest, by: User, now: datetime) -> SupportRequest:
    """Close a request for good: nothing is written in it any more.

    :raises NotAllowed: if `by` is neither of the customer nor serves them
    :raises WrongState: if it is closed
    """
    check_act(Act.CLOSE, request=request, by=by, now=now)
    owe_news(move(request, RequestEvent.Kind.CLOSED, by=by, now=now), now=now)
    return request


def _say(
    act: Act, kind: str, *, request: SupportRequest, body: str, by: User, now: datetime, files: Files
) -> RequestMessage:
    check_act(act, request=request, by=by, now=now)
    checked = check_files(files)
    message = _write(request, body=body, by=by, now=now, from_staff=act == Act.ANSWER)
    owe_news(move(request, kind, by=by, now=now, message=message), now=now)
    keep_files(message, checked)
    return message


def _write(
    request: SupportRequest, *, body: str, by: User, now: datetime, from_staff: bool, internal: bool = False
) -> RequestMessage:
    if not body.strip():
        raise InvalidInput(_("Write a few words."), field="body")
    return RequestMessage.objects.create(
        request=request, author=by, from_staff=from_staff, internal=internal, body=body.strip(), written_at=now
    )
