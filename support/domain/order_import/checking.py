"""From a file to a plan: new orders, receipts that were not known, and everything that forbids it."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from core.dates import ZONE_NAMES, local_day
from core.sheets.columns import Column, RawRow, RawRows, is_heading, rows_by_column
from core.sheets.faults import Fault
from core.sheets.reading import read
from core.sheets.values import Unreadable, read_date
from core.text import is_plain
from customers.models import Customer, User
from support.domain.order_import.columns import COLUMNS
from support.domain.orders import NewLine, NewOrder, faults_of_order
from support.domain.queries import served_customers
from support.models import Order, OrderLine

_WHOLE = re.compile(r"[1-9]\d{0,5}", re.ASCII)
_BESIDE = {"number": "order", "lines": "order", "placed_on": "placed", "received_on": "received"}
NUMBERS_A_QUERY = 1000


@dataclass(slots=True)
class Plan:
    """What a file without faults is to write; `here` counts the orders that stay as they are."""

    orders: list[NewOrder] = field(default_factory=list)
    receipts: list[tuple[Order, dict[int, date | None]]] = field(default_factory=list)
    here: int = 0

    @property
    def changes_nothing(self) -> bool:
        return not (self.orders or self.receipts)


@dataclass(slots=True)
class Checked:
    """A file that was read and compared with what is here. Nothing is written."""

    plan: Plan
    faults: list[Fault]
    rows: int


@dataclass(frozen=True, slots=True)
class _Row:
    raw: RawRow
    values: dict[str, Any]


def check(content: bytes, *, by: User, now: datetime) -> Checked:
    """Read the file and find out what importing it would do for `by`, and everything that forbids it.

    :raises UnreadableFile: if it cannot be read at all
    """
    raw = rows_by_column(read(content, is_heading=lambda text: is_heading(text, COLUMNS)), COLUMNS)
    checker = _Checker(raw, by=by, now=now)
    checker.run()
    return Checked(checker.plan, sorted(checker.faults, key=lambda fault: fault.row), len(raw.rows))


class _Checker:
    """Goes through the rows once, and through their orders once."""

    def __init__(self, raw: RawRows, *, by: User, now: datetime) -> None:
        self.raw, self.now = raw, now
        self.plan, self.faults = Plan(), list(raw.faults)
        self.customers: dict[str, list[Customer]] = defaultdict(list)
        for customer in served_customers(by):
            self.customers[_key(customer.name)].append(customer)

    def run(self) -> None:
        orders: dict[tuple[int, str], list[_Row]] = defaultdict(list)
        for row in [self._read(each) for each in self.raw.rows]:
            customer = self._customer_of(row)
            if customer is not None and "order" in row.values:
                row.values["customer"] = customer
                orders[customer.pk, row.values["order"]].append(row)
        here = _orders_here(list(orders))
        for key, rows in orders.items():
            self._take(rows, here.get(key))

    def _read(self, raw: RawRow) -> _Row:
        values: dict[str, Any] = {}
        for column in COLUMNS:
            text = raw.cells.get(column.name, "")
            if column.name not in self.raw.headings:
                continue
            if fault := _fault_of(column, text):
                self._fault(raw, column.name, *fault)
            elif text:
                try:
                    values[column.name] = self._reader(column.name)(text)
                except Unreadable as unreadable:
                    self._fault(raw, column.name, unreadable.code, unreadable.sentence)
        return _Row(raw, values)

    def _reader(self, name: str) -> Callable[[str], Any]:
        if name in {"placed", "received"}:
            italian = self.raw.is_italian(name)
            return (
                (lambda text: _read_receipt(text, italian))
                if name == "received"
                else (lambda text: read_date(text, italian=italian))
            )
        return {"quantity": _read_quantity, "time_zone": _read_zone}.get(name, str)

    def _customer_of(self, row: _Row) -> Customer | None:
        if "customer" not in row.values:
            return None
        found = self.customers.get(_key(row.values["customer"]), [])
        if len(found) == 1:
            return found[0]
        sentence = _("Several customers have this name.") if found else _("You serve no customer of this name.")
        self._fault(row.raw, "customer", "customer", sentence)
        return None

    def _take(self, rows: Sequence[_Row], order: Order | None) -> None:
        first = rows[0]
        customer: Customer = first.values["customer"]
        for row in rows[1:]:
            for name in ("placed", "time_zone"):
                if row.values.get(name) != first.values.get(name):
                    self._fault(row.raw, name, "differs", _("The rows of one order say different things here."))
        if any({"placed", "ring_model", "colour", "size", "quantity"} - row.values.keys() for row in rows):
            return
        zone = order.time_zone if order else first.values.get("time_zone") or customer.time_zone
        lines = [_line(row, zone) for row in rows]
        new = NewOrder(customer, first.values["order"], first.values["placed"], zone, lines)
        wrong = faults_of_order(new, now=self.now)
        for refusal in wrong:
            self._fault(first.raw, _BESIDE.get(refusal.field, refusal.field), "refused", refusal.message)
        if not wrong and order is None:
            self.plan.orders.append(new)
        elif not wrong and order is not None:
            self._compare(rows, lines, order)

    def _compare(self, rows: Sequence[_Row], lines: Sequence[NewLine], order: Order) -> None:
        kept = list(order.lines.all())
        if [_what(each) for each in kept] != [_what(each) for each in lines]:
            sentence = _("The order is here with other lines. What was entered is not changed by an import.")
            self._fault(rows[0].raw, "order", "other_lines", sentence)
            return
        days: dict[int, date | None] = {}
        for row, line, said in zip(rows, kept, lines, strict=True):
            if said.received_on is None or said.received_on == line.received_on:
                continue
            if line.received_on is not None:
                self._fault(row.raw, "received", "other_receipt", _("Another day of receipt is recorded."))
            days[line.pk] = said.received_on
        if days:
            self.plan.receipts.append((order, days))
        else:
            self.plan.here += 1

    def _fault(self, raw: RawRow, name: str, code: str, sentence: Any) -> None:
        heading, value = self.raw.headings.get(name, name), raw.cells.get(name, "")
        self.faults.append(Fault.of(code, sentence, row=raw.row, column=heading, value=value))


def _fault_of(column: Column, text: str) -> tuple[str, Any] | None:
    if not text:
        return ("missing_value", _("This must be filled in.")) if column.required else None
    if not is_plain(text, lines=False):
        return "characters", _("This holds characters that cannot be seen, or that turn the text round. Type it anew.")
    return ("too_long", _("This is too long.")) if len(text) > column.longest else None


def _read_quantity(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise Unreadable("quantity", _("Write a whole number, such as 25."))
    return int(text)


def _read_zone(text: str) -> str:
    if text not in ZONE_NAMES:
        raise Unreadable("time_zone", _("Choose a time zone such as Europe/Rome."))
    return text


def _read_receipt(text: str, italian: bool) -> date | datetime:
    """A day, or an instant with its offset, whose day depends on the order's zone."""
    if "T" in text:
        try:
            instant = parse_datetime(text)
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None:
            raise Unreadable("instant", _("Write the instant with its offset, such as 2026-02-03T23:30:00+09:00."))
        return instant
    return read_date(text, italian=italian)


def _line(row: _Row, zone: str) -> NewLine:
    received = row.values.get("received")
    day = local_day(received, zone) if isinstance(received, datetime) else received
    return NewLine(row.values["ring_model"], row.values["colour"], row.values["size"], row.values["quantity"], day)


def _what(line: NewLine | OrderLine) -> tuple[str, str, str, int]:
    return line.ring_model, line.colour, line.size, line.quantity


def _orders_here(keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], Order]:
    found: dict[tuple[int, str], Order] = {}
    for start in range(0, len(keys), NUMBERS_A_QUERY):
        some = keys[start : start + NUMBERS_A_QUERY]
        orders = Order.objects.filter(
            customer__in={customer for customer, _number in some}, number__in={number for _customer, number in some}
        )
        for order in orders.prefetch_related("lines"):
            found[order.customer_id, order.number] = order
    return found


def _key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
