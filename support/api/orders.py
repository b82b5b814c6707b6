"""`/orders/`: what was bought, when it was received, and sending it back (DOMAIN.md §9)."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import CalendarDate, Instant, Text, WholeNumber
from core.dates import ZONE_NAMES
from customers.api.fields import Visible
from customers.api.views import PortalAPIView, PortalListView
from customers.domain.queries import customers_visible_to
from customers.domain.roles import Right
from customers.models import TokenScope
from packages.api.filters import OfCustomer
from support.api.requests import RequestOutput, RequestView
from support.domain.orders import MOST_RINGS, NewLine, NewOrder, enter_orders, record_receipt
from support.domain.queries import orders_visible_to, with_lines
from support.domain.requests import LONGEST_BODY
from support.domain.return_window import Answer, received_day
from support.domain.returns import LineStanding, Wanted, grant_exception, open_return, standings_of_lines
from support.models import Order, OrderLine, SupportRequest


class OrderLineInput(serializers.Serializer[Any]):
    """So many rings; `received_at` is the instant of the delivery, `received_on` its day in the order's zone."""

    ring_model = Text(max_length=80)
    colour = Text(max_length=60)
    size = Text(max_length=10)
    quantity = WholeNumber(min_value=1, max_value=MOST_RINGS)
    received_on = CalendarDate(required=False, allow_null=True)
    received_at = Instant(required=False, allow_null=True)


class OrderInput(serializers.Serializer[Any]):
    """An order; without a zone, receipt is by the customer's."""

    customer = Visible(customers_visible_to)
    number = Text(max_length=40)
    placed_on = CalendarDate()
    time_zone = Text(max_length=64, required=False, allow_blank=True, default="")
    lines = OrderLineInput(many=True, allow_empty=False)


class LineReceiptInput(serializers.Serializer[Any]):
    """On which day a line was received, or at which instant; neither: it was not."""

    line = WholeNumber(min_value=1)
    received_on = CalendarDate(required=False, allow_null=True)
    received_at = Instant(required=False, allow_null=True)


class ReceiptInput(serializers.Serializer[Any]):
    """The receipt of some lines."""

    lines = LineReceiptInput(many=True, allow_empty=False)


class ItemInput(serializers.Serializer[Any]):
    """So many of a line that come back; for an exchange `wanted` says what is sent instead."""

    line = WholeNumber(min_value=1)
    quantity = WholeNumber(min_value=1, max_value=MOST_RINGS)
    wanted = Text(max_length=100, required=False, allow_blank=True, default="")


class ReturnInput(serializers.Serializer[Any]):
    """A return or an exchange."""

    kind = serializers.ChoiceField(choices=[SupportRequest.Kind.RETURN.value, SupportRequest.Kind.EXCHANGE.value])
    items = ItemInput(many=True, allow_empty=False)
    body = Text(lines=True, max_length=LONGEST_BODY)


class ExceptionInput(serializers.Serializer[Any]):
    """Until when a line may come back after all, and why."""

    line = WholeNumber(min_value=1)
    until = CalendarDate()
    reason = Text(lines=True, max_length=1000)


class OrderLineOutput(serializers.Serializer[Any]):
    """A line and the answer to a return: `open` until `last_day`, `closed` since then, or `unknown`."""

    id = serializers.IntegerField()
    ring_model = serializers.CharField()
    colour = serializers.CharField()
    size = serializers.CharField()
    quantity = serializers.IntegerField()
    received_on = CalendarDate(allow_null=True)
    coming_back = serializers.IntegerField()
    return_answer = serializers.ChoiceField(choices=[answer.value for answer in Answer])
    last_day = CalendarDate(allow_null=True)
    days_left = serializers.IntegerField()
    by_exception = serializers.BooleanField()


class OrderOutput(serializers.Serializer[Any]):
    """An order."""

    id = serializers.IntegerField()
    customer = serializers.IntegerField()
    number = serializers.CharField()
    placed_on = CalendarDate()
    time_zone = serializers.CharField()
    lines = OrderLineOutput(many=True)


def _described(now: datetime) -> Callable[[Sequence[Order]], list[dict[str, Any]]]:
    """Shows orders, read with their lines, as they stand at `now`."""

    def described(orders: Sequence[Order]) -> list[dict[str, Any]]:
        return list(OrderOutput([_order(order, now) for order in orders], many=True).data)

    return described


def _order(order: Order, now: datetime) -> dict[str, Any]:
    return {
        "id": order.pk,
        "customer": order.customer_id,
        "number": order.number,
        "placed_on": order.placed_on,
        "time_zone": order.time_zone,
        "lines": [_line(standing) for standing in standings_of_lines(order, now=now)],
    }


def _line(standing: LineStanding) -> dict[str, Any]:
    line, window = standing.line, standing.window
    return {
        "id": line.pk,
        "ring_model": line.ring_model,
        "colour": line.colour,
        "size": line.size,
        "quantity": line.quantity,
        "received_on": line.received_on,
        "coming_back": standing.coming_back,
        "return_answer": window.answer.value,
        "last_day": window.last_day,
        "days_left": window.days_left,
        "by_exception": window.by_exception,
    }


class OrderView(PortalAPIView):
    """What every address of orders shares."""

    scope = TokenScope.SUPPORT
    see = Right.SEE_ORDERS

    def orders(self) -> QuerySet[Order]:
        """The orders that the caller sees, with their lines."""
        return with_lines(orders_visible_to(self.person))

    def shown(self, order: Order, *, status: int = 200) -> Response:
        """The order as it stands now."""
        return Response(_described(self.now)([self.orders().get(pk=order.pk)])[0], status=status)


class OrderList(OrderView, PortalListView):
    """The orders that the caller sees, and entering new ones."""

    acts: ClassVar = {"POST": Right.KEEP_ORDERS}
    ordering = ("-placed_on", "-pk")

    @extend_schema(parameters=[OfCustomer], responses=OrderOutput(many=True))
    def get(self, request: Request) -> Response:
        """The orders that the caller sees, the newest first."""
        return self.page_of(self.orders().filter(**self.read_query(OfCustomer)), _described(self.now))

    @extend_schema(request=OrderInput, responses={201: OrderOutput})
    def post(self, request: Request) -> Response:
        """Enter an order: by staff who serve the customer."""
        data = self.read(OrderInput)
        zone = data["time_zone"] or data["customer"].time_zone
        new = NewOrder(
            customer=data["customer"],
            number=data["number"],
            placed_on=data["placed_on"],
            time_zone=zone,
            lines=[_new_line(each, zone) for each in data["lines"]],
        )
        (order,) = enter_orders([new], by=self.person, now=self.now)
        return self.shown(order, status=201)


class OrderDetail(OrderView):
    """One order."""

    @extend_schema(responses=OrderOutput)
    def get(self, request: Request, pk: int) -> Response:
        """One order, with the answer to a return of each line."""
        return Response(_described(self.now)([self.find(self.orders(), pk)])[0])


class OrderReceipt(OrderView):
    """Recording when an order was received."""

    acts: ClassVar = {"POST": Right.KEEP_ORDERS}
    of = orders_visible_to

    @extend_schema(request=ReceiptInput, responses=OrderOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Record on which day lines were received: by staff who serve the customer."""
        order = self.find(orders_visible_to(self.person), pk)
        days = {each["line"]: _day(each, order.time_zone) for each in self.read(ReceiptInput)["lines"]}
        return self.shown(record_receipt(order=order, days=days, by=self.person, now=self.now))


class OrderReturns(RequestView):
    """Sending rings of an order back."""

    see = Right.SEE_ORDERS
    acts: ClassVar = {"POST": Right.OPEN_REQUESTS}
    of = orders_visible_to
    refusals = ("return_closed", "receipt_not_recorded", "more_than_bought")

    @extend_schema(request=ReturnInput, responses={201: RequestOutput})
    def post(self, request: Request, pk: int) -> Response:
        """Open a return or an exchange: by customer admins, up to 30 days after a line was received."""
        order = self.find(orders_visible_to(self.person), pk)
        data = self.read(ReturnInput)
        opened = open_return(
            order=order,
            kind=data["kind"],
            items=[Wanted(each["line"], each["quantity"], each["wanted"]) for each in data["items"]],
            body=data["body"],
            by=self.person,
            now=self.now,
        )
        return self.shown(opened, status=201)


class OrderExceptions(OrderView):
    """Letting a line come back later than the rule says."""

    acts: ClassVar = {"POST": Right.KEEP_ORDERS}
    of = orders_visible_to

    @extend_schema(request=ExceptionInput, responses=OrderOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Make an exception, with a reason: by the customer's lead, kept for ever."""
        order = self.find(orders_visible_to(self.person), pk)
        data = self.read(ExceptionInput)
        line = OrderLine.objects.filter(order=order, pk=data["line"]).first()
        if line is None:
            raise serializers.ValidationError(
                {"line": [Visible.default_error_messages["does_not_exist"]]}, code="does_not_exist"
            )
        grant_exception(line=line, until=data["until"], reason=data["reason"], by=self.person, now=self.now)
        return self.shown(order)


def _new_line(data: dict[str, Any], zone: str) -> NewLine:
    return NewLine(data["ring_model"], data["colour"], data["size"], data["quantity"], _day(data, zone))


def _day(data: dict[str, Any], zone: str) -> date | None:
    """The day of the order's zone: as it was written, or that of the instant."""
    instant = data.get("received_at")
    if instant is None or zone not in ZONE_NAMES:
        return data.get("received_on")
    return received_day(instant, zone)
