"""Many clients that knock at the same moment, and what they were answered."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import requests
from django.db import connection
from django.utils import timezone

from core.refusals import Refusal
from customers.domain.tokens import issue_token
from customers.models import User

CROWD_OF_A_CONTROL = 8
"""As many as the web processes have threads: all of them are under way at once."""
ROUNDS_OF_A_CONTROL = 20
"""A negative control is repeated until the wrong result is seen, at most this often."""


@dataclass(frozen=True)
class Call:
    """A POST to the API as a person."""

    token: str
    path: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """Status and problem code (empty where it is none), and what was asked."""

    status: int
    code: str
    asked: dict[str, Any]


def token_of(person: User) -> str:
    """A token with which `person` calls the API."""
    _row, token = issue_token(person=person, name="Race", now=timezone.now())
    return token


def post(url: str, call: Call) -> requests.Response:
    """Send one call over a connection of its own."""
    headers = {"Authorization": f"Bearer {call.token}"}
    return requests.post(f"{url}/api/v1{call.path}", json=call.body, headers=headers, timeout=60)


def rush(url: str, calls: Sequence[Call]) -> list[Answer]:
    """Send all calls at the same moment; the answers in the order of the calls. Nobody comes again: a 503 shows."""
    everybody_stands_ready = Barrier(len(calls))

    def send(call: Call) -> Answer:
        everybody_stands_ready.wait(timeout=30)
        response = post(url, call)
        problem = response.headers["Content-Type"] == "application/problem+json"
        return Answer(response.status_code, response.json()["code"] if problem else "", call.body)

    with ThreadPoolExecutor(max_workers=len(calls)) as crowd:
        return list(crowd.map(send, calls))


def at_once(*acts: Callable[[], object]) -> list[Refusal | None]:
    """Do all `acts` at the same moment, each over a connection of its own; how each was refused, if it was."""
    barrier = Barrier(len(acts))

    def one(act: Callable[[], object]) -> Refusal | None:
        try:
            barrier.wait(timeout=10)
            act()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(one, act) for act in acts]]


def counted(answers: Sequence[Answer]) -> Counter[tuple[int, str]]:
    """How many got which answer."""
    return Counter((answer.status, answer.code) for answer in answers)


def goes_wrong(play: Callable[[], bool]) -> bool:
    """Whether `play` tells of a wrong result in one of several rounds."""
    return any(play() for _round in range(ROUNDS_OF_A_CONTROL))


def start_of_working_day(days_ahead: int) -> datetime:
    """Nine o'clock UTC some days from today, on the real clock that the web processes read."""
    today = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0)
    return today + timedelta(days=days_ahead)
