"""How often something happens, counted in Redis; where Redis is away nothing is counted and nobody is stopped (ADR 16).

Counted is over a sliding minute: this minute's count and as much of the last one's as the minute still overlaps. Two
numbers a counter, one round trip a question.
"""

import logging
import time
from functools import cache

import redis
from django.conf import settings
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

PERIOD_SECONDS = 60
ANSWERS_WITHIN_SECONDS = 0.25
LEFT_ALONE_SECONDS = 10.0
"""For how long a server that did not answer is not asked again: its silence must not slow every request down."""


class _Silence:
    """Until when (on the monotonic clock) the server is left alone."""

    until = 0.0


def seconds_until_free(name: str, *, most: int, now: float) -> float | None:
    """Count one more of what `name` stands for, unless there are `most` within the last minute already.

    Answers with None if there is room (or nobody counts), else with the seconds after which there will be. What is
    refused is not counted: who waits as told is let in.

    :param most: how many a minute may have; 0 stops nobody
    :param now: seconds since the epoch
    """
    if most <= 0 or time.monotonic() < _Silence.until:
        return None
    try:
        return _counted(name, most=most, now=now)
    except RedisError:
        log.warning("nobody counts: Redis does not answer")
        _Silence.until = time.monotonic() + LEFT_ALONE_SECONDS
        return None


def _counted(name: str, *, most: int, now: float) -> float | None:
    minute, gone = divmod(now, PERIOD_SECONDS)
    this, last = (f"frequency:{name}:{number:.0f}" for number in (minute, minute - 1))
    with _server(settings.REDIS_URL).pipeline(transaction=False) as both:
        both.incr(this)
        both.expire(this, 2 * PERIOD_SECONDS)
        both.get(last)
        count, _expires, before = both.execute()
    before = int(before or 0)
    overlap = 1 - gone / PERIOD_SECONDS
    if before * overlap + count <= most:
        return None
    _server(settings.REDIS_URL).decr(this)
    return _wait(before=before, count=count - 1, most=most, gone=gone)


def _wait(*, before: int, count: int, most: int, gone: float) -> float:
    """Seconds until the sliding minute has room for one more, if nothing else comes."""
    room = most - 1 - count
    if room >= 0:
        return PERIOD_SECONDS * (1 - room / before) - gone
    return PERIOD_SECONDS - gone + PERIOD_SECONDS * (1 - (most - 1) / count)


@cache
def _server(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url, socket_timeout=ANSWERS_WITHIN_SECONDS, socket_connect_timeout=ANSWERS_WITHIN_SECONDS
    )
