"""Which reviews a term promises, and when each may take place (DOMAIN.md §8)."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packages.domain.catalogue import newest_version
from packages.domain.promised_reviews import ReviewWindow, review_windows, whole_windows
from packages.models import Contract, PackageVersion
from reviews.domain.queries import missed_and_not_planned, owed_with_nothing_planned, reviews_promised_now
from reviews.domain.standings import last_day_of
from reviews.models import Review
from sessions.domain.signing import sign_contract
from tests.factories import NOW, at, customer, giulia, launch_kit, premium, pro_lite, sofia

MONTHLY = PackageVersion(review_count=12, review_cadence="monthly")
QUARTERLY = PackageVersion(review_count=4, review_cadence="quarterly")
NONE = PackageVersion(review_count=0, review_cadence="")


def days(windows: list[ReviewWindow]) -> list[tuple[date, date]]:
    return [(window.first, window.last) for window in windows]


def test_months_are_added_to_the_first_day_and_clipped_never_chained() -> None:
    windows = review_windows(MONTHLY, starts_on=date(2026, 1, 31), ends_on=date(2026, 5, 30))
    assert days(windows) == [
        (date(2026, 1, 31), date(2026, 2, 27)),
        (date(2026, 2, 28), date(2026, 3, 30)),
        (date(2026, 3, 31), date(2026, 4, 29)),
        (date(2026, 4, 30), date(2026, 5, 30)),
    ]


def test_a_leap_year_gives_29_february() -> None:
    windows = review_windows(MONTHLY, starts_on=date(2028, 1, 31), ends_on=date(2028, 3, 30))
    assert days(windows) == [(date(2028, 1, 31), date(2028, 2, 28)), (date(2028, 2, 29), date(2028, 3, 30))]


def test_quarters_are_three_months_and_the_last_is_cut_at_the_end() -> None:
    windows = review_windows(QUARTERLY, starts_on=date(2026, 11, 30), ends_on=date(2027, 6, 15))
    assert days(windows) == [
        (date(2026, 11, 30), date(2027, 2, 27)),
        (date(2027, 2, 28), date(2027, 5, 29)),
        (date(2027, 5, 30), date(2027, 6, 15)),
    ]


@pytest.mark.parametrize(
    ("version", "ends_on", "number"),
    [
        (MONTHLY, date(2026, 12, 31), 12),
        (MONTHLY, date(2026, 12, 1), 12),
        (MONTHLY, date(2026, 11, 30), 11),
        (MONTHLY, date(2029, 12, 31), 12),
        (MONTHLY, date(2026, 1, 1), 1),
        (QUARTERLY, date(2026, 12, 31), 4),
        (QUARTERLY, date(2026, 6, 30), 2),
        (NONE, date(2026, 12, 31), 0),
    ],
)
def test_a_short_term_yields_fewer_and_a_long_one_no_more(version: PackageVersion, ends_on: date, number: int) -> None:
    windows = review_windows(version, starts_on=date(2026, 1, 1), ends_on=ends_on)
    assert [window.number for window in windows] == list(range(1, number + 1))


@given(
    starts_on=st.dates(date(1996, 1, 1), date(2104, 12, 31)),
    length=st.integers(0, 900),
    version=st.sampled_from([MONTHLY, QUARTERLY]),
)
def test_windows_follow_one_another_without_a_gap_and_never_drift(
    starts_on: date, length: int, version: PackageVersion
) -> None:
    ends_on = starts_on + timedelta(days=length)
    windows = review_windows(version, starts_on=starts_on, ends_on=ends_on)
    whole = whole_windows(version, starts_on=starts_on)
    assert windows[0].first == starts_on
    assert len(whole) == version.review_count
    for before, after in pairwise(windows):
        assert after.first == before.last + timedelta(days=1)
    for window in windows:
        assert window.first <= window.last <= ends_on
        # The first day of each is the contract's day of the month, or the month's last where it has none.
        assert window.first.day == min(starts_on.day, monthrange(window.first.year, window.first.month)[1])
    reached = [window for window in whole if window.first <= ends_on]
    assert len(windows) == len(reached)
    assert windows[-1].last == min(reached[-1].last, ends_on)


def windows_of(contract: Contract) -> list[tuple[int, date, date]]:
    found = reviews_promised_now().filter(contract=contract).order_by("number")
    return [(review.number, review.window_starts_on, last_day_of(review)) for review in found]


@pytest.mark.django_db
def test_signing_opens_the_windows_of_a_contract() -> None:
    contract = pro_lite(starts_on=date(2026, 1, 31), ends_on=date(2026, 10, 15))
    assert windows_of(contract) == [
        (1, date(2026, 1, 31), date(2026, 4, 29)),
        (2, date(2026, 4, 30), date(2026, 7, 30)),
        (3, date(2026, 7, 31), date(2026, 10, 15)),
    ]
    assert windows_of(launch_kit()) == []


@pytest.mark.django_db
def test_another_end_and_a_void_need_no_new_rows() -> None:
    contract = premium(starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    rows = Review.objects.filter(contract=contract).count()
    Contract.objects.filter(pk=contract.pk).update(ends_on=date(2026, 6, 15))
    assert windows_of(contract)[-1] == (6, date(2026, 6, 1), date(2026, 6, 15))
    Contract.objects.filter(pk=contract.pk).update(ends_on=date(2027, 6, 15))
    assert windows_of(contract)[-1] == (12, date(2026, 12, 1), date(2026, 12, 31))
    assert Review.objects.filter(contract=contract).count() == rows == 12
    Contract.objects.filter(pk=contract.pk).update(voided_at=NOW, voided_by=sofia())
    assert windows_of(contract) == []


@pytest.mark.django_db
def test_a_renewal_has_windows_of_its_own() -> None:
    old = pro_lite(starts_on=date(2025, 3, 1), ends_on=date(2026, 2, 28))
    new = sign_contract(
        customer=old.customer,
        package_version=old.package_version,
        starts_on=date(2026, 3, 1),
        ends_on=date(2027, 2, 28),
        dedicated=giulia(),
        renews=old,
        by=sofia(),
        now=NOW,
    )
    assert [number for number, _first, _last in windows_of(old)] == [1, 2, 3, 4]
    assert windows_of(new)[0] == (1, date(2026, 3, 1), date(2026, 5, 31))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "now", "owed", "missed"),
    [
        ("Asia/Tokyo", "2026-02-28 14:59", [1], []),
        ("Asia/Tokyo", "2026-02-28 15:00", [2], [1]),
        ("America/New_York", "2026-03-01 04:59", [1], []),
        ("America/New_York", "2026-03-01 05:00", [2], [1]),
    ],
)
def test_a_window_closes_at_midnight_where_the_customer_is(
    zone: str, now: str, owed: list[int], missed: list[int]
) -> None:
    premium(customer("Elsewhere", zone=zone), starts_on=date(2026, 2, 1), ends_on=date(2027, 1, 31))
    moment: datetime = at(now, "UTC")
    assert [review.number for review in owed_with_nothing_planned(now=moment)] == owed
    assert [review.number for review in missed_and_not_planned(now=moment)] == missed


@pytest.mark.django_db
def test_the_catalogue_promises_what_the_packages_say() -> None:
    counts = {
        code: len(whole_windows(newest_version(code), starts_on=date(2026, 1, 1)))
        for code in ("launch-kit", "pro-lite", "premium")
    }
    assert counts == {"launch-kit": 0, "pro-lite": 4, "premium": 12}
