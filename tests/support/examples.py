"""Requests and orders of Acme, made by the rules that pages and API call."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from customers.models import Customer, User
from packages.models import Package
from support.domain.materials import Particulars, add_material
from support.domain.orders import NewLine, NewOrder, enter_orders
from support.domain.queries import with_lines
from support.domain.requests import open_request
from support.domain.returns import LineStanding, Wanted, open_return, standings_of_lines
from support.models import Material, Order, SupportRequest
from tests.factories import NOW, acme, giulia, marta, sofia

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
RECEIVED = date(2026, 2, 20)


def file(name: str = "ring.png", content: bytes = PNG) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content, content_type="image/png")


def asked(
    subject: str = "Charger does not charge",
    *,
    by: User | None = None,
    customer: Customer | None = None,
    kind: str = "technical_issue",
    now: datetime = NOW,
    **details: Any,
) -> SupportRequest:
    """A request by Marta of Acme, where nobody else is named; Giulia leads Acme."""
    giulia()
    return open_request(
        customer=customer or acme(),
        kind=kind,
        subject=subject,
        body="It blinks red.",
        by=by or marta(),
        now=now,
        **details,
    )


def line(size: str = "9", quantity: int = 10, received_on: date | None = RECEIVED) -> NewLine:
    """So many rings of a size."""
    return NewLine("Oura Ring 4", "Silver", size, quantity, received_on)


def ordered(
    *lines: NewLine,
    number: str = "SO-1001",
    customer: Customer | None = None,
    zone: str = "Europe/Rome",
    placed_on: date = date(2026, 1, 15),
    now: datetime = NOW,
) -> Order:
    """An order of Acme; one line of ten rings, received on 20 February, where nothing else is said."""
    new = NewOrder(customer or acme(), number, placed_on, zone, lines or (line(),))
    (order,) = enter_orders([new], by=sofia(), now=now)
    return order


def standings(order: Order, *, now: datetime = NOW) -> list[LineStanding]:
    """What is said to each line of the order now."""
    return standings_of_lines(with_lines(Order.objects.filter(pk=order.pk)).get(), now=now)


def returned(
    order: Order,
    *quantities: int,
    kind: str = "return",
    by: User | None = None,
    now: datetime = NOW,
    instead: str = "size 10",
) -> SupportRequest:
    """Marta sends so many of each line back."""
    lines: Sequence[int] = [each.pk for each in order.lines.all()]
    items = [Wanted(pk, quantity, instead) for pk, quantity in zip(lines, quantities, strict=False) if quantity]
    return open_return(order=order, kind=kind, items=items, body="Too large.", by=by or marta(), now=now)


def handed_out(
    title: str = "Ring sizing guide",
    *,
    types: Sequence[str] = (),
    packages: Sequence[str] = (),
    language: str = "en",
    name: str = "guide.pdf",
    content: bytes = b"%PDF-1.7\n1 0 obj\n",
) -> Material:
    """A material of the library, for every session type and package where none is named."""
    particulars = Particulars(
        title=title,
        about="How to measure fingers.",
        language=language,
        session_types=types,
        packages=list(Package.objects.filter(code__in=packages)),
    )
    return add_material(particulars=particulars, upload=file(name, content), by=sofia(), now=NOW)
