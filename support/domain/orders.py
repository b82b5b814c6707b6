"""Orders as the staff keep them: entered once, their receipt recorded line by line (DOMAIN.md §9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.database_errors import constraint_of
from core.dates import ZONE_NAMES, in_calendar, local_day
from core.refusals import InvalidInput, NotAllowed, refuse_first
from customers.models import Customer, User
from support.domain.queries import served_customers
from support.models import Order, OrderLine

MOST_LINES = 100
MOST_RINGS = 100_000
RECEIPT_CHANGES = "order.record_receipt"


@dataclass(frozen=True, slots=True)
class NewLine:
    """So many rings of one model, colour and size, and the day of the order's zone on which they were received."""

    ring_model: str
    colour: str
    size: str
    quantity: int
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order to be kept. `time_zone` is that of the place where it is received."""

    customer: Customer
    number: str
    placed_on: date
    time_zone: str
    lines: Sequence[NewLine]


def faults_of_order(new: NewOrder, *, now: datetime) -> list[InvalidInput]:
    """Everything that is wrong with an order by itself, whoever enters it."""
    today = local_day(now, new.time_zone) if new.time_zone in ZONE_NAMES else local_day(now, "UTC")
    found = []
    if new.time_zone not in ZONE_NAMES:
        found.append(InvalidInput(_("Choose a time zone such as Europe/Rome."), field="time_zone"))
    if not new.number.strip():
        found.append(InvalidInput(_("Write the order's number."), field="number"))
    if not in_calendar(new.placed_on) or new.placed_on > today:
        found.append(InvalidInput(_("An order was placed today or before."), field="placed_on"))
    if not 1 <= len(new.lines) <= MOST_LINES:
        found.append(InvalidInput(_("An order has 1 to %(most)s lines.") % {"most": MOST_LINES}, field="lines"))
    for line in new.lines:
        if not 1 <= line.quantity <= MOST_RINGS:
            found.append(InvalidInput(_("Write how many rings were bought."), field="quantity"))
        if line.received_on is not None and (fault := _fault_of_receipt(line.received_on, new.placed_on, today)):
            found.append(fault)
    return found


@transaction.atomic
def enter_orders(orders: Sequence[NewOrder], *, by: User, now: datetime) -> list[Order]:
    """Keep orders: all of them, or none.

    :raises NotAllowed: if `by` does not serve one of the customers
    :raises InvalidInput: with the field at fault; `number` where the customer has an order of that number
    """
    served = set(
        served_customers(by).filter(pk__in={new.customer.pk for new in orders}).order_by().values_list("pk", flat=True)
    )
    for new in orders:
        if new.customer.pk not in served:
            raise NotAllowed(_("Orders are entered by the staff who serve the customer."))
        refuse_first(faults_of_order(new, now=now))
    try:
        with transaction.atomic():
            entered = Order.objects.bulk_create(
                Order(
                    customer=new.customer,
                    number=new.number.strip(),
                    placed_on=new.placed_on,
                    time_zone=new.time_zone,
                    entered_by=by,
                    entered_at=now,
                )
                for new in orders
            )
    except IntegrityError as error:
        if constraint_of(error) != "orders_number_once":
            raise
        raise InvalidInput(_("An order of this number is here already."), field="number") from error
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            position=place,
            ring_model=line.ring_model.strip(),
            colour=line.colour.strip(),
            size=line.size.strip(),
            quantity=line.quantity,
            received_on=line.received_on,
        )
        for order, new in zip(entered, orders, strict=True)
        for place, line in enumerate(new.lines, start=1)
    )
    return entered


@transaction.atomic
def record_receipt(*, order: Order, days: Mapping[int, date | None], by: User, now: datetime) -> Order:
    """Record, by the ids of lines, on which day of the order's zone each was received; None where it was not.

    :raises NotAllowed: if `by` does not serve the customer
    :raises InvalidInput: for a line of another order, a day before the order was placed, or a day to come
    """
    if not served_customers(by).filter(pk=order.customer_id).exists():
        raise NotAllowed(_("Receipts are recorded by the staff who serve the customer."))
    order = Order.objects.select_for_update(no_key=True).get(pk=order.pk)
    lines = {line.pk: line for line in order.lines.all()}
    today = local_day(now, order.time_zone)
    changed = []
    for number, day in days.items():
        if number not in lines:
            raise InvalidInput(_("Choose lines of this order."), field="lines")
        if day is not None and (fault := _fault_of_receipt(day, order.placed_on, today)):
            raise fault
        line = lines[number]
        if line.received_on != day:
            before, line.received_on = line.received_on, day
            changed.append((line, before))
    OrderLine.objects.bulk_update([line for line, _before in changed], ["received_on"])
    if changed:
        details = [
            {"line": str(line), "before": _iso(before), "after": _iso(line.received_on)} for line, before in changed
        ]
        record(verb=RECEIPT_CHANGES, of=[(order, {"lines": details})], by=by, now=now)
    return order


def _fault_of_receipt(day: date, placed_on: date, today: date) -> InvalidInput | None:
    if day > today:
        return InvalidInput(_("This day is still to come where the order is received."), field="received_on")
    if day < placed_on:
        return InvalidInput(_("It was not received before it was placed."), field="received_on")
    return None


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
