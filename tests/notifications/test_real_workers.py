"""Through real workers under one shifted clock: reminders arrive, and a worker's death sends nothing twice (§11)."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from celery.exceptions import OperationalError
from django.conf import settings
from django.utils import timezone

from notifications.domain.delivery import STALE_AFTER, send_batch
from notifications.models import Message
from oura_success.celery import app
from sessions.domain.attendees import Guest
from sessions.models import ConsultingSession
from tests.factories import booked, giulia, launch_kit, marta
from tests.plugin.mail import MailServer
from tests.plugin.processes import CeleryProcesses, shifted_clock

pytestmark = pytest.mark.django_db(transaction=True)
Celery = Callable[..., CeleryProcesses]
SCAN, SEND = "notifications.tasks.scan_reminders", "notifications.tasks.send_due"
BEFORE_THE_START = timedelta(minutes=50)


@pytest.fixture
def session() -> ConsultingSession:
    """Booked now, by the real clock, for the first Tuesday that is three days ahead, 10:00 UTC."""
    first = datetime.now(UTC) + timedelta(days=3)
    starts_at = (first + timedelta(days=(1 - first.weekday()) % 7)).replace(hour=10, minute=0, second=0, microsecond=0)
    contract = launch_kit(starts_on=datetime.now(UTC).date())
    people = [Guest(marta().name, marta().email)]
    return booked(contract, "kickoff", 60, starts_at, by=giulia(), attendees=people, now=timezone.now())


def shortly_before(session: ConsultingSession) -> dict[str, str]:
    """The environment of processes whose clock says that the session is about to start."""
    moment = session.starts_at - BEFORE_THE_START
    return shifted_clock((moment - datetime.now(UTC)).total_seconds())


def ask(*tasks: str) -> None:
    for name in tasks:
        app.send_task(name)


def wait_until(condition: Callable[[], bool], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def states() -> list[str]:
    return sorted(Message.objects.values_list("state", flat=True))


def test_beat_asks_for_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)


def test_many_scans_at_once_remind_everybody_once(
    session: ConsultingSession, celery_processes: Celery, smtp_server: MailServer
) -> None:
    celery_processes({**shortly_before(session), "EMAIL_URL": smtp_server.url}, beat=False, concurrency=2)
    ask(*[SCAN] * 4)
    wait_until(lambda: Message.objects.filter(kind="session_reminder_1h").count() == 2)
    ask(*[SEND] * 4)
    mails = smtp_server.wait_for(4)
    wait_until(lambda: states() == ["sent"] * 4)
    ask(SCAN, SEND, SCAN, SEND)
    time.sleep(2)
    assert len(mails) == 4
    reminders = sorted(mail.recipients[0] for mail in mails if mail.subject.startswith("Starting soon"))
    assert reminders == sorted([giulia().email, marta().email])


def test_a_worker_that_dies_after_the_mail_was_taken_sends_it_no_second_time(
    session: ConsultingSession, celery_processes: Celery, smtp_server: MailServer
) -> None:
    Message.objects.all().delete()
    clock = shortly_before(session)
    environment = {**clock, "EMAIL_URL": smtp_server.url}
    dying = celery_processes({**environment, "FAULT_POINTS": "after_smtp=kill"}, beat=False, concurrency=1)
    ask(SCAN)
    wait_until(lambda: Message.objects.count() == 2)
    ask(SEND)
    smtp_server.wait_for(1)
    wait_until(lambda: "sending" in states())
    dying.kill_worker()
    celery_processes(environment, beat=False, concurrency=1)
    ask(SEND)
    time.sleep(2)
    offset = timedelta(seconds=float(clock["PORTAL_TEST_CLOCK_OFFSET"]))
    send_batch(now=timezone.now() + offset + STALE_AFTER + timedelta(seconds=5))
    unknown = states().count("unknown")
    assert unknown >= 1
    assert states().count("sent") + unknown + states().count("pending") == 2
    received = [mail.recipients[0] for mail in smtp_server.received]
    assert len(received) == len(set(received)), "somebody was reminded twice"


def test_a_frozen_broker_holds_no_booking_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_details: object, **_named: object) -> None:
        raise OperationalError("the broker is away")

    monkeypatch.setattr(app, "send_task", refuse)
    monkeypatch.setattr(type(app.amqp), "producer_pool", property(refuse))
    booked(launch_kit(), "kickoff", 60, "2026-03-10 10:00")
    assert Message.objects.filter(kind="session_booked", state="pending").count() == 2
