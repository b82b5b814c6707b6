"""Returns of one order at once, through two web processes: together never more than was bought (DOMAIN.md §9)."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import requests
from django.conf import settings
from django.db.models import Sum
from django.test import Client
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case

from support.models import Order, ReturnItem, SupportRequest
from tests.factories import marta
from tests.plugin.processes import WebServer
from tests.races.rush import CROWD_OF_A_CONTROL, Call, counted, goes_wrong, rush, start_of_working_day, token_of
from tests.support.examples import line, ordered

BOUGHT = 10
CSRF = "a" * 32


def order_of_today(number: str = "SO-1001") -> Order:
    """Ten rings that Acme received a week ago, by the clock of the web processes."""
    today = start_of_working_day(0).date()
    received = today - timedelta(days=7)
    return ordered(
        line(quantity=BOUGHT, received_on=received), number=number, placed_on=received, now=start_of_working_day(-1)
    )


def send_back(order: Order, token: str, quantity: int) -> Call:
    items = [{"line": order.lines.get().pk, "quantity": quantity}]
    return Call(token, f"/orders/{order.pk}/returns/", {"kind": "return", "items": items, "body": "Too large."})


def coming_back(order: Order) -> int:
    return ReturnItem.objects.filter(order=order, called_off=False).aggregate(rings=Sum("quantity"))["rings"] or 0


def test_of_two_who_send_everything_back_at_once_one_does(portal_server: str) -> None:
    order, token = order_of_today(), token_of(marta())
    outcome = counted(rush(portal_server, [send_back(order, token, BOUGHT)] * 2))
    assert outcome == {(201, ""): 1, (409, "more_than_bought"): 1}
    assert coming_back(order) == BOUGHT
    assert SupportRequest.objects.count() == 1


def test_many_parts_at_once_are_taken_until_nothing_is_left(portal_server: str) -> None:
    order, token = order_of_today(), token_of(marta())
    outcome = counted(rush(portal_server, [send_back(order, token, 3)] * CROWD_OF_A_CONTROL))
    assert outcome == {(201, ""): 3, (409, "more_than_bought"): CROWD_OF_A_CONTROL - 3}
    assert coming_back(order) == 9


def test_two_browsers_at_once_send_everything_back_once(portal_server: str) -> None:
    order = order_of_today()
    browser = Client()
    browser.force_login(marta(), backend="customers.authentication.PortalBackend")
    name = settings.SESSION_COOKIE_NAME
    cookies = {name: browser.cookies[name].value, settings.CSRF_COOKIE_NAME: CSRF}
    form = {
        "kind": "return",
        "body": "Too large.",
        f"quantity_{order.lines.get().pk}": str(BOUGHT),
        "csrfmiddlewaretoken": CSRF,
    }
    both_stand_ready = Barrier(2)

    def click(_browser: int) -> int:
        both_stand_ready.wait(timeout=30)
        address = f"{portal_server}/orders/{order.pk}/return/"
        return requests.post(address, data=form, cookies=cookies, timeout=60, allow_redirects=False).status_code

    with ThreadPoolExecutor(max_workers=2) as crowd:
        statuses = Counter(crowd.map(click, range(2)))
    assert statuses[302] == 1, statuses
    assert statuses.keys() <= {302, 409, 422}, "who comes a moment later may find nothing left to choose"
    assert coming_back(order) == BOUGHT


def test_the_control_without_lock_and_constraint_sends_more_back_than_was_bought(
    portal_server_factory: Callable[..., WebServer], owner_connection: Connection
) -> None:
    with owner_connection.cursor() as cursor:
        cursor.execute("ALTER TABLE return_items DISABLE TRIGGER return_items_not_more_than_bought")
    url = portal_server_factory({"FAULT_POINTS": "skip_lock,after_check=pause:0.2"}).url
    token, numbers = token_of(marta()), iter(range(CROWD_OF_A_CONTROL * 20))

    def sends_too_much() -> bool:
        order = order_of_today(number=f"SO-{next(numbers)}")
        rush(url, [send_back(order, token, BOUGHT)] * 2)
        return coming_back(order) > BOUGHT

    assert goes_wrong(sends_too_much)
