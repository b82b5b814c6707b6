"""Several workers and several scans at the same moment: nothing twice, nothing forgotten (DOMAIN.md §11)."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from pytest_django import Settings

from notifications.domain.delivery import send_batch
from notifications.domain.kinds import Kind
from notifications.domain.scans import run_scans
from notifications.models import Message
from sessions.domain.reminders import owe_session_reminders
from tests.factories import at, booked, launch_kit
from tests.notifications.conftest import NOW, owed
from tests.notifications.test_scans import everything_due
from tests.plugin.mail import MailServer

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 4
MAILS = 12
ROUNDS_OF_A_CONTROL = 20
LOOKING = 0.02
"""Seconds between seeing what is due and claiming it: who looks half of that later claims what is being sent."""


def at_once(act: Callable[[], object], *, apart: float = 0.0) -> None:
    """Let several threads, each with its own connection, do the same, each so many seconds after the one before."""
    barrier = Barrier(WORKERS)

    def one(number: int) -> None:
        try:
            barrier.wait(timeout=10)
            time.sleep(number * apart)
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        for future in [pool.submit(one, number) for number in range(WORKERS)]:
            future.result(timeout=60)


def send_all() -> None:
    while send_batch(now=NOW).taken:
        pass


def copies_received(mail_server: MailServer) -> int:
    """How often the mail that came most often came."""
    return max(Counter(mail.subject for mail in mail_server.received).values())


def test_workers_at_once_send_every_mail_once(
    mail_server: MailServer, new_kind: Callable[..., Kind], settings: Settings
) -> None:
    new_kind("news")
    settings.FAULT_POINTS = frozenset({f"after_check=pause:{LOOKING}"})
    for number in range(MAILS):
        owed("news", f"News {number}")
    at_once(send_all, apart=LOOKING / 2)
    assert len(mail_server.received) == MAILS
    assert set(Message.objects.values_list("state", flat=True)) == {Message.State.SENT}


def test_without_the_lock_of_a_claim_the_same_workers_send_mails_twice(
    mail_server: MailServer, new_kind: Callable[..., Kind], settings: Settings
) -> None:
    new_kind("news")
    settings.FAULT_POINTS = frozenset({"skip_lock", f"after_check=pause:{LOOKING}"})
    for attempt in range(ROUNDS_OF_A_CONTROL):
        for number in range(MAILS):
            owed("news", f"Round {attempt}, news {number}")
        at_once(send_all, apart=LOOKING / 2)
        if copies_received(mail_server) > 1:
            return
    pytest.fail("Without its lock the claim still kept the workers apart: the test above proves nothing.")


def test_scans_at_once_owe_a_reminder_once() -> None:
    session = booked(launch_kit(), "kickoff", 60, "2026-03-10 10:00")
    at_once(lambda: owe_session_reminders(now=at("2026-03-09 10:00")))
    rows = Message.objects.filter(kind="session_reminder_24h", subject_id=session.pk)
    assert sorted(rows.values_list("recipient_email", flat=True)) == ["giulia.conti@oura.example", "marta@acme.example"]


def test_all_scans_at_once_leave_what_one_leaves() -> None:
    everything_due()
    now = at("2026-04-28 10:00")
    at_once(lambda: run_scans(now=now))
    together = sorted(Message.objects.filter(created_at=now).values_list("key", "recipient_email", "state"))
    Message.objects.filter(created_at=now).delete()
    run_scans(now=now)
    assert sorted(Message.objects.filter(created_at=now).values_list("key", "recipient_email", "state")) == together
