"""Delivery to a real SMTP server: what its answers, and the death of a worker, leave behind (DOMAIN.md §11)."""

from asyncio import WriteTransport
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from dev.ports import LOCALHOST, free_port
from notifications.domain import delivery, muting, states
from notifications.domain import mail_server as line_to_server
from notifications.domain.delivery import BATCH, STALE_AFTER, send_batch
from notifications.domain.kinds import Kind
from notifications.domain.letters import Letter
from notifications.models import Message
from tests.factories import marta
from tests.notifications.conftest import NOW, owed, speak_to
from tests.plugin.mail import MailServer

pytestmark = pytest.mark.django_db
State = Message.State


@pytest.fixture(autouse=True)
def _kinds(new_kind: Callable[..., Kind]) -> None:
    new_kind("news")
    new_kind("invitation", at_least_once=True)
    new_kind("chatter", may_be_muted=True)


def state_of(message: Message) -> str:
    message.refresh_from_db()
    return message.state


def left_behind(message: Message, state: str) -> Message:
    """The row as a worker leaves it that died at `NOW`."""
    Message.objects.filter(pk=message.pk).update(state=state, state_since=NOW, claimed_by="a worker that died")
    return message


@contextmanager
def serving(handler: object, settings: Settings) -> Generator[None]:
    port = free_port()
    controller = Controller(handler, hostname=LOCALHOST, port=port)
    controller.start()
    try:
        speak_to(port, settings)
        yield
    finally:
        controller.stop()


def test_a_mail_is_sent_with_both_parts_and_the_headers_of_a_machine(mail_server: MailServer) -> None:
    row = owed("news", "Caffè con Noè")
    send_batch(now=NOW)
    assert state_of(row) == State.SENT
    (mail,) = mail_server.received
    assert (mail.recipients, mail.subject) == (("marta@acme.example",), "Caffè con Noè")
    assert mail.message["To"] == "Marta Ferri <marta@acme.example>"
    assert mail.message["From"] == "Oura Success <success@oura.example>"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message["Message-ID"] == f"<message.{row.pk}.20260302080000@oura.example>"
    assert mail.message["Content-Language"] == "en"
    assert "Hello Marta Ferri," in mail.text
    html = mail.message.get_body(preferencelist=("html",))
    assert html is not None
    content = html.get_content()
    assert 'style="' in content, "the style did not reach the elements"
    assert "prefers-color-scheme: dark" in content


def test_what_is_not_due_waits(mail_server: MailServer) -> None:
    row = owed("news", "Later", due_at=NOW + timedelta(minutes=1))
    send_batch(now=NOW)
    assert state_of(row) == State.PENDING
    send_batch(now=NOW + timedelta(minutes=1))
    assert [mail.subject for mail in mail_server.received] == ["Later"]


def test_a_refusal_is_tried_again_and_again_until_it_is_sent(mail_server: MailServer) -> None:
    row = owed("news", "Patience")
    mail_server.refuse_with = "451 4.3.0 try later"
    waits = []
    now = NOW
    for _attempt in range(6):
        send_batch(now=now)
        assert state_of(row) == State.PENDING
        assert "try later" in row.error
        waits.append(round((row.next_attempt_at - now) / timedelta(minutes=1)))
        send_batch(now=row.next_attempt_at - timedelta(seconds=1))
        now = row.next_attempt_at
    assert (waits, mail_server.refused) == ([1, 2, 4, 8, 15, 15], 6)
    mail_server.refuse_with = None
    send_batch(now=now)
    assert (state_of(row), row.attempts, row.error) == (State.SENT, 7, "")


def test_after_days_of_refusals_a_mail_has_failed(mail_server: MailServer) -> None:
    row = owed("news", "Old news")
    mail_server.refuse_with = "451 4.3.0 try later"
    send_batch(now=NOW + timedelta(days=3))
    assert (state_of(row), row.attempts) == (State.FAILED, 1)


def test_an_address_that_does_not_exist_is_not_tried_again(settings: Settings) -> None:
    class NobodyOfThatName:
        async def handle_RCPT(self, *_details: object) -> str:  # noqa: N802 - aiosmtpd
            return "550 5.1.1 no such user"

    row = owed("news", "Anybody there?")
    with serving(NobodyOfThatName(), settings):
        send_batch(now=NOW)
    assert state_of(row) == State.FAILED
    assert "no such user" in row.error


def test_without_a_mail_server_everything_waits_and_nothing_counts_as_tried(settings: Settings) -> None:
    rows = [owed("news", f"News {number}") for number in range(3)]
    speak_to(free_port(), settings)
    assert send_batch(now=NOW).go_on is False
    assert [(state_of(row), row.attempts) for row in rows] == [(State.PENDING, 0)] * 3
    assert {row.next_attempt_at for row in rows} == {NOW + timedelta(minutes=1)}


def test_late_rather_than_never(mail_server: MailServer) -> None:
    row = owed("news", "From a week in which no worker ran")
    send_batch(now=NOW + timedelta(days=7))
    assert state_of(row) == State.SENT


@pytest.mark.parametrize(("kind", "state"), [("news", State.UNKNOWN), ("invitation", State.PENDING)])
def test_a_line_that_breaks_in_the_middle_of_a_mail(kind: str, state: str, settings: Settings) -> None:
    class HangsUp:
        async def handle_DATA(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
            assert isinstance(server.transport, WriteTransport)
            server.transport.abort()
            return "250 OK"

    row, waiting = owed(kind, "Cut short"), owed("news", "Not begun")
    with serving(HangsUp(), settings):
        assert send_batch(now=NOW).go_on is False
    assert (state_of(row), state_of(waiting), waiting.attempts) == (state, State.PENDING, 0)


def test_a_mail_that_cannot_be_written_stops_no_other(mail_server: MailServer, new_kind: Callable[..., Kind]) -> None:
    def fail(_message: Message, _now: datetime) -> Letter:
        raise ZeroDivisionError("poison")

    new_kind("poison", fail)
    poison = owed("poison", "Poison")
    Message.objects.create(
        key="forgotten",
        kind="of an app that is gone",
        recipient_name="Marta",
        recipient_email="marta@acme.example",
        language="en",
        time_zone="Europe/Rome",
        due_at=NOW,
        created_at=NOW,
        state_since=NOW,
        next_attempt_at=NOW,
    )
    owed("news", "Ferri\vMarta\r\nBcc: all@acme.example")
    owed("news", "Last")
    send_batch(now=NOW)
    assert [mail.subject for mail in mail_server.received] == ["Ferri Marta Bcc: all@acme.example", "Last"]
    assert [mail.recipients for mail in mail_server.received] == [("marta@acme.example",)] * 2
    assert (state_of(poison), poison.attempts) == (State.PENDING, 1)
    assert "ZeroDivisionError: poison" in poison.error


def test_what_is_no_longer_wanted_is_withdrawn(mail_server: MailServer, new_kind: Callable[..., Kind]) -> None:
    new_kind("moot", lambda _message, _now: None)
    moot, gone, muted, wanted = (
        owed("moot", "Moot"),
        owed("news", "For somebody who left", to="Luca Bruni"),
        owed("chatter", "Muted"),
        owed("news", "Not muted"),
    )
    assert gone.recipient is not None
    gone.recipient.is_active = False
    gone.recipient.save(update_fields=["is_active"])
    muting.mute_exactly(person=marta(), kinds=["chatter", "news"], now=NOW)
    send_batch(now=NOW)
    assert [state_of(row) for row in (moot, gone, muted, wanted)] == [*[State.WITHDRAWN] * 3, State.SENT]
    assert [mail.subject for mail in mail_server.received] == ["Not muted"]


def test_more_than_a_batch_goes_in_several(mail_server: MailServer) -> None:
    for number in range(BATCH + 1):
        owed("news", f"News {number}")
    assert [send_batch(now=NOW).go_on for _round in range(2)] == [True, False]
    assert len(mail_server.received) == BATCH + 1


class TestWhatADeadWorkerLeaves:
    """After `STALE_AFTER` nobody waits any longer for whoever claimed a row."""

    SOON = NOW + STALE_AFTER
    LATER = SOON + timedelta(seconds=1)

    def test_a_row_that_was_only_claimed_is_sent_by_another(self, mail_server: MailServer) -> None:
        row = left_behind(owed("news", "Claimed"), State.CLAIMED)
        send_batch(now=self.SOON)
        assert state_of(row) == State.CLAIMED
        send_batch(now=self.LATER)
        assert (state_of(row), len(mail_server.received)) == (State.SENT, 1)

    def test_a_row_that_may_have_been_sent_is_unknown_and_never_sent_again(self, mail_server: MailServer) -> None:
        row = left_behind(owed("news", "Sending"), State.SENDING)
        for days in range(3):
            send_batch(now=self.LATER + timedelta(days=days))
        assert (state_of(row), mail_server.received) == (State.UNKNOWN, [])

    def test_an_invitation_comes_rather_twice_than_never_and_calendars_see_one(self, mail_server: MailServer) -> None:
        row = owed("invitation", "Invitation")
        send_batch(now=NOW)
        left_behind(row, State.SENDING)
        send_batch(now=self.LATER)
        first, second = mail_server.received
        assert first.message["Message-ID"] == second.message["Message-ID"]
        assert state_of(row) == State.SENT

    def test_a_worker_that_was_only_slow_does_not_send_what_another_took(self, mail_server: MailServer) -> None:
        row = owed("news", "Slow")
        (in_its_hands,) = delivery._claim(now=NOW)
        send_batch(now=self.LATER)
        with line_to_server.MailServer() as line:
            delivery._deliver(in_its_hands, line, now=self.LATER)
        assert (state_of(row), len(mail_server.received)) == (State.SENT, 1)

    def test_a_worker_that_was_only_slow_tells_in_the_end_that_the_mail_went_out(self, mail_server: MailServer) -> None:
        row = owed("news", "Slow server")
        (in_its_hands,) = delivery._claim(now=NOW)
        assert states.move(in_its_hands, State.SENDING, now=NOW)
        send_batch(now=self.LATER)
        assert state_of(row) == State.UNKNOWN
        delivery._note_as_sent(in_its_hands, now=self.LATER)
        assert state_of(row) == State.SENT
