"""Closing while everybody logs, while the process is killed, while the database goes down: one close, nothing half."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection, connections
from django.db.models import Sum
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case
from pytest_django import Settings

from billing.domain.closing import close_month, over_at
from billing.models import Close, Statement, StatementCounter, StatementLine
from core.dates import add_months
from core.locks import CLOSE_LOCK
from customers.models import Role, User
from dev.paths import ROOT
from dev.postgres import PostgresServer
from packages.models import Contract
from sessions.models import BillingPeriod, EntryShare
from tests.factories import LONG_AGO, at, logged, pekka, pro_lite, rate, staff
from tests.plugin.servers import TestServers
from tests.races.rush import goes_wrong

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

TRIALS = 100
WRITERS, CLOSERS = 4, 2
MINUTES = 30
CHECKED_EVERY = 10
FIRST = date(2026, 2, 1)
KILLED_PROCESS_LEAVES_WITHIN_SECONDS = 120
TRIES = 20

Outcome = TypeVar("Outcome")

CLOSING_PROCESS = """
import sys
from datetime import date, datetime
import django
django.setup()
from billing.domain.closing import close_month
from customers.models import User
month, email, now = sys.argv[1:]
close_month(
    month=date.fromisoformat(month), by=User.objects.get(email=email), now=datetime.fromisoformat(now)
)
"""


@pytest.fixture
def contract() -> Contract:
    """A contract over ten years with four people who deliver for it."""
    rate("EUR", "120.00", now=LONG_AGO)
    pekka()
    return pro_lite(others=team(), ends_on=date(2036, 1, 30))


def team() -> list[User]:
    return [staff(f"Csm {number}", Role.CSM) for number in range(WRITERS)]


def all_at_once(acts: list[Callable[[], Outcome]]) -> list[Outcome]:
    """Do all of `acts` in the same moment, each in a thread and a connection of its own."""
    everybody_stands_ready = Barrier(len(acts))

    def run(act: Callable[[], Outcome]) -> Outcome:
        try:
            everybody_stands_ready.wait(timeout=30)
            return until_done(act)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(acts)) as crowd:
        return list(crowd.map(run, acts))


def until_done(act: Callable[[], Outcome]) -> Outcome:
    """Come again as the 503 of the doors asks, when a lock could not be had in time."""
    for _attempt in range(TRIES - 1):
        try:
            return act()
        except OperationalError as error:
            if "lock timeout" not in str(error):
                raise
    return act()


def closer(month: date, by: User) -> Callable[[], object]:
    return lambda: close_month(month=month, by=by, now=over_at(month) + timedelta(hours=1)).number


def writer(contract: Contract, month: date, person: User, day: int) -> Callable[[], object]:
    start = at(f"{month:%Y-%m}-{day:02} 10:00")
    now = over_at(month) + timedelta(hours=1)
    return lambda: logged(contract, "supplementary-training", MINUTES, start, staff=person, now=now).entry.pk


def everybody(contract: Contract, month: date) -> list[Callable[[], object]]:
    finance = pekka()
    writers = [writer(contract, month, person, 10 + number) for number, person in enumerate(team())]
    return [*writers, *(closer(month, finance) for _closer in range(CLOSERS))]


def test_four_people_log_while_two_close(contract: Contract) -> None:
    for trial in range(TRIALS):
        month = add_months(FIRST, trial)
        numbers = all_at_once(everybody(contract, month))[WRITERS:]
        assert numbers == [trial + 1] * CLOSERS, "both were given the one close"
        if trial % CHECKED_EVERY == 0:  # it derives every close so far again: none escapes it
            call_command("check_billing")

    last = add_months(FIRST, TRIALS)
    closer(last, pekka())()  # what landed after its month was closed
    call_command("check_billing")
    assert Close.objects.count() == TRIALS + 1
    logged_minutes = TRIALS * WRITERS * MINUTES
    assert EntryShare.objects.aggregate(sum=Sum("overage_minutes"))["sum"] == logged_minutes, "nothing lost"
    billed = StatementLine.objects.aggregate(minutes=Sum("minutes"), amount=Sum("amount"))
    assert (billed["minutes"], billed["amount"]) == (logged_minutes, logged_minutes * 2), "€120.00 an hour, once"


def test_the_control_without_the_locks_loses_or_breaks_something(contract: Contract, settings: Settings) -> None:
    settings.FAULT_POINTS = frozenset({"skip_lock", "before_commit=pause:0.2", "after_check=pause:0.05"})
    months = iter(range(1000))

    def breaks() -> bool:
        month = add_months(FIRST, next(months))
        try:
            all_at_once(everybody(contract, month))
            call_command("check_billing")
        except (DatabaseError, SystemExit):  # two closes of one number, or one that does not derive
            return True
        return False

    assert goes_wrong(breaks)


def closing_process(servers: TestServers, month: date, *, faults: str) -> "subprocess.Popen[str]":
    """A process of its own that closes `month`."""
    now = over_at(month) + timedelta(hours=1)
    return subprocess.Popen(
        [sys.executable, "-c", CLOSING_PROCESS, month.isoformat(), pekka().email, now.isoformat()],
        cwd=ROOT,
        env={**os.environ, **servers.environment(), "FAULT_POINTS": faults},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def two_months(contract: Contract) -> None:
    """February is closed; in March one hour of overage and one training of February that was typed late."""
    logged(contract, "supplementary-training", 45, "2026-02-10 10:00")
    close_month(month=FIRST, by=pekka(), now=over_at(FIRST))
    logged(contract, "supplementary-training", 60, "2026-03-10 10:00")
    logged(contract, "supplementary-training", 15, "2026-02-20 10:00", now=at("2026-03-20 10:00"))


def nothing_of_march_is_there() -> bool:
    return (
        list(Close.objects.values_list("number", flat=True)) == [1]
        and BillingPeriod.objects.filter(month__gte=date(2026, 3, 1)).count() == 0
        and Statement.objects.count() == 1
        and StatementLine.objects.count() == 1
        and StatementCounter.objects.get().last_number == 1
    )


def the_next_try_finishes() -> None:
    """The close that follows is the second one, whole, with the next number and no gap."""
    march = date(2026, 3, 1)
    assert close_month(month=march, by=pekka(), now=over_at(march) + timedelta(hours=2)).number == 2
    second = Statement.objects.get(number=2)
    assert (second.minutes, str(second.amount)) == (75, "150.00")  # 60 + 15 minutes at €120.00 an hour
    assert StatementCounter.objects.get().last_number == 2
    call_command("check_billing")


@pytest.mark.parametrize("point", ["after_statement", "before_commit"])
def test_a_process_killed_in_the_middle_leaves_nothing_half(
    contract: Contract, servers: TestServers, point: str
) -> None:
    two_months(contract)

    killed = closing_process(servers, date(2026, 3, 1), faults=f"{point}=kill")
    _out, said = killed.communicate(timeout=KILLED_PROCESS_LEAVES_WITHIN_SECONDS)

    assert killed.returncode == -signal.SIGKILL, said
    assert nothing_of_march_is_there()
    call_command("check_billing")
    the_next_try_finishes()


def test_the_database_restarted_in_the_middle_leaves_nothing_half(
    contract: Contract, servers: TestServers, owner_connection: Connection, postgres_of_this_run: PostgresServer
) -> None:
    two_months(contract)
    closing = closing_process(servers, date(2026, 3, 1), faults="before_commit=pause:5")
    assert any(_close_is_under_way(owner_connection)), "the close holds its lock"

    assert postgres_of_this_run.child is not None
    postgres_of_this_run.child.kill()
    postgres_of_this_run.start()
    postgres_of_this_run.wait_ready()
    connection.close()

    _out, said = closing.communicate(timeout=KILLED_PROCESS_LEAVES_WITHIN_SECONDS)
    assert closing.returncode == 1, "it was told"
    assert "OperationalError" in said
    assert nothing_of_march_is_there()
    call_command("check_billing")
    the_next_try_finishes()


def _close_is_under_way(owner: Connection) -> Iterator[bool]:
    """Look until some process holds the close lock alone."""
    until = time.monotonic() + KILLED_PROCESS_LEAVES_WITHIN_SECONDS
    while time.monotonic() < until:
        with owner.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND mode = 'ExclusiveLock'"
                " AND granted",
                [CLOSE_LOCK],
            )
            yield (cursor.fetchone() or (0,))[0] > 0
        time.sleep(0.05)
