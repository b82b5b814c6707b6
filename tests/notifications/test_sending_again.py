"""What is unknown or failed is sent again by an operations lead's hand, and by nothing else (DOMAIN.md §11)."""

from collections.abc import Callable

import pytest
from django.test import Client

from core.models import AuditEvent
from notifications.domain.delivery import send_batch
from notifications.domain.kinds import Kind
from notifications.domain.resending import NotResendable, send_again
from notifications.models import Message
from tests.factories import marta, sofia
from tests.notifications.conftest import NOW, owed
from tests.plugin.mail import MailServer

pytestmark = pytest.mark.django_db
State = Message.State


@pytest.fixture(autouse=True)
def _news(new_kind: Callable[..., Kind]) -> None:
    new_kind("news")


def in_state(state: str) -> Message:
    message = owed("news", f"A mail that is {state}")
    Message.objects.filter(pk=message.pk).update(state=state, state_since=NOW)
    message.refresh_from_db()
    return message


@pytest.mark.parametrize("state", [State.UNKNOWN, State.FAILED])
def test_a_mail_of_unknown_fate_or_that_failed_goes_out_once_more(state: str, mail_server: MailServer) -> None:
    message = in_state(state)
    send_again(message=message, by=sofia(), now=NOW)
    send_batch(now=NOW)
    assert [mail.subject for mail in mail_server.received] == [f"A mail that is {state}"]
    assert AuditEvent.objects.get(object_type="message", object_id=message.pk).actor == sofia()


@pytest.mark.parametrize("state", [State.PENDING, State.CLAIMED, State.SENDING, State.SENT, State.WITHDRAWN])
def test_no_other_mail_is_sent_again(state: str) -> None:
    with pytest.raises(NotResendable):
        send_again(message=in_state(state), by=sofia(), now=NOW)


def test_two_hands_at_once_send_it_once() -> None:
    message = in_state(State.UNKNOWN)
    other_hand = Message.objects.get(pk=message.pk)
    send_again(message=message, by=sofia(), now=NOW)
    with pytest.raises(NotResendable):
        send_again(message=other_hand, by=sofia(), now=NOW)


def test_operations_do_it_in_the_administration(client: Client) -> None:
    unknown, sent = in_state(State.UNKNOWN), in_state(State.SENT)
    client.force_login(sofia())
    answer = client.post(
        "/admin/notifications/message/",
        {"action": "send_again", "_selected_action": [unknown.pk, sent.pk]},
        follow=True,
    )
    assert "1 mail is sent again." in answer.content.decode()
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == [State.PENDING, State.SENT]


def test_nobody_else_sees_the_outbox(client: Client) -> None:
    client.force_login(marta())
    assert client.get("/admin/notifications/message/").status_code == 404
