"""What the demo's customers bought and asked, and how they were helped."""

from collections.abc import Callable
from datetime import date, timedelta

from core.dates import local_day
from customers.domain.queries import lead_of
from customers.models import User
from oura_success.demo_world.buyers import ACME, BIANCHI, GLOBEX, NORDLYS, Account
from oura_success.demo_world.meetings import Storyteller
from support.domain.orders import NewLine, NewOrder, enter_orders
from support.domain.requests import add_note, answer, open_request, route
from support.domain.returns import Wanted, open_return
from support.models import Order, RequestEvent, RoutingDecision

RING = "Oura Ring 4"


def help_customers(story: Storyteller) -> None:
    """Orders with open, closed and unknown days of return, and requests in every state."""
    _acme(story, _orders(story))
    _others(story)


def _orders(story: Storyteller) -> Order:
    """Acme's three orders; returns the one whose days still run."""
    day = _days_before(story, ACME)
    lead = _lead(story.accounts[ACME])
    orders = [
        NewOrder(
            story.accounts[ACME].customer,
            number,
            day(placed),
            story.accounts[ACME].customer.time_zone,
            lines,
        )
        for number, placed, lines in (
            (
                "SO-20311",
                75,
                [NewLine(RING, "Silver", "9", 20, day(61)), NewLine(RING, "Silver", "11", 15, day(61))],
            ),
            (
                "SO-20417",
                24,
                [NewLine(RING, "Black", "8", 25, day(12)), NewLine(RING, "Gold", "10", 10, day(9))],
            ),
            ("SO-20466", 6, [NewLine(RING, "Stealth", "12", 5)]),
        )
    ]
    _first, running, _last = enter_orders(orders, by=lead, now=story.now - timedelta(days=5))
    globex = story.accounts[GLOBEX]
    day = _days_before(story, GLOBEX)
    enter_orders(
        [
            NewOrder(
                globex.customer,
                "SO-20390",
                day(40),
                globex.customer.time_zone,
                [NewLine(RING, "Rose Gold", "7", 12, day(29)), NewLine(RING, "Rose Gold", "9", 12, day(33))],
            )
        ],
        by=_lead(globex),
        now=story.now - timedelta(days=28),
    )
    return running


def _acme(story: Storyteller, order: Order) -> None:
    account = story.accounts[ACME]
    lead = _lead(account)
    exchange = open_return(
        order=order,
        kind="exchange",
        items=[Wanted(order.lines.all()[0].pk, 3, "size 9, Black")],
        body="Tre persone hanno le dita più grandi di quanto pensassimo: possiamo avere la 9?",
        by=account.admin,
        now=story.now - timedelta(days=3),
    )
    answer(
        request=exchange,
        kind=RequestEvent.Kind.ASKED,
        body="Volentieri. Avete già provato la 9 con il kit delle taglie, o ve ne mandiamo uno?",
        by=lead,
        now=story.now - timedelta(days=2, hours=20),
    )
    issue = open_request(
        customer=account.customer,
        kind="technical_issue",
        subject="Un caricatore non carica più",
        body="La luce lampeggia in rosso, anche con un altro cavo. L'anello è carico al 4 %.",
        by=account.people[0] if account.people else account.admin,
        now=story.now - timedelta(hours=5),
        order=None,
    )
    add_note(
        request=issue,
        body="Same batch as two others last week: check with logistics before we promise a date.",
        by=lead,
        now=story.now - timedelta(hours=4),
    )


def _others(story: Storyteller) -> None:
    for buyer, kind, subject, body, days in (
        (GLOBEX, "new_order", "Twenty more rings for the Tampere office", "Sizes follow after the sizing day.", 2),
        (BIANCHI, "product_question", "Anelli e guanti da lavoro", "Si possono portare sotto i guanti?", 1),
        (NORDLYS, "assistance", "Who changes our invoice address?", "We move on the first of the month.", 8),
    ):
        account = story.accounts[buyer]
        asked_at = story.now - timedelta(days=days)
        request = open_request(
            customer=account.customer, kind=kind, subject=subject, body=body, by=account.admin, now=asked_at
        )
        lead = _lead(account)
        if buyer == NORDLYS:
            route(
                request=request,
                way=RoutingDecision.Way.CHANNEL,
                channel="Finance: finance@oura.example",
                reason="They keep the billing details, and confirm the change the same day.",
                by=lead,
                now=asked_at + timedelta(hours=3),
            )
        elif buyer == GLOBEX:
            answer(
                request=request,
                kind=RequestEvent.Kind.ANSWERED,
                body="Thank you. I keep twenty Silver rings aside; send the sizes when you have them.",
                by=lead,
                now=asked_at + timedelta(hours=2),
            )


def _days_before(story: Storyteller, buyer: str) -> Callable[[int], date]:
    """Calendar days of the customer's zone, counted back from the present moment."""
    today = local_day(story.now, story.accounts[buyer].customer.time_zone)
    return lambda days: today - timedelta(days=days)


def _lead(account: Account) -> User:
    lead = lead_of(account.customer)
    assert lead is not None, "every customer of the demo has a lead"
    return lead
