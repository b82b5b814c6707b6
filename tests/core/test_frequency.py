"""Counting over a sliding minute, in a real Valkey."""

import pytest
import redis
from django.conf import settings

from core import frequency
from core.frequency import seconds_until_free

START = 1_767_225_600.0  # the first second of a minute


def asked(*seconds: float, most: int = 3) -> list[bool]:
    """Who was let in, asking so many seconds after the start."""
    return [seconds_until_free("somebody", most=most, now=START + each) is None for each in seconds]


def test_so_many_are_let_in_and_no_more() -> None:
    assert asked(0, 1, 2, 3, 59) == [True, True, True, False, False]


def test_zero_stops_nobody() -> None:
    assert asked(*range(5), most=0) == [True] * 5


def test_the_last_minute_counts_as_far_as_it_reaches() -> None:
    assert asked(50, 51, 52) == [True] * 3
    assert asked(60, 61) == [False, False]  # at 60 s all three lie within the last minute
    assert asked(80.1, 81) == [True, False]  # a third of them has gone by
    assert asked(180) == [True]


@pytest.mark.parametrize("seconds", [[0, 0, 0, 5], [50, 51, 52, 61], [59, 59, 59, 60]])
def test_who_waits_as_told_is_let_in_and_not_before(seconds: list[float]) -> None:
    *_let_in, late = seconds
    asked(*_let_in)
    wait = seconds_until_free("somebody", most=3, now=START + late)
    assert wait is not None
    assert asked(late + wait - 0.5, late + wait + 0.001) == [False, True]


def test_what_is_refused_does_not_count() -> None:
    assert asked(0, 0, 0, *[1.0] * 20, 90) == [True] * 3 + [False] * 20 + [True]


def test_names_are_counted_apart_and_forgotten() -> None:
    assert asked(0, 0, 0, 0) == [True] * 3 + [False]
    assert seconds_until_free("somebody else", most=3, now=START) is None
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        keys = list(server.scan_iter("frequency:*"))
        assert keys
        assert all(0 < server.ttl(key) <= 120 for key in keys)


def test_a_server_that_does_not_answer_is_left_alone_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(frequency._Silence, "until", 0.0)
    tried = []

    def silent(*_arguments: object, **_options: object) -> None:
        tried.append(1)
        raise redis.TimeoutError

    monkeypatch.setattr(frequency, "_counted", silent)
    assert asked(*range(9), most=1) == [True] * 9
    assert len(tried) == 1
