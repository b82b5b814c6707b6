"""A thousand reminders under everything that can happen to workers, broker and mail server (DOMAIN.md §11).

sent + unknown = due, nobody is written to twice, nothing stale goes out, what is unknown is at most what the killed
processes had in hand; and people are answered all the while. Real processes: web, workers, beats, Valkey, SMTP.
"""

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import redis
import requests
from django.utils import timezone

from customers.models import Role
from dev.valkey import ValkeyServer
from notifications.models import Message
from sessions.domain.attendees import Guest
from sessions.domain.booking import book_session
from sessions.domain.cancelling import cancel_session
from sessions.models import Attendee, ConsultingSession
from tests.factories import customer, launch_kit, member_of, staff
from tests.plugin.mail import MailServer
from tests.plugin.processes import CeleryProcesses, ProcessFactory, wrong_clock
from tests.races.rush import token_of

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

CONTRACTS, SESSIONS, GUESTS = 2, 10, 49
DUE = CONTRACTS * SESSIONS * (GUESTS + 1)
AWAY = timedelta(hours=3)
AHEAD = timedelta(hours=2)
POOL = 2
ANSWERED_WITHIN_SECONDS = 5.0
SECONDS_A_MAIL = 0.4
"""So slow is the mail server while things go wrong: on a fast machine all would be sent before the last of them."""
DAY = "session_reminder_24h"
State = Message.State


@dataclass
class People:
    """Somebody who uses the portal all the while; what they were answered, and how long that took."""

    url: str
    token: str
    answers: list[tuple[int, float]] = field(default_factory=list)

    def ask(self) -> None:
        started = time.monotonic()
        headers = {"Authorization": f"Bearer {self.token}"}
        response = requests.get(f"{self.url}/api/v1/sessions/", headers=headers, timeout=30)
        self.answers.append((response.status_code, time.monotonic() - started))

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask again and again, twice a second, until the block ends."""
        ended = threading.Event()

        def ask_on() -> None:
            while not ended.wait(0.5):
                self.ask()

        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(ask_on)
            try:
                yield
            finally:
                ended.set()
                asked.result()


@pytest.fixture
def broker(tmp_path: Path) -> Generator[ValkeyServer]:
    """A broker of this test alone, which may be harmed; its append-only file keeps the queue."""
    server = ValkeyServer(data=tmp_path / "valkey", log=tmp_path / "valkey.log", password="chaos")
    server.start()
    server.wait_ready()
    yield server
    server.stop()


def meetings(name: str, start: datetime, *, number: int, now: datetime) -> list[ConsultingSession]:
    """Sessions of a customer every two hours from `start` on, booked ten days ago, each with its guests."""
    contract = launch_kit(customer(name), starts_on=(now - timedelta(days=30)).date(), now=now - timedelta(days=30))
    member_of(contract.customer, f"Ada {name}", kind="admin")
    person = staff(f"Person {name}", Role.AM, working=None)
    contract.team_members.create(staff=person)
    booked = [
        book_session(
            contract=contract,
            session_type="operations",
            starts_at=start + timedelta(hours=2 * each),
            duration_minutes=15,
            staff=person,
            attendees=[Guest("First", f"first-{name}-{each}@guest.example")],
            accept_overage=False,
            by=person,
            now=now - timedelta(days=10),
        )
        for each in range(number)
    ]
    Attendee.objects.bulk_create(
        Attendee(session=session, name=f"Guest {guest}", email=f"g{guest}-{session.pk}@guest.example")
        for session in booked
        for guest in range(GUESTS - 1)
    )
    # Their invitations are another matter.
    Message.objects.all().delete()
    return booked


def wait_until(condition: Callable[[], bool], *, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s; {states()}"
        time.sleep(0.2)


def reminders() -> Counter[str]:
    return Counter(Message.objects.filter(kind=DAY).values_list("state", flat=True))


def states() -> str:
    return f"{dict(reminders())}"


def number_sent() -> int:
    return reminders().get(State.SENT, 0)


def sent_on(by: int) -> Callable[[], bool]:
    """Whether so many more reminders than now are sent."""
    from_here = number_sent()
    return lambda: number_sent() >= from_here + by


def copies(server: MailServer) -> Counter[tuple[str, str]]:
    """How often each reminder reached each mailbox."""
    return Counter((mail.recipients[0], mail.subject) for mail in server.received)


def clock_ahead(shared: timedelta) -> dict[str, str]:
    """Environment of workers after so much time has passed: the clock that they share is put forward."""
    return {"PORTAL_TEST_SHARED_CLOCK_AHEAD": str(shared.total_seconds())}


def end_in_order(running: CeleryProcesses) -> None:
    """Stop worker and beat as a deployment does, and wait for what they have in hand."""
    for child in (running.worker, running.beat):
        if child is not None:
            child.request_stop()
    for child in (running.worker, running.beat):
        if child is not None:
            child.wait(60)


def harm(broker: ValkeyServer) -> None:
    """Stop the broker, freeze it, and let it forget everything; after each of it reminders go on."""
    assert broker.child is not None
    broker.child.kill()
    time.sleep(5)
    broker.start().wait_until(broker.answers, seconds=20)
    wait_until(sent_on(40), seconds=90, what="after the broker was gone")

    broker.child.signal(signal.SIGSTOP)
    time.sleep(8)
    broker.child.signal(signal.SIGCONT)
    wait_until(sent_on(40), seconds=90, what="after the broker was frozen")

    redis.Redis.from_url(broker.url()).flushall()
    wait_until(sent_on(40), seconds=90, what="after the broker forgot everything")


def test_a_thousand_reminders_survive_what_can_happen(
    portal_processes: ProcessFactory, smtp_server: MailServer, broker: ValkeyServer
) -> None:
    now = timezone.now()
    first = (now + timedelta(hours=3)).replace(second=0, microsecond=0)
    sessions = [each for name in ("Acme", "Globex") for each in meetings(name, first, number=SESSIONS, now=now)]
    environment = {"REDIS_URL": broker.url(), "EMAIL_URL": smtp_server.url}
    people = People(portal_processes.web(environment).url, token_of(sessions[0].staff))
    people.ask()
    smtp_server.seconds_a_mail = SECONDS_A_MAIL

    with people.asking():
        # Two beats and two workers; the clock of one of each is two hours ahead.
        running = portal_processes.celery(environment, concurrency=POOL)
        ahead = portal_processes.celery({**environment, **wrong_clock(AHEAD.total_seconds())}, concurrency=1)
        wait_until(lambda: sum(reminders().values()) == DUE, seconds=90, what="everything is owed")
        wait_until(sent_on(40), seconds=60, what="it begins")

        killed = len(running.kill_pool_children())
        wait_until(sent_on(40), seconds=60, what="after the death of a pool's processes")

        running.kill_worker()
        killed += POOL
        second = portal_processes.celery(environment, beat=False, concurrency=POOL)
        wait_until(sent_on(40), seconds=60, what="after the death of a worker")

        cancelled = sessions[-1]
        cancel_session(session=cancelled, by=cancelled.staff, reason="", now=timezone.now())
        gone_before = received_about(cancelled, smtp_server)

        harm(broker)

        smtp_server.refuse_with = "451 4.3.2 try again later"
        wait_until(lambda: smtp_server.refused >= 3, seconds=60, what="the mail server refuses")
        smtp_server.refuse_with, smtp_server.seconds_a_mail = None, 0.0

        in_doubt = reminders().get(State.SENDING, 0)
        for each in (running, ahead, second):
            end_in_order(each)
        assert reminders().get(State.SENDING, 0) <= min(in_doubt, killed), "an orderly end leaves nothing in doubt"

        # A quarter of an hour later: what the dead had in hand is settled, what was refused is tried again.
        after = timedelta(minutes=16)
        last = portal_processes.celery({**environment, **clock_ahead(after)}, concurrency=POOL)
        open_states = (State.PENDING, State.CLAIMED, State.SENDING)
        wait_until(
            lambda: not any(reminders().get(state, 0) for state in open_states), seconds=120, what="everything is done"
        )
        end_in_order(last)

    by_state = reminders()
    withdrawn = Message.objects.filter(kind=DAY, state=State.WITHDRAWN)
    assert set(withdrawn.values_list("subject_id", flat=True)) <= {cancelled.pk}
    assert by_state[State.SENT] + by_state[State.UNKNOWN] == DUE - withdrawn.count(), states()
    assert by_state[State.UNKNOWN] <= killed, states()
    assert by_state[State.FAILED] == 0
    assert max(copies(smtp_server).values()) == 1, "somebody was reminded twice"
    # What a process had written before the session was cancelled may still go out: one mail each.
    assert received_about(cancelled, smtp_server) <= gone_before + 2 * POOL + 1
    assert {status for status, _seconds in people.answers} == {200}
    assert max(seconds for _status, seconds in people.answers) <= ANSWERED_WITHIN_SECONDS


def received_about(session: ConsultingSession, server: MailServer) -> int:
    """How many reminders of `session` the mail server took: its guests' addresses name it."""
    return sum(
        mail.recipients[0].endswith(f"-{session.pk}@guest.example") and mail.subject.startswith("Reminder:")
        for mail in list(server.received)
    )


def test_a_scheduler_that_was_away_reminds_late_and_of_nothing_stale(
    portal_processes: ProcessFactory, smtp_server: MailServer, broker: ValkeyServer
) -> None:
    now = timezone.now()
    environment = {"REDIS_URL": broker.url(), "EMAIL_URL": smtp_server.url, **clock_ahead(AWAY)}
    soon = (now + timedelta(hours=1, minutes=30)).replace(second=0, microsecond=0)
    # Every two hours from 1:30 on, the scheduler back at 3:00: the first began meanwhile, the second is soon.
    over, next_up, later, *_others = meetings("Acme", soon, number=4, now=now)
    (tomorrow,) = meetings("Globex", soon + timedelta(hours=24), number=1, now=now)

    running = portal_processes.celery(environment, concurrency=POOL)
    wait_until(lambda: Message.objects.filter(state=State.SENT).count() == 4 * (GUESTS + 1), seconds=120, what="late")
    end_in_order(running)
    sent = Counter(Message.objects.filter(state=State.SENT).values_list("subject_id", "kind"))
    assert not any(session_id == over.pk for session_id, _kind in sent)
    assert sent[next_up.pk, "session_reminder_1h"] == GUESTS + 1
    assert (next_up.pk, DAY) not in sent, "the next of its row has begun"
    assert sent[later.pk, DAY] == sent[tomorrow.pk, DAY] == GUESTS + 1
    assert Message.objects.exclude(state=State.SENT).count() == 0
    assert max(copies(smtp_server).values()) == 1
