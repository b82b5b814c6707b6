"""What the staff write for themselves reaches no customer: not by any page, call, file, feed, search or mail (§12)."""

import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from io import BytesIO
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from customers.domain.roles import is_staff
from customers.models import User
from notifications.domain.kinds import kind_called
from notifications.domain.letters import in_envelope, reading_as
from notifications.models import Message
from reviews.domain.records import add_internal_note
from sessions.domain.feeds import make_feed
from support.domain.requests import add_note, answer
from support.models import RequestAttachment, SupportRequest
from tests.access.addresses import own_addresses
from tests.access.matrix import rows
from tests.access.world import World
from tests.factories import NOW, giulia, hanna, launch_kit, logged, luca, marta
from tests.home.pages import signed_in
from tests.support.examples import file
from tests.sweep.forms import read
from tests.sweep.walk import HOST, shape_of

MARKER = "Zwickmuehle"
NOTE = f"Confidentially: {MARKER}."
ASKED = "Confidentially"
"""What is searched for: whoever is shown the note finds it, and reads the marker that they did not type."""
CUSTOMERS_PEOPLE = (marta, luca, hanna)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """Acme's objects, with a note of the staff in every place that takes one."""
    with time_machine.travel(NOW, tick=False):
        kit = launch_kit()
        logged(kit, "operations", 30, "2026-02-05 10:00", internal_note=NOTE)
        world = World.build()
        logged(kit, "operations", 30, "2026-02-27 10:00", internal_note=NOTE)
        add_internal_note(review=world.review, text=NOTE, by=giulia(), now=NOW)
        for number, request in enumerate(SupportRequest.objects.order_by("pk")):
            files = [file(f"{MARKER}-{number}.txt", NOTE.encode())]
            add_note(request=request, body=NOTE, by=giulia(), now=NOW, files=files)
        yield world


def in_full(content: bytes) -> bytes:
    """An answer as it can be searched: what is packed is unpacked."""
    if not content.startswith(b"PK\x03\x04"):
        return content
    with zipfile.ZipFile(BytesIO(content)) as packed:
        return b"".join(packed.read(name) for name in packed.namelist())


def starts(world: World, person: User) -> list[str]:
    """Every address with Acme's objects, whether it is open to the person or not; their feed, and every search."""
    addresses = [world.path(each.route, rows()[each.route].target) for each in own_addresses() if each.route in rows()]
    addresses += [reverse("support:attachment", args=[each.pk]) for each in RequestAttachment.objects.all()]
    searches = ("search", "palette", "support:requests", "support:requests-csv", "support:materials", "support:orders")
    addresses += [f"{reverse(name)}?q={ASKED}" for name in searches]
    return [*addresses, reverse("sessions:feed", args=[make_feed(person=person, now=NOW)])]


def walk(client: Client, addresses: list[str]) -> Iterator[tuple[str, bytes]]:
    """The answers at `addresses`, and at everything that pages lead to from there, one of each shape."""
    waiting, known = deque(addresses), {shape_of(address) for address in addresses} | {None}
    while waiting:
        address = waiting.popleft()
        heard = client.get(address, follow=True)
        content = b"".join(heard) if heard.streaming else heard.content
        yield address, in_full(content)
        if heard.status_code == 200 and heard.headers.get("Content-Type", "").startswith("text/html"):
            _forms, links = read(content.decode(), f"{HOST}{heard.request['PATH_INFO']}")
            for lead in (link.removeprefix(HOST) for link in links if link.startswith(f"{HOST}/")):
                if (shape := shape_of(lead)) not in known:
                    known.add(shape)
                    waiting.append(lead)


def telling(world: World, person: User) -> list[str]:
    """The addresses that tell `person` what the staff noted."""
    answers = walk(signed_in(person), starts(world, person))
    return [address for address, content in answers if MARKER.encode() in content]


@pytest.mark.parametrize("person", CUSTOMERS_PEOPLE)
def test_no_answer_tells_a_customers_people(world: World, person: Callable[[], User]) -> None:
    assert telling(world, person()) == []


def test_the_control_finds_them_in_every_place_where_the_staff_read_them(world: World) -> None:
    routes = {resolve(urlsplit(address).path).route for address in telling(world, giulia())}
    assert {
        "requests/<int:pk>/",
        "requests/files/<int:pk>/",
        "reviews/<int:pk>/",
        "api/v1/requests/",
        "api/v1/requests/<int:pk>/",
    } <= routes, routes


def test_no_mail_tells_anybody_but_staff(world: World) -> None:
    answer(request=world.request, kind="answered", body="Try another cable.", by=giulia(), now=NOW)
    read_by_customers = set()
    for message in Message.objects.all():
        if message.recipient is not None and is_staff(message.recipient):
            continue
        with reading_as(message):
            letter = kind_called(message.kind).compose(message, timezone.now())
            if letter is None:
                continue
            mail = in_envelope(letter, message, may_be_muted=False).message()
        parts = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
        assert not any(MARKER.encode() in part for part in [str(mail["Subject"]).encode(), *parts]), message.kind
        read_by_customers.add(message.kind)
    assert {"request_news", "session_booked"} <= read_by_customers
    assert not any(MARKER in str(message.facts) for message in Message.objects.all())
