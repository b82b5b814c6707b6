"""Until when a ring may come back: the edges of a day in every zone, and what is bought (DOMAIN.md §9)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from core.dates import instant_of
from core.refusals import InvalidInput, NotAllowed
from support.domain.refusals import MoreThanBought, ReceiptNotRecorded, ReturnClosed
from support.domain.return_window import Answer, Window, received_day, window_of
from support.domain.returns import call_off, grant_exception
from support.models import OrderLine, ReturnException, ReturnItem, SupportRequest
from tests.factories import NOW, giulia, luca, marta, sofia
from tests.support.examples import line, ordered, returned, standings

ZONES = ["Asia/Tokyo", "America/New_York", "Europe/Rome"]


def wall(text: str, zone: str) -> datetime:
    return instant_of(datetime.fromisoformat(text), zone)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("received", ["2026-02-10 23:30", "2026-03-01 23:30", "2026-10-01 23:30"])
def test_received_at_half_past_eleven_the_last_day_is_the_thirtieth_after_it(zone: str, received: str) -> None:
    """The spans lie over the clock changes of March, October and November, too."""
    day = received_day(wall(received, zone), zone)
    assert day == date.fromisoformat(received[:10])
    last = day + timedelta(days=30)

    def asked_at(moment: datetime) -> Window:
        return window_of(received_on=day, exceptional_until=None, zone=zone, now=moment)

    on_time = asked_at(wall(f"{last} 23:59", zone))
    too_late = asked_at(wall(f"{last + timedelta(days=1)} 00:00", zone))
    assert (on_time.answer, on_time.last_day, on_time.days_left) == (Answer.OPEN, last, 1)
    assert (too_late.answer, too_late.last_day, too_late.days_left) == (Answer.CLOSED, last, 0)


def test_the_day_of_asking_is_that_of_the_orders_zone() -> None:
    """At 20:00 UTC of 12 March it is still the last day in New York and in Rome, but over in Tokyo."""
    now = datetime(2026, 3, 12, 20, tzinfo=UTC)
    answers = {
        zone: window_of(received_on=date(2026, 2, 10), exceptional_until=None, zone=zone, now=now).answer
        for zone in ZONES
    }
    assert answers == {"Asia/Tokyo": "closed", "America/New_York": "open", "Europe/Rome": "open"}


def test_without_a_receipt_nothing_is_known_until_the_lead_says() -> None:
    unknown = window_of(received_on=None, exceptional_until=None, zone="Europe/Rome", now=NOW)
    assert (unknown.answer, unknown.last_day) == (Answer.UNKNOWN, None)
    said = window_of(received_on=None, exceptional_until=date(2026, 3, 9), zone="Europe/Rome", now=NOW)
    assert (said.answer, said.days_left, said.by_exception) == (Answer.OPEN, 8, True)


def test_an_exception_never_shortens_what_the_rule_gives() -> None:
    window = window_of(received_on=date(2026, 2, 20), exceptional_until=date(2026, 3, 3), zone="Europe/Rome", now=NOW)
    assert (window.last_day, window.by_exception) == (date(2026, 3, 22), False)


@pytest.mark.django_db
class TestOrders:
    def test_an_order_in_parts_counts_by_line(self) -> None:
        order = ordered(line("8", received_on=date(2026, 1, 30)), line("9"), line("10", received_on=None))
        assert [each.window.answer for each in standings(order)] == ["closed", "open", "unknown"]
        returned(order, 0, 4)
        with pytest.raises(ReturnClosed):
            returned(order, 1, 0)
        with pytest.raises(ReceiptNotRecorded):
            returned(order, 0, 0, 1)
        assert ReturnItem.objects.count() == 1

    def test_an_exchange_keeps_the_day_of_the_original(self) -> None:
        order = ordered()
        returned(order, 2, kind="exchange")
        assert ReturnItem.objects.get().last_day == date(2026, 3, 22)

    def test_parts_together_never_exceed_what_was_bought(self) -> None:
        order = ordered()
        returned(order, 6)
        first = returned(order, 4)
        with pytest.raises(MoreThanBought) as refusal:
            returned(order, 1)
        assert refusal.value.facts["lines"][0]["left"] == 0
        call_off(request=first, by=giulia(), now=NOW)
        returned(order, 4)

    def test_the_database_refuses_more_than_was_bought_whoever_writes(self) -> None:
        order = ordered()
        request = returned(order, 10)
        other = SupportRequest.objects.create(
            customer=order.customer,
            kind="return",
            subject="By another door",
            order=order,
            opened_by=marta(),
            opened_at=NOW,
            changed_at=NOW,
        )
        with pytest.raises(IntegrityError, match="come back"), transaction.atomic():
            ReturnItem.objects.create(
                request=other, order=order, line=order.lines.get(), quantity=1, last_day=date(2026, 3, 22)
            )
        with pytest.raises(DatabaseError), transaction.atomic():
            ReturnItem.objects.filter(request=request).update(quantity=11)
        with pytest.raises(DatabaseError), transaction.atomic():
            OrderLine.objects.update(quantity=3)

    def test_a_line_of_another_order_cannot_be_written(self) -> None:
        one, two = ordered(number="1"), ordered(number="2")
        request = returned(one, 1)
        with pytest.raises(IntegrityError), transaction.atomic():
            ReturnItem.objects.create(
                request=request, order=one, line=two.lines.get(), quantity=1, last_day=date(2026, 3, 22)
            )

    def test_who_may_not(self) -> None:
        order = ordered()
        for person in (luca(), giulia(), sofia()):
            with pytest.raises(NotAllowed):
                returned(order, 1, by=person)
        for person in (luca(), marta()):
            with pytest.raises(NotAllowed):
                grant_exception(line=order.lines.get(), until=date(2026, 4, 9), reason="x", by=person, now=NOW)

    def test_an_exception_needs_a_reason_and_a_day_beyond_the_rules_and_stays(self) -> None:
        closed = ordered(line(received_on=date(2026, 1, 20))).lines.get()
        for until, reason in ((date(2026, 4, 1), " "), (date(2026, 3, 1), "Late"), (date(2026, 2, 19), "Late")):
            with pytest.raises(InvalidInput):
                grant_exception(line=closed, until=until, reason=reason, by=giulia(), now=NOW)
        grant_exception(line=closed, until=date(2026, 3, 2), reason="The carrier was late.", by=giulia(), now=NOW)
        returned(closed.order, 1)
        with pytest.raises(DatabaseError), transaction.atomic():
            ReturnException.objects.all().delete()

    def test_nothing_chosen_and_no_wish_for_an_exchange_are_refused(self) -> None:
        order = ordered()
        with pytest.raises(InvalidInput):
            returned(order)
        with pytest.raises(InvalidInput):
            returned(order, 1, kind="exchange", instead=" ")
