"""A closed loop: every client sends its next request when the last one was answered."""

import http.client
import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Request:
    """One request and the status that it has to be answered with."""

    path: str
    method: str = "GET"
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Run:
    """How long the answers took, in seconds, and how long the whole run did."""

    times: Sequence[float]
    seconds: float

    @property
    def p50(self) -> float:
        """The median, in seconds."""
        return median(self.times)

    @property
    def p95(self) -> float:
        """What nineteen of twenty were faster than, in seconds."""
        return quantiles(self.times, n=20)[-1]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds


class UnexpectedAnswer(Exception):
    """The portal did not do what is measured."""


def run(url: str, ask: Callable[[int], Request], *, requests: int, clients: int = 1, first: int = 0) -> Run:
    """Send `requests` requests, `ask(first)` and on, by so many clients at a time, over kept connections.

    :raises UnexpectedAnswer: if one is answered with another status than it should be
    """
    numbers = count(first)
    began = time.perf_counter()
    with ThreadPoolExecutor(max_workers=clients) as crowd:
        shares = [requests // clients] * clients
        loops = [crowd.submit(_loop, url, ask, numbers, share) for share in shares]
        times = [each for loop in loops for each in loop.result()]
    return Run(times=times, seconds=time.perf_counter() - began)


def _loop(url: str, ask: Callable[[int], Request], numbers: "count[int]", requests: int) -> list[float]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
    times = []
    for _each in range(requests):
        request = ask(next(numbers))
        body = None if request.body is None else json.dumps(request.body)
        headers = dict(request.headers) | ({} if body is None else {"Content-Type": "application/json"})
        began = time.perf_counter()
        connection.request(request.method, request.path, body, headers)
        response = connection.getresponse()
        answer = response.read()
        times.append(time.perf_counter() - began)
        if response.status != request.status:
            raise UnexpectedAnswer(f"{request.method} {request.path}: {response.status} {answer[:400]!r}")
    connection.close()
    return times
