"""Reminders of action items: 3 days before their day, and once it has passed (DOMAIN.md §8, §11)."""

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from customers.models import Membership, User
from notifications.domain.delivery import send_batch
from notifications.domain.muting import mute
from notifications.models import Message
from packages.models import Contract
from reviews.domain.item_reminders import ITEM_DUE, owe_item_reminders
from reviews.domain.records import Promise, add_action_item, finish_item, reopen_item
from reviews.models import ActionItem, Review
from tests.factories import acme, at, giulia, marta, member_of, premium, sofia
from tests.plugin.mail import MailServer

pytestmark = pytest.mark.django_db
GIULIA, MARTA = "giulia.conti@oura.example", "marta@acme.example"
SIGNED = at("2026-01-20 12:00")
AGREED = at("2026-03-02 12:00")
DUE = date(2026, 3, 30)  # the day after Europe's clocks went forward


@pytest.fixture(autouse=True)
def contract() -> Contract:
    return premium(starts_on=date(2026, 2, 1), now=SIGNED)


def promised(owner: User, *, due_on: date = DUE, text: str = "Send the sizing kits") -> ActionItem:
    promise = Promise(text=text, owner=owner, due_on=due_on)
    return add_action_item(review=Review.objects.get(number=1), promise=promise, by=giulia(), now=AGREED)


def owed(wall: str) -> set[tuple[str, str]]:
    """Scan at that moment; kind and address of what is newly owed."""
    before = set(Message.objects.values_list("pk", flat=True))
    owe_item_reminders(now=at(wall))
    rows = Message.objects.exclude(pk__in=before)
    return {(row.kind.removeprefix("action_item_"), row.recipient_email) for row in rows}


def sent(mail_server: MailServer, wall: str) -> dict[str, tuple[str, str]]:
    """Scan and send at that moment; subject and text by address."""
    mail_server.received.clear()
    owe_item_reminders(now=at(wall))
    while send_batch(now=at(wall)).go_on:
        pass
    return {mail.recipients[0]: (mail.subject, mail.text) for mail in mail_server.received}


def test_three_days_before_and_once_its_day_has_passed() -> None:
    promised(marta())
    promised(giulia())
    both_due, both_over = ({(kind, GIULIA), (kind, MARTA)} for kind in ("due", "overdue"))
    assert owed("2026-03-27 07:59") == set()
    assert owed("2026-03-27 08:00") == both_due
    assert owed("2026-03-28 08:00") == set()
    assert owed("2026-03-31 07:59") == set()
    assert owed("2026-03-31 08:00") == both_over, "at eight of summer time"
    assert owed("2026-04-20 08:00") == set()


def test_late_rather_than_never_but_only_the_moment_that_is_on() -> None:
    promised(marta())
    assert owed("2026-04-10 15:00") == {("overdue", MARTA)}


def test_what_nobody_could_tell_for_a_month_is_told_no_more() -> None:
    promised(marta())
    assert owed("2026-04-30 08:00") == set()


def test_at_eight_of_the_owners_clock() -> None:
    marta()
    User.objects.filter(email=MARTA).update(time_zone="America/New_York")
    promised(marta())
    assert owed("2026-03-27 12:59") == set()
    assert owed("2026-03-27 13:00") == {("due", MARTA)}, "in Rome it is still winter"


def test_a_moment_that_was_over_when_it_was_promised_is_not_told() -> None:
    promised(marta(), due_on=date(2026, 3, 4))
    assert owed("2026-03-03 08:00") == set()
    assert owed("2026-03-05 08:00") == {("overdue", MARTA)}


def test_not_once_it_is_done_but_again_where_it_was_not(mail_server: MailServer) -> None:
    item = promised(marta())
    finish_item(item=item, by=marta(), now=AGREED)
    assert owed("2026-03-27 08:00") == set()
    reopen_item(item=item, by=marta(), now=AGREED)
    assert owed("2026-03-27 08:00") == {("due", MARTA)}
    finish_item(item=item, by=marta(), now=at("2026-03-27 08:00"))
    assert sent(mail_server, "2026-03-27 08:01") == {}, "done before it was sent"


def test_not_for_who_left_the_customer(mail_server: MailServer, contract: Contract) -> None:
    member_of(contract.customer, "Adele Second", kind="admin")
    item = promised(marta())
    promised(giulia())
    assert owed("2026-03-27 08:00") == {("due", MARTA), ("due", GIULIA)}
    Membership.objects.filter(user=item.owner).update(until=at("2026-03-27 08:00"))
    assert set(sent(mail_server, "2026-03-27 08:01")) == {GIULIA}
    assert owed("2026-03-31 08:00") == {("overdue", GIULIA)}


def test_not_for_a_contract_that_was_voided(contract: Contract) -> None:
    promised(marta())
    Contract.objects.filter(pk=contract.pk).update(voided_at=AGREED, voided_by=sofia())
    assert owed("2026-03-27 08:00") == set()


def test_whoever_muted_it_hears_of_the_other_kind_alone() -> None:
    promised(marta())
    mute(person=marta(), kind=ITEM_DUE, now=AGREED)
    assert owed("2026-03-27 08:00") == set()
    assert owed("2026-03-31 08:00") == {("overdue", MARTA)}


def test_what_it_says_and_where_it_leads(mail_server: MailServer) -> None:
    item = promised(marta(), text="100% of the kits")
    subject, text = sent(mail_server, "2026-03-27 08:00")[MARTA]
    assert subject == "Acme Wellness: an action item of yours is due on Mon, 30 Mar 2026"
    assert "You took this on in project health check 1: 100% of the kits" in text
    assert f"/reviews/{item.review_id}/" in text
    subject, text = sent(mail_server, "2026-03-31 08:00")[MARTA]
    assert subject == "Acme Wellness: an action item of yours was due on Mon, 30 Mar 2026"
    assert "is still open" in text


def test_many_items_cost_as_many_queries_as_one(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    assert acme() is not None
    promised(marta())
    with django_assert_num_queries(5):
        assert owe_item_reminders(now=at("2026-03-27 08:00")) == 1
    for number in range(3):
        promised(marta(), text=f"Item {number}")
    with django_assert_num_queries(5):
        assert owe_item_reminders(now=at("2026-03-27 08:00")) == 3
