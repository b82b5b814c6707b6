"""The allocation against a second, naive model, its laws, and mutants that the comparison must find (DOMAIN.md §4)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from packages.domain.windows import Window
from sessions.domain.allocation import ASKED_FOR, BOOKING, ENTRY, Drawing, Share, allocate
from tests.sessions.naive_model import naive_shares

WINDOW = Window(date(2026, 1, 31), date(2026, 4, 30))
TYPES = ["kickoff", "operations", "software-training", "supplementary-training"]
EXAMPLES = datetime(2026, 4, 29, 21, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """Minutes granted, and the drawings in the order in which they were typed."""

    granted: int
    drawings: list[Drawing[int]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A few meetings around both ends of the window: few starts, so that equal ones are common."""
    days = st.sampled_from([-1, 0, 1, 30, 88, 89, 90])
    drawings = []
    for number in range(draw(st.integers(0, 9))):
        day = WINDOW.first + timedelta(days=draw(days))
        start = datetime.combine(day, datetime.min.time(), tzinfo=UTC) + timedelta(hours=draw(st.integers(8, 10)))
        drawings.append(
            Drawing(
                key=number,
                started_at=start,
                day=day,
                session_type=draw(st.sampled_from(TYPES)),
                minutes=draw(st.integers(1, 60)),
                rank=draw(st.sampled_from([ENTRY, ENTRY, BOOKING, ASKED_FOR])),
                number=number,
            )
        )
    return Case(granted=draw(st.integers(0, 300)), drawings=drawings)


Allocation = Callable[[int, Window, Iterable[Drawing[int]]], dict[int, Share]]


def real(granted: int, window: Window, drawings: Iterable[Drawing[int]]) -> dict[int, Share]:
    return allocate(granted_minutes=granted, window=window, drawings=drawings)


def figures(allocation: Allocation, case: Case) -> dict[int, tuple[int, int]]:
    return {key: share.figures for key, share in allocation(case.granted, WINDOW, case.drawings).items()}


def agrees_with_the_naive_model(allocation: Allocation, case: Case) -> bool:
    return figures(allocation, case) == naive_shares(case.granted, WINDOW, case.drawings)


@given(cases())
def test_the_allocation_equals_the_naive_model(case: Case) -> None:
    assert figures(real, case) == naive_shares(case.granted, WINDOW, case.drawings)


@given(cases())
def test_every_minute_is_included_or_overage_and_none_is_given_twice(case: Case) -> None:
    shares = real(case.granted, WINDOW, case.drawings)
    for drawing in case.drawings:
        share = shares[drawing.key]
        assert min(share.figures) >= 0
        assert sum(share.figures) == drawing.minutes
        assert share.eligible or share.included_minutes == 0
    assert sum(share.included_minutes for share in shares.values()) <= case.granted


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_in_which_rows_are_read_does_not_matter(case: Case, random: Any) -> None:
    shuffled = list(case.drawings)
    random.shuffle(shuffled)
    assert figures(real, replace(case, drawings=shuffled)) == figures(real, case)


@given(cases(), st.integers(1, 200))
def test_an_adjustment_never_makes_anybodys_overage_larger(case: Case, minutes: int) -> None:
    before, after = figures(real, case), figures(real, replace(case, granted=case.granted + minutes))
    assert all(after[key][1] <= overage for key, (_included, overage) in before.items())


@given(cases())
def test_an_overage_stands_only_where_a_rule_or_an_empty_package_explains_it(case: Case) -> None:
    for drawing in case.drawings:
        share = real(case.granted, WINDOW, case.drawings)[drawing.key]
        if share.overage_minutes:
            assert not share.eligible or share.left_before < drawing.minutes


def drawing(key: int, *, hours: int = 0, session_type: str = "kickoff", rank: int = ENTRY) -> Drawing[int]:
    start = EXAMPLES + timedelta(hours=hours)
    return Drawing(
        key=key, started_at=start, day=start.date(), session_type=session_type, minutes=60, rank=rank, number=key
    )


def test_at_equal_starts_entries_go_first_then_bookings_by_id_then_what_is_asked_for() -> None:
    drawings = [drawing(1, rank=ASKED_FOR), drawing(4, rank=BOOKING), drawing(3, rank=BOOKING), drawing(9)]
    assert figures(real, Case(granted=150, drawings=drawings)) == {9: (60, 0), 3: (60, 0), 4: (30, 30), 1: (0, 60)}


def test_a_share_says_why_it_is_what_it_is() -> None:
    shares = real(
        70,
        WINDOW,
        [
            drawing(1),
            drawing(2, hours=1, session_type="software-training"),
            drawing(3, hours=2, session_type="software-training"),
            drawing(4, hours=2, session_type="supplementary-training"),
            drawing(5, hours=48),
        ],
    )
    assert shares[1] == Share(60, 0, type_draws=True, in_window=True, first_of_type=True, left_before=70)
    assert shares[2] == Share(10, 50, type_draws=True, in_window=True, first_of_type=True, left_before=10)
    assert shares[3] == Share(0, 60, type_draws=True, in_window=True, first_of_type=False, left_before=0)
    assert shares[4] == Share(0, 60, type_draws=False, in_window=True, first_of_type=True, left_before=0)
    assert shares[5] == Share(0, 60, type_draws=True, in_window=False, first_of_type=True, left_before=0)


def test_a_software_training_before_the_window_does_not_use_up_the_included_one() -> None:
    early = drawing(1, hours=-24 * 100, session_type="software-training")
    assert figures(real, Case(240, [early, drawing(2, session_type="software-training")])) == {1: (0, 60), 2: (60, 0)}


def test_a_software_training_that_finds_nothing_left_is_the_one_all_the_same() -> None:
    drawings = [drawing(1), drawing(2, hours=1, session_type="software-training")]
    assert figures(real, Case(60, drawings)) == {1: (60, 0), 2: (0, 60)}
    shares = real(60, WINDOW, [*drawings, drawing(3, hours=2, session_type="software-training")])
    assert not shares[3].first_of_type


def by_order_of_typing(granted: int, window: Window, drawings: Iterable[Drawing[int]]) -> dict[int, Share]:
    return real(granted, window, [replace(each, started_at=EXAMPLES, rank=ENTRY) for each in drawings])


def with_bookings_before_entries(granted: int, window: Window, drawings: Iterable[Drawing[int]]) -> dict[int, Share]:
    return real(granted, window, [replace(each, rank=-each.rank) for each in drawings])


def with_a_day_too_many(granted: int, window: Window, drawings: Iterable[Drawing[int]]) -> dict[int, Share]:
    return real(granted, Window(window.first, window.last + timedelta(days=1)), drawings)


def with_a_day_too_few(granted: int, window: Window, drawings: Iterable[Drawing[int]]) -> dict[int, Share]:
    return real(granted, Window(window.first, window.last - timedelta(days=1)), drawings)


def as_if_kickoffs(session_type: str) -> Allocation:
    def mutant(granted: int, window: Window, drawings: Iterable[Drawing[int]]) -> dict[int, Share]:
        taken = [
            replace(each, session_type="kickoff") if each.session_type == session_type else each for each in drawings
        ]
        return real(granted, window, taken)

    return mutant


def with_a_minute_lost(granted: int, window: Window, drawings: Iterable[Drawing[int]]) -> dict[int, Share]:
    return real(max(granted - 1, 0), window, drawings)


@pytest.mark.parametrize(
    "mutant",
    [
        by_order_of_typing,
        with_bookings_before_entries,
        with_a_day_too_many,
        with_a_day_too_few,
        as_if_kickoffs("software-training"),
        as_if_kickoffs("supplementary-training"),
        with_a_minute_lost,
    ],
)
def test_the_naive_model_finds_every_mutant(mutant: Allocation) -> None:
    find(cases(), lambda case: not agrees_with_the_naive_model(mutant, case))
