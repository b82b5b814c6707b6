"""Acme's objects, the people who knock at their doors, and what each of them was answered."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client

from billing.domain.closing import close_month
from billing.domain.questions import ask_about
from billing.models import LineQuestion, Statement
from customers.domain.tokens import issue_token
from customers.models import ApiToken, Customer, User
from home.domain.contract_import.runs import receive
from home.models import ImportRun
from notifications.domain.mute_links import token_for
from notifications.models import Message
from packages.models import Contract
from reviews.domain.records import Promise, add_action_item, add_point
from reviews.models import ActionItem, AgendaPoint, Review
from sessions.domain.attendees import Guest
from sessions.domain.busy_times import subscribe
from sessions.domain.waivers import waive
from sessions.models import BusyCalendar, ConsultingSession, DayException, LedgerEntry, TimeOff, TimeRequest
from support.domain.order_import.runs import receive as receive_orders
from support.models import Material, Order, OrderImport, RequestAttachment, SupportRequest
from tests.factories import (
    NOW,
    acme,
    aino,
    asked_for,
    at,
    booked,
    giulia,
    globex,
    hanna,
    launch_kit,
    logged,
    luca,
    marta,
    pekka,
    proposed,
    rate,
    sofia,
    with_terms_accepted,
)
from tests.reviews.reviews import planned, with_reviews
from tests.support.examples import asked, file, handed_out, ordered, returned

PEOPLE: dict[str, Callable[[], User]] = {
    "other": hanna,
    "o-am": aino,
    "member": luca,
    "admin": marta,
    "am": giulia,
    "operations": sofia,
    "finance": pekka,
}

OPEN, FORBIDDEN, HIDDEN, SIGN_IN, NO_SUCH_METHOD = "o", "f", ".", "s", "x"


@dataclass(frozen=True)
class World:
    """One of each of Acme's objects. Luca attends the session, the token is Marta's. Aino serves Globex."""

    customer: Customer
    contract: Contract
    session: ConsultingSession
    entry: LedgerEntry
    token: ApiToken
    run: ImportRun
    statement: Statement
    asked: TimeRequest
    proposal: TimeRequest
    review: Review
    point: AgendaPoint
    item: ActionItem
    question: LineQuestion
    diary: User
    time_off: TimeOff
    exception: DayException
    calendar: BusyCalendar
    mail: Message
    request: SupportRequest
    attachment: RequestAttachment
    order: Order
    bought: OrderImport
    material: Material

    @classmethod
    def build(cls) -> "World":
        """Make it, as far as it is not there."""
        rate("EUR", "120.00")
        contract = with_terms_accepted(launch_kit())
        hanna()
        launch_kit(globex(), dedicated=aino())
        session = booked(contract, "kickoff", 60, "2026-03-12 10:00", attendees=[Guest(luca().name, luca().email)])
        entry = logged(contract, "supplementary-training", 30, "2026-02-10 10:00").entry
        waive(entry=entry, by=giulia(), reason="Bad line", now=NOW)
        token, _secret = issue_token(person=marta(), name="Payroll", now=NOW)
        run = receive(file_name="export.csv", content=b"", by=sofia(), now=NOW)
        close_month(month=date(2026, 2, 1), by=pekka(), now=NOW)
        statement = Statement.objects.get(customer=acme())
        wished, proposal = asked_for(contract), proposed(asked_for(contract), "2026-03-13 10:00")
        review = _review(luca())
        question = ask_about(entry=entry, words="This took 15 minutes", minutes=15, by=marta(), now=NOW)
        of_the_diary = _of_the_diary(giulia())
        request, attachment, order, bought = _of_support()
        return cls(
            acme(),
            contract,
            session,
            entry,
            token,
            run,
            statement,
            wished,
            proposal,
            review,
            review.agenda.get(),
            review.action_items.get(),
            question,
            giulia(),
            *of_the_diary,
            _mail_in_doubt(),
            request,
            attachment,
            order,
            bought,
            handed_out(),
        )

    @property
    def person(self) -> User:
        """Somebody whose data is to be taken away."""
        return luca()

    def path(self, route: str, target: str) -> str:
        """The address of `route` with Acme's object of the kind `target` in it."""
        values = {
            "<int:person_pk>": str(luca().pk),
            "<int:point_pk>": str(self.point.pk),
            "<int:item_pk>": str(self.item.pk),
            "<int:time_off_pk>": str(self.time_off.pk),
            "<int:exception_pk>": str(self.exception.pk),
            "<int:calendar_pk>": str(self.calendar.pk),
            "<int:material_pk>": str(self.material.pk),
            "<int:number>": "1",
            "<month:month>": "2026-02",
            "<slug:format>": "csv",
            "<slug:code>": "invalid",
            "<slug:version>": "1",
            "<slug:secret>": "nobodys",
            "<str:token>": token_for(person=luca(), kind="session_reminder_24h"),
            "<int:pk>": str(getattr(self, target).pk) if target != "-" else "",
        }
        path = re.sub(r"<[^>]+>", lambda found: values[found.group()], route)
        return f"/{path}"


def _review(attendee: User) -> Review:
    """A planned review with a point of the agenda and an action item, that `attendee` attends."""
    contract = with_reviews()
    review = planned(contract, 1, "2026-03-11 10:00", attendees=[Guest(attendee.name, attendee.email)], now=NOW)
    add_point(review=review, text="The next sites", by=marta(), now=NOW)
    promise = Promise("Send the sizing kits", giulia(), date(2026, 3, 20))
    add_action_item(review=review, promise=promise, by=giulia(), now=NOW)
    return review


def _of_the_diary(staff: User) -> tuple[TimeOff, DayException, BusyCalendar]:
    """One of each of what stands in a diary beside meetings."""
    time_off = TimeOff.objects.create(staff=staff, starts_at=at("2026-03-20 00:00"), ends_at=at("2026-03-21 00:00"))
    exception = DayException.objects.create(staff=staff, date=date(2026, 3, 19))
    calendar = subscribe(staff=staff, address="https://calendar.example/private.ics", now=NOW)
    return time_off, exception, calendar


def _mail_in_doubt() -> Message:
    """A mail of which nobody knows whether it arrived."""
    mail = Message.objects.filter(kind="session_booked").earliest("pk")
    Message.objects.filter(pk=mail.pk).update(state=Message.State.UNKNOWN, state_since=NOW)
    return mail


def _of_support() -> tuple[SupportRequest, RequestAttachment, Order, OrderImport]:
    """A request of Marta's with a file, an order of which half came back, and an import of orders by operations."""
    request = asked(files=[file()])
    order = ordered()
    returned(order, 5)
    bought = receive_orders(file_name="orders.csv", content=b"", by=sofia(), now=NOW)
    return request, RequestAttachment.objects.get(message__request=request), order, bought


def answer_of(response: HttpResponse) -> str:
    """What a status tells the caller about the object."""
    if response.status_code == 401 or response.headers.get("Location", "").startswith("/accounts/login/"):
        return SIGN_IN
    return {403: FORBIDDEN, 404: HIDDEN, 405: NO_SUCH_METHOD}.get(response.status_code, OPEN)


@dataclass(frozen=True)
class Knock:
    """What a request was answered, and how many rows it tried to write (sessions of sign-in apart)."""

    answer: str
    status: int
    writes: int
    content: bytes


def knock(client: Client, method: str, path: str, body: dict[str, Any] | None = None) -> Knock:
    """Send a request, empty unless it has a body for the API, and undo whatever it did."""
    with transaction.atomic():
        before = _writes()
        if path.startswith("/api/"):
            response: Any = client.generic(method, path, json.dumps(body or {}), content_type="application/json")
        else:
            response = client.generic(method, path, "", content_type="application/x-www-form-urlencoded")
        content = b"".join(response.streaming_content) if response.streaming else response.content
        heard = Knock(answer_of(response), response.status_code, _writes() - before, content)
        transaction.set_rollback(True)
    return heard


def _writes() -> int:
    """Rows that this transaction tried to insert, change or delete, whether or not that was undone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)"
            " FROM pg_stat_xact_user_tables WHERE relname <> 'django_session'"
        )
        row = cursor.fetchone()
        assert row is not None
        return int(row[0])
