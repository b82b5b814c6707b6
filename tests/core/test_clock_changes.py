"""When clocks change (DOMAIN.md §7: non-existent times are never offered; the calendar says why the times shift)."""

from datetime import date

import pytest

from core.clock_changes import ClockChange, clock_changes


@pytest.mark.parametrize(
    ("zone", "day", "minutes"),
    [
        ("Europe/Rome", date(2026, 3, 29), 60),
        ("Europe/Rome", date(2026, 10, 25), -60),
        ("America/New_York", date(2026, 3, 8), 60),
        ("America/New_York", date(2026, 11, 1), -60),
        ("Australia/Lord_Howe", date(2026, 4, 5), -30),
    ],
)
def test_the_night_is_named_with_its_minutes(zone: str, day: date, minutes: int) -> None:
    assert clock_changes(zone, day, day) == [ClockChange(zone, day, minutes)]


def test_a_whole_year_has_two_in_rome_and_none_in_tokyo() -> None:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    assert [change.day for change in clock_changes("Europe/Rome", first, last)] == [
        date(2026, 3, 29),
        date(2026, 10, 25),
    ]
    assert clock_changes("Asia/Tokyo", first, last) == []


def test_the_days_beside_it_have_none() -> None:
    assert clock_changes("Europe/Rome", date(2026, 3, 30), date(2026, 10, 24)) == []


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no zone"):
        clock_changes("Mars/Olympus", date(2026, 1, 1), date(2026, 1, 2))
