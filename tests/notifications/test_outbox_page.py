"""The page of what was sent, to whom, when and why; and the hand that sends again (DOMAIN.md §11)."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from notifications.domain.kinds import Kind
from notifications.models import Message
from tests.factories import sofia
from tests.notifications.conftest import NOW, owed

pytestmark = pytest.mark.django_db
PAGE = "/operations/mail/"
State = Message.State


@pytest.fixture(autouse=True)
def _news(new_kind: Callable[..., Kind]) -> None:
    new_kind("news")


@pytest.fixture
def operations(client: Client) -> Client:
    client.force_login(sofia())
    return client


def in_state(state: str, subject: str) -> Message:
    message = owed("news", subject)
    Message.objects.filter(pk=message.pk).update(state=state, state_since=NOW, error="550 no such user")
    return Message.objects.get(pk=message.pk)


def test_what_waits_for_a_hand_is_said_first(operations: Client) -> None:
    in_state(State.UNKNOWN, "A")
    in_state(State.FAILED, "B")
    page = operations.get(PAGE).content.decode()
    assert "1 mail may or may not have arrived" in page
    assert "1 mail was refused for good" in page
    assert "550 no such user" in page
    assert page.count("/again/") == 2


@pytest.mark.parametrize(("query", "shown"), [("state=unknown", 1), ("q=marta", 2), ("q=nobody", 0), ("kind=news", 2)])
def test_filters(operations: Client, query: str, shown: int) -> None:
    in_state(State.UNKNOWN, "A")
    in_state(State.SENT, "B")
    assert len(operations.get(f"{PAGE}?{query}").context["rows"]) == shown


def test_an_unknown_one_is_sent_again_by_post_alone(operations: Client) -> None:
    message = in_state(State.UNKNOWN, "A")
    again = f"{PAGE}{message.pk}/again/?state=unknown"
    assert operations.get(again).status_code == 405
    answer = operations.post(again)
    assert answer.headers["Location"] == f"{PAGE}?state=unknown"
    message.refresh_from_db()
    assert message.state == State.PENDING
    assert "is sent again" in operations.get(PAGE).content.decode()


def test_one_that_arrived_stays_as_it_is(operations: Client) -> None:
    message = in_state(State.SENT, "A")
    operations.post(f"{PAGE}{message.pk}/again/")
    message.refresh_from_db()
    assert message.state == State.SENT


def test_the_file_holds_what_the_page_shows(operations: Client) -> None:
    in_state(State.UNKNOWN, "A")
    in_state(State.SENT, "B")
    answer = operations.get("/operations/mail.csv?state=sent")
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert "marta@acme.example" in lines[1]


def test_three_mails_cost_as_many_queries_as_one(
    operations: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    in_state(State.UNKNOWN, "A")
    operations.get(PAGE)
    with django_assert_num_queries(6):
        operations.get(PAGE)
    in_state(State.UNKNOWN, "B")
    in_state(State.SENT, "C")
    with django_assert_num_queries(6):
        operations.get(PAGE)
