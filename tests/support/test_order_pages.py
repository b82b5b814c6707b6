"""Orders on the screen: entering them, their receipt, what may come back (DOMAIN.md §9)."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine

from support.models import Order, OrderLine, ReturnItem, SupportRequest
from tests.factories import NOW, acme, aino, giulia, luca, marta, pekka
from tests.home.pages import page, queries, signed_in
from tests.sessions.booking_pages import text_of
from tests.support.examples import line, ordered, returned

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def typed(**different: str) -> dict[str, str]:
    """An order of one line, as the form sends it."""
    empty = {f"lines-{n}-{name}": "" for n in range(6) for name in ("ring_model", "colour", "size", "quantity")}
    return {
        **empty,
        "customer": str(acme().pk),
        "number": "SO-7",
        "placed_on": "2026-02-01",
        "time_zone": "",
        "lines-TOTAL_FORMS": "6",
        "lines-INITIAL_FORMS": "0",
        "lines-0-ring_model": "Oura Ring 4",
        "lines-0-colour": "Gold",
        "lines-0-size": "8",
        "lines-0-quantity": "12",
        "lines-0-received_on": "2026-02-20",
        **different,
    }


class TestEntering:
    def test_an_order_is_typed_by_the_staff_who_serve_the_customer(self) -> None:
        acme()
        client = signed_in(giulia())
        assert client.get("/orders/new/").status_code == 200
        response = client.post("/orders/new/", typed())
        order = Order.objects.get()
        assert response.headers["Location"] == f"/orders/{order.pk}/"
        assert (order.number, order.time_zone, order.entered_by) == ("SO-7", "Europe/Rome", giulia())
        kept = order.lines.get()
        assert (str(kept), kept.quantity, kept.received_on) == ("Oura Ring 4 · Gold · 8", 12, date(2026, 2, 20))

    def test_another_customers_order_cannot_be_typed(self) -> None:
        acme()
        assert signed_in(aino()).post("/orders/new/", typed()).status_code == 422
        assert not Order.objects.exists()

    @pytest.mark.parametrize(
        ("different", "says"),
        [
            ({"placed_on": "2026-03-05"}, "An order was placed today or before."),
            ({"lines-0-received_on": "2026-01-01"}, "It was not received before it was placed."),
            ({"lines-0-received_on": "2026-03-03"}, "This day is still to come where the order is received."),
            ({"lines-0-quantity": "0"}, "greater than or equal to 1"),
        ],
    )
    def test_what_cannot_be_is_refused_and_nothing_is_lost(self, different: dict[str, str], says: str) -> None:
        response = signed_in(giulia()).post("/orders/new/", typed(**different))
        assert response.status_code == 422
        assert says in text_of(response)
        assert b'value="SO-7"' in response.content
        assert not Order.objects.exists()

    def test_a_number_is_there_once_a_customer(self) -> None:
        ordered(number="SO-7")
        response = signed_in(giulia()).post("/orders/new/", typed())
        assert (response.status_code, Order.objects.count()) == (422, 1)
        assert "An order of this number is here already." in text_of(response)


class TestAnOrder:
    def test_its_page_gives_the_three_answers(self) -> None:
        order = ordered(line("8"), line("9", received_on=date(2026, 1, 20)), line("10", received_on=None))
        words = text_of(signed_in(marta()).get(f"/orders/{order.pk}/"))
        assert "21 days left Until Sun, 22 Mar 2026" in words
        assert "Closed Last day was Thu, 19 Feb 2026" in words
        assert "Receipt not recorded A proof of receipt is needed" in words
        assert "Giulia Conti can make an exception." in words
        assert "Send a proof of receipt" in words

    def test_the_last_day_says_one_day_left(self) -> None:
        order = ordered(line(received_on=date(2026, 1, 31)))
        assert "1 day left Until Mon, 2 Mar 2026" in text_of(signed_in(marta()).get(f"/orders/{order.pk}/"))

    @pytest.mark.parametrize(("person", "status"), [(luca, 404), (aino, 404), (pekka, 404), (giulia, 200)])
    def test_who_sees_it(self, person: object, status: int) -> None:
        order = ordered()
        assert callable(person)
        assert signed_in(person()).get(f"/orders/{order.pk}/").status_code == status

    def test_its_list_asks_as_often_for_three_as_for_one(self) -> None:
        ordered()
        marta()
        assert queries(marta(), "/orders/") == 5
        for number in ("2", "3"):
            ordered(number=number)
        assert queries(marta(), "/orders/") == 5

    def test_its_page_asks_as_often_for_three_lines_and_returns_as_for_one(self) -> None:
        one = ordered()
        returned(one, 1)
        asked = queries(marta(), f"/orders/{one.pk}/")
        three = ordered(line("8"), line("9"), line("10"), number="2")
        for _each in range(3):
            returned(three, 1, 1, 1)
        assert queries(marta(), f"/orders/{three.pk}/") == asked == 9

    def test_the_list_finds_a_number_and_says_when_nothing_matches(self) -> None:
        ordered(number="SO-1001")
        assert "SO-1001" in page(marta(), "/orders/?q=1001")
        assert "Clear filters" in page(marta(), "/orders/?q=nothing")

    def test_the_file_holds_every_line(self) -> None:
        ordered(line("8"), line("9", received_on=None))
        content = b"".join(signed_in(giulia()).get("/orders.csv")).decode()
        assert "Acme Wellness,SO-1001,2026-01-15" in content.replace('"', "")
        assert len(content.splitlines()) == 3


class TestReceipt:
    def test_it_is_recorded_line_by_line_and_kept_in_the_trail(self) -> None:
        from core.models import AuditEvent

        order = ordered(line("8", received_on=None), line("9", received_on=None))
        first, second = order.lines.all()
        response = signed_in(giulia()).post(
            f"/orders/{order.pk}/receipt/", {f"line_{first.pk}": "2026-02-28", f"line_{second.pk}": ""}
        )
        assert response.status_code == 302
        assert list(OrderLine.objects.values_list("received_on", flat=True)) == [date(2026, 2, 28), None]
        trail = AuditEvent.objects.get(verb="order.record_receipt")
        assert trail.details["lines"][0]["after"] == "2026-02-28"

    def test_a_day_to_come_is_refused(self) -> None:
        order = ordered(line(received_on=None))
        number = order.lines.get().pk
        response = signed_in(giulia()).post(f"/orders/{order.pk}/receipt/", {f"line_{number}": "2026-03-03"})
        assert response.status_code == 422
        assert OrderLine.objects.get().received_on is None


class TestReturning:
    def test_an_exchange_is_asked_for_from_the_order(self) -> None:
        order = ordered()
        number = order.lines.get().pk
        client = signed_in(marta())
        assert "10 of 10 can come back" in text_of(client.get(f"/orders/{order.pk}/return/"))
        response = client.post(
            f"/orders/{order.pk}/return/",
            {"kind": "exchange", f"quantity_{number}": "3", f"instead_{number}": "size 10", "body": "Too small."},
        )
        request = SupportRequest.objects.get()
        assert response.headers["Location"] == f"/requests/{request.pk}/"
        item = ReturnItem.objects.get()
        assert (item.quantity, item.wanted, item.last_day) == (3, "size 10", date(2026, 3, 22))
        assert request.subject == "Exchange 3 rings of SO-1001"
        assert "Wanted instead: size 10" in text_of(client.get(f"/requests/{request.pk}/"))

    def test_more_than_is_left_is_refused_with_what_is(self) -> None:
        order = ordered()
        returned(order, 8)
        number = order.lines.get().pk
        response = signed_in(marta()).post(
            f"/orders/{order.pk}/return/", {"kind": "return", f"quantity_{number}": "3", "body": "Too small."}
        )
        assert response.status_code == 409
        assert "Left are: Oura Ring 4 · Silver · 9: 2." in text_of(response)
        assert ReturnItem.objects.count() == 1

    def test_calling_it_off_gives_the_rings_back(self) -> None:
        order = ordered()
        request = returned(order, 10)
        client = signed_in(marta())
        assert "Nothing of this order can come back now" in text_of(client.get(f"/orders/{order.pk}/return/"))
        client.post(f"/requests/{request.pk}/call-off/")
        request.refresh_from_db()
        assert request.status == "closed"
        assert "10 of 10 can come back" in text_of(client.get(f"/orders/{order.pk}/return/"))

    def test_the_lead_makes_an_exception_that_the_customer_sees(self) -> None:
        order = ordered(line(received_on=date(2026, 1, 20)))
        number = order.lines.get().pk
        asked = {"line": str(number), "until": "2026-03-10", "reason": "The carrier lost a week."}
        assert signed_in(giulia()).post(f"/orders/{order.pk}/exception/", asked).status_code == 302
        words = text_of(signed_in(marta()).get(f"/orders/{order.pk}/"))
        assert "9 days left Until Tue, 10 Mar 2026 · by exception" in words
        assert "The carrier lost a week." in words
