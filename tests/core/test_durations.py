"""How people type durations (DOMAIN.md §13), and what the form field says when it cannot read one."""

from contextlib import suppress
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core.durations import NotWholeMinutes, UnreadableDuration, parse_minutes
from core.form_fields import DurationField
from core.formatting import format_minutes


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("45", 45),
        ("45m", 45),
        ("45 min", 45),
        (" 45M ", 45),
        ("0.75", 45),
        ("0,75", 45),
        (".5", 30),
        ("1.5", 90),
        ("1,25h", 75),
        ("1.0", 60),
        ("0:45", 45),
        ("1:30", 90),
        ("1h30", 90),
        ("1h30m", 90),
        ("1 h 5 min", 65),
        ("2h", 120),
        ("0", 0),
        ("0:00", 0),
    ],
)
def test_reads_every_way_of_typing(typed: str, minutes: int) -> None:
    assert parse_minutes(typed) == minutes


@pytest.mark.parametrize(
    "typed",
    ["", "abc", "-15", "+15", "0:60", "0:5", "1h75", "1:2:3", "1e2", "٤٥", "1.5.5", "h30", "45s", ".", "1.", "9" * 6],
)
def test_refuses_what_is_no_duration(typed: str) -> None:
    with pytest.raises(UnreadableDuration):
        parse_minutes(typed)


def test_hours_that_leave_a_fraction_of_a_minute_are_not_rounded() -> None:
    with pytest.raises(NotWholeMinutes) as refused:
        parse_minutes("0.33")
    assert refused.value.minutes == Decimal("19.8")


@given(minutes=st.integers(min_value=0, max_value=59_999))
def test_what_is_shown_can_be_typed_again(minutes: int) -> None:
    assert parse_minutes(format_minutes(minutes)) == minutes
    assert parse_minutes(str(minutes)) == minutes


@given(text=st.text(max_size=30))
def test_any_text_is_a_duration_or_refused_by_name(text: str) -> None:
    with suppress(UnreadableDuration, NotWholeMinutes):
        assert parse_minutes(text) >= 0


def test_field_cleans_to_minutes_and_shows_hours() -> None:
    field = DurationField(max_minutes=60)
    assert field.clean("0,75") == 45
    assert field.prepare_value(45) == "0:45"
    assert field.prepare_value("45m") == "45m", "what was typed is kept as it was typed"


def test_field_sees_no_change_between_two_ways_of_writing_the_same() -> None:
    field = DurationField()
    assert not field.has_changed(45, "0:45")
    assert field.has_changed(45, "0:30")
    assert field.has_changed(45, "soon")


def test_field_that_may_be_empty_gives_none() -> None:
    assert DurationField(required=False).clean(" ") is None


@pytest.mark.parametrize(
    ("typed", "code", "message"),
    [
        ("", "required", "This field is required."),
        ("soon", "unreadable", "Type a duration such as 45, 0:45, 0.75 or 1h30."),
        ("0.33", "not_whole", "That comes to 19.8 minutes. Type whole minutes, for example 0:20."),
        ("0", "too_short", "The shortest duration is 0:01."),
        ("61", "too_long", "The longest duration is 1:00."),
    ],
)
def test_field_says_what_is_wrong(typed: str, code: str, message: str) -> None:
    with translation.override("en"), pytest.raises(ValidationError) as refused:
        DurationField(max_minutes=60).clean(typed)
    assert refused.value.code == code
    assert refused.value.messages == [message]
