"""Owing: once for each thing, person and moment, in the transaction of the fact (DOMAIN.md §11)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from notifications.domain.kinds import Kind, UnknownKind, register
from notifications.domain.outbox import Address, Owed, owe, owe_all
from notifications.models import Message
from tests.factories import marta
from tests.notifications.conftest import NOW

pytestmark = pytest.mark.django_db
GUEST = Address(name="Nora Guest", email="Nora@Guest.example", language="it", time_zone="Europe/Rome")


@pytest.fixture(autouse=True)
def _news(new_kind: Callable[..., Kind]) -> None:
    new_kind("news")


def test_a_row_keeps_how_its_reader_reads() -> None:
    owe(kind="news", key="one", to=GUEST, facts={"subject": "Hi"}, due_at=NOW + timedelta(hours=1), now=NOW)
    row = Message.objects.get()
    assert (row.recipient, row.recipient_email, row.language, row.time_zone) == (
        None,
        "nora@guest.example",
        "it",
        "Europe/Rome",
    )
    assert (row.state, row.next_attempt_at) == (Message.State.PENDING, NOW + timedelta(hours=1))


def test_owing_again_changes_nothing_and_another_person_or_thing_is_another_mail() -> None:
    for key, to in (("one", GUEST), ("one", GUEST), ("one", marta()), ("two", GUEST)):
        owe(kind="news", key=key, to=to, facts={"subject": "Hi"}, due_at=NOW, now=NOW)
    assert sorted(Message.objects.values_list("key", "recipient_email")) == [
        ("one", "marta@acme.example"),
        ("one", "nora@guest.example"),
        ("two", "nora@guest.example"),
    ]


def test_what_is_rolled_back_is_not_owed() -> None:
    with transaction.atomic():
        owe(kind="news", key="one", to=GUEST, facts={}, due_at=NOW, now=NOW)
        transaction.set_rollback(True)
    assert not Message.objects.exists()


@pytest.mark.parametrize("many", [1, 30])
def test_owing_many_takes_two_queries(many: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    rows = [Owed(kind="news", key=f"{number}", to=GUEST, facts={}, due_at=NOW) for number in range(many)]
    with django_assert_num_queries(2):
        assert owe_all(rows, now=NOW) == many
    assert owe_all(rows, now=NOW) == 0


def test_nobody_owes_a_kind_that_does_not_exist() -> None:
    with pytest.raises(UnknownKind):
        owe(kind="gossip", key="one", to=GUEST, facts={}, due_at=NOW, now=NOW)


def test_a_code_names_one_kind() -> None:
    with pytest.raises(ValueError, match="two kinds of mail"):
        register(Kind(code="news", label="News", compose=lambda _message, _now: None))
