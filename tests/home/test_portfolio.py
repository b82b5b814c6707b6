"""The portfolio of an operations lead: who is behind, who is over, how busy everybody is (DOMAIN.md §8, §11)."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from home.domain.portfolio import rows_of, running_contracts
from sessions.domain.workload import workloads
from sessions.models import DayException, TimeOff, WorkingHours
from tests.factories import (
    acme,
    at,
    booked,
    customer,
    giulia,
    globex,
    launch_kit,
    logged,
    pro_lite,
    rate,
    sofia,
    tomas,
)
from tests.home.pages import page, queries, signed_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 18, 10, 0, tzinfo=UTC)
"""A Wednesday."""


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def behind_and_over() -> None:
    """Acme has a session that nobody logged and 30 minutes of overage, Globex is up to date."""
    rate("EUR", "120")
    contract = launch_kit(starts_on=date(2026, 2, 1))
    booked(contract, "kickoff", 60, "2026-03-16 10:00", now=NOW - timedelta(days=9))
    logged(contract, "supplementary-training", 30, "2026-03-10 10:00", now=NOW)
    launch_kit(globex(), starts_on=date(2026, 3, 1))


def names(address: str) -> list[str]:
    text = page(sofia(), address).partition('id="contracts"')[2].partition("</table>")[0]
    return [name for name in ("Acme", "Globex") if name in text]


def test_each_row_says_what_is_late_and_what_is_left() -> None:
    behind_and_over()
    first, second = rows_of(running_contracts(sofia(), now=NOW).order_by("customer__name"), now=NOW)
    assert (first.contract.customer, first.unlogged, first.late_reviews) == (acme(), 1, 0)
    assert (first.watched.numbers.overage, first.lead) == (30, giulia())
    assert (second.contract.customer, second.unlogged, second.watched.numbers.overage) == (globex(), 0, 0)


def test_a_review_is_late_once_its_window_is_over_and_nothing_is_planned() -> None:
    pro_lite(starts_on=date(2025, 12, 1), ends_on=date(2026, 11, 30), now=NOW - timedelta(days=100))
    (row,) = rows_of(running_contracts(sofia(), now=NOW), now=NOW)
    assert row.late_reviews == 1


def test_it_is_narrowed_sorted_and_exported_by_its_address() -> None:
    behind_and_over()
    assert names("/portfolio/") == ["Acme", "Globex"]
    assert names("/portfolio/?show=behind") == ["Acme"]
    assert names("/portfolio/?show=over") == ["Acme"]
    assert names("/portfolio/?q=globex") == ["Globex"]
    assert names("/portfolio/?show=nonsense&sort=nonsense") == ["Acme", "Globex"]
    answer = signed_in(sofia()).get("/portfolio.csv?show=over")
    lines = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [(each["Customer"], each["Not logged"], each["Minutes of overage"]) for each in lines] == [
        (acme().name, "1", "30")
    ]


def test_it_asks_as_often_for_three_contracts_and_people_as_for_one() -> None:
    behind_and_over()
    one = queries(sofia(), "/portfolio/"), queries(sofia(), "/portfolio.csv")
    tomas()
    for name in ("Initech", "Umbrella"):
        launch_kit(customer(name, lead=giulia()), starts_on=date(2026, 3, 1))
    assert (queries(sofia(), "/portfolio/"), queries(sofia(), "/portfolio.csv")) == one == (13, 7)


class TestWorkload:
    def test_booked_time_stands_against_working_time(self) -> None:
        contract = launch_kit(starts_on=date(2026, 2, 1))
        booked(contract, "kickoff", 60, "2026-03-23 10:00", now=NOW)
        booked(contract, "operations", 45, "2026-03-31 10:00", now=NOW)
        (load,) = workloads([giulia()], now=NOW)
        assert [(each.monday.day, each.booked, each.working) for each in load.weeks] == [
            (16, 0, 2400),
            (23, 60, 2400),
            (30, 45, 2400),
            (6, 0, 1920),  # Easter Monday
        ]
        assert load.weeks[1].percent == 2

    def test_days_off_and_exceptions_count(self) -> None:
        launch_kit(starts_on=date(2026, 2, 1))
        TimeOff.objects.create(staff=giulia(), starts_at=at("2026-03-24 12:00"), ends_at=at("2026-03-25 00:00"))
        TimeOff.objects.create(staff=giulia(), starts_at=at("2026-03-24 11:00"), ends_at=at("2026-03-24 13:00"))
        DayException.objects.create(staff=giulia(), date=date(2026, 3, 26))
        (load,) = workloads([giulia()], now=NOW)
        assert load.weeks[1].working == 2400 - 6 * 60 - 8 * 60

    def test_work_that_would_begin_in_an_hour_that_the_clock_skips_begins_after_it(self) -> None:
        WorkingHours.objects.create(staff=giulia(), weekday=6, starts_at=time(2, 30), ends_at=time(6))
        (load,) = workloads([giulia()], now=NOW)
        assert [each.working - 2400 for each in load.weeks[:2]] == [210, 180]

    def test_who_never_works_has_no_percent(self) -> None:
        (load,) = workloads([sofia()], now=NOW)
        assert {each.percent for each in load.weeks} == {None}
