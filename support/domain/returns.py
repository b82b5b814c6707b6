"""Sending rings back: what is left of each line and until when, returns and exchanges, exceptions (DOMAIN.md §9)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core import faults
from core.dates import local_day
from core.formatting import format_day
from core.refusals import InvalidInput, NotAllowed
from customers.models import User
from support.domain.acts import RETURNS, Act, Standing, check_act, may_return, standings_of
from support.domain.letters import owe_news
from support.domain.queries import with_lines
from support.domain.refusals import MoreThanBought, ReceiptNotRecorded, ReturnClosed
from support.domain.requests import Files, begin
from support.domain.return_window import Answer, Window, window_of
from support.domain.states import move
from support.models import Order, OrderLine, RequestEvent, ReturnException, ReturnItem, SupportRequest


@dataclass(frozen=True, slots=True)
class LineStanding:
    """A line of an order: until when it may come back, and how many of it still can."""

    line: OrderLine
    window: Window
    coming_back: int

    @property
    def left(self) -> int:
        return self.line.quantity - self.coming_back

    @property
    def may_come_back(self) -> bool:
        return self.window.answer == Answer.OPEN and self.left > 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many of a line that come back; for an exchange also what is wanted instead."""

    line: int
    quantity: int
    instead: str = ""


def standings_of_lines(order: Order, *, now: datetime) -> list[LineStanding]:
    """The lines of `order`, read with `queries.with_lines`, each with its answer."""
    return [_standing(line, order, now) for line in order.lines.all()]


@transaction.atomic
def open_return(
    *,
    order: Order,
    kind: str,
    items: Sequence[Wanted],
    body: str,
    by: User,
    now: datetime,
    files: Files = (),
) -> SupportRequest:
    """Open a request that sends rings of `order` back, or exchanges them. The day of `now` counts, in the order's zone.

    An exchange keeps the day on which the original was received. Two who ask at once are taken one after the other.

    :raises NotAllowed: if `by` is no admin of the order's customer
    :raises InvalidInput: with the field at fault
    :raises ReceiptNotRecorded: if nobody recorded when one of the lines was received
    :raises ReturnClosed: if the last day of one of the lines has passed
    :raises MoreThanBought: if more would come back than is left of a line
    """
    if not may_return(by, order.customer):
        raise NotAllowed(_("Rings are sent back by a customer admin."))
    if kind not in RETURNS:
        raise InvalidInput(_("Choose whether it is a return or an exchange."), field="kind")
    order = _locked(order)
    standings = {each.line.pk: each for each in standings_of_lines(order, now=now)}
    chosen = [(_line_of(each, standings, kind), each) for each in items]
    if not chosen or len({standing.line.pk for standing, _wanted in chosen}) < len(chosen):
        raise InvalidInput(_("Say how many of which line come back."), field="items")
    _check_windows([standing for standing, _wanted in chosen])
    _check_quantities(chosen)
    faults.reach("after_check")
    request = begin(
        customer=order.customer,
        kind=kind,
        subject=_subject(order, kind, sum(wanted.quantity for _standing, wanted in chosen)),
        body=body,
        by=by,
        now=now,
        order=order,
        files=files,
    )
    ReturnItem.objects.bulk_create(
        ReturnItem(
            request=request,
            order=order,
            line=standing.line,
            quantity=wanted.quantity,
            wanted=wanted.instead.strip() if kind == SupportRequest.Kind.EXCHANGE else "",
            last_day=_open_until(standing),
        )
        for standing, wanted in chosen
    )
    return request


@transaction.atomic
def call_off(*, request: SupportRequest, by: User, now: datetime) -> SupportRequest:
    """Call a return off and close its request: its rings count as bought again.

    :raises NotAllowed: if `by` is neither of the customer nor serves them
    :raises InvalidInput: if the request sends nothing back
    :raises WrongState: if the request is resolved or closed
    """
    check_act(Act.CALL_OFF, request=request, by=by, now=now)
    if request.order is None or request.kind not in RETURNS:
        raise InvalidInput(_("Only a return or an exchange is called off."), field="request")
    _locked(request.order)
    event = move(request, RequestEvent.Kind.CALLED_OFF, by=by, now=now)
    request.items.update(called_off=True)
    owe_news(event, now=now)
    return request


@transaction.atomic
def grant_exception(*, line: OrderLine, until: date, reason: str, by: User, now: datetime) -> ReturnException:
    """Let a line come back until another day, as the customer's lead may (§9). It is kept for ever.

    :raises NotAllowed: if `by` neither leads the customer nor covers for who does, nor leads operations
    :raises InvalidInput: without a reason, or with a day that has passed or that the rule already gives
    """
    order = _locked(line.order)
    if Standing.LEAD not in standings_of(by, order.customer, now=now):
        raise NotAllowed(_("Exceptions are made by the customer's lead."))
    if not reason.strip():
        raise InvalidInput(_("Say why there is an exception."), field="reason")
    if until < local_day(now, order.time_zone):
        raise InvalidInput(_("Choose a day that has not passed."), field="until")
    standing = next(each for each in standings_of_lines(order, now=now) if each.line.pk == line.pk)
    last_day = standing.window.last_day
    if last_day is not None and until <= last_day:
        raise InvalidInput(_("The line may come back until then anyway."), field="until")
    return ReturnException.objects.create(line=line, until=until, reason=reason.strip(), granted_by=by, granted_at=now)


def _locked(order: Order) -> Order:
    """The order read anew with its lines, held until the transaction ends: what is left of it is counted alone."""
    if not faults.skips("lock"):
        Order.objects.select_for_update(no_key=True).get(pk=order.pk)
    return with_lines(Order.objects.select_related("customer").filter(pk=order.pk)).get()


def _open_until(standing: LineStanding) -> date:
    last_day = standing.window.last_day
    assert last_day is not None, "what may come back has a last day"
    return last_day


def _standing(line: OrderLine, order: Order, now: datetime) -> LineStanding:
    exceptions = line.exceptions.all()
    window = window_of(
        received_on=line.received_on,
        exceptional_until=max((each.until for each in exceptions), default=None),
        zone=order.time_zone,
        now=now,
    )
    return LineStanding(line, window, sum(item.quantity for item in line.items.all() if not item.called_off))


def _line_of(wanted: Wanted, standings: Mapping[int, LineStanding], kind: str) -> LineStanding:
    standing = standings.get(wanted.line)
    if standing is None:
        raise InvalidInput(_("Choose lines of this order."), field="items")
    if wanted.quantity < 1:
        raise InvalidInput(_("Say how many of which line come back."), field="items")
    if kind == SupportRequest.Kind.EXCHANGE and not wanted.instead.strip():
        sentence = _("Say what you want instead of %(line)s.")
        raise InvalidInput(sentence % {"line": standing.line}, field="items")
    return standing


def _check_windows(standings: Collection[LineStanding]) -> None:
    unknown = [each for each in standings if each.window.answer == Answer.UNKNOWN]
    if unknown:
        raise ReceiptNotRecorded(
            _("Nobody recorded yet when this was received: %(lines)s. Send us a proof of receipt.")
            % {"lines": _named(unknown)},
            lines=[each.line.pk for each in unknown],
        )
    closed = [each for each in standings if each.window.answer == Answer.CLOSED]
    if closed:
        language = get_language() or "en"
        raise ReturnClosed(
            _("The time for sending this back has passed: %(lines)s. Your lead can make an exception.")
            % {
                "lines": ", ".join(
                    f"{each.line} ({format_day(each.window.last_day, language)})"
                    for each in closed
                    if each.window.last_day
                )
            },
            lines=[{"line": each.line.pk, "last_day": str(each.window.last_day)} for each in closed],
        )


def _check_quantities(chosen: Iterable[tuple[LineStanding, Wanted]]) -> None:
    over = [standing for standing, wanted in chosen if wanted.quantity > standing.left]
    if over:
        sentence = _("More than was bought would come back. Left are: %(lines)s.")
        raise MoreThanBought(
            sentence % {"lines": ", ".join(f"{each.line}: {each.left}" for each in over)},
            lines=[{"line": each.line.pk, "left": each.left} for each in over],
        )


def _named(standings: Iterable[LineStanding]) -> str:
    return ", ".join(str(each.line) for each in standings)


def _subject(order: Order, kind: str, rings: int) -> str:
    """Written once, in the language of who asks: it is their request's name from then on."""
    if kind == SupportRequest.Kind.EXCHANGE:
        said = ngettext("Exchange %(rings)s ring of %(order)s", "Exchange %(rings)s rings of %(order)s", rings)
    else:
        said = ngettext("Return %(rings)s ring of %(order)s", "Return %(rings)s rings of %(order)s", rings)
    return said % {"rings": rings, "order": order.number}
