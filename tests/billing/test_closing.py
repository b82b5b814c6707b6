"""Closing months: what is billed, once, and corrected in the next close (DOMAIN.md §6)."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from billing.domain.closing import close_month, close_of, over_at
from billing.domain.lines import Account, Closing, Due, due_entries
from billing.domain.proof import check_lines, check_numbers, check_statements
from billing.domain.refusals import EarlierMonthOpen, PeriodNotOver, SumsDoNotMeet, UnpricedEntries
from billing.models import Close, Statement, StatementLine
from core.refusals import NotAllowed
from customers.models import Customer, User
from packages.models import Contract
from sessions.domain.ledger import adjust, reverse_entry
from sessions.domain.waivers import waive
from sessions.models import BillingPeriod, LedgerEntry
from tests.factories import LONG_AGO, at, customer, giulia, launch_kit, logged, marta, pekka, pro_lite, rate, sofia

pytestmark = pytest.mark.django_db

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
def contract() -> Contract:
    rate("EUR", "120.00", now=LONG_AGO)
    return launch_kit()


def close(month: date, *, days_later: int = 3) -> Close:
    """The month closed by finance some days after its end."""
    return close_month(month=month, by=pekka(), now=over_at(month) + timedelta(days=days_later))


def training(contract: Contract, minutes: int, wall: str) -> LedgerEntry:
    """A supplementary training: all of it is overage. Typed on the spot."""
    return logged(contract, "supplementary-training", minutes, wall, now=at(wall) + timedelta(hours=2)).entry


def lines_of(close: Close) -> list[str]:
    """The close's lines as `minutes amount reason`, by service date."""
    lines = close.lines.order_by("service_date", "entry")
    return [f"{line.minutes} {line.amount} {line.reason}" for line in lines]


def nothing_differs() -> bool:
    """Whether every closed statement can be derived again from the ledger as its close knew it."""
    contracts = list(Contract.objects.select_related("package_version"))
    statements = list(Statement.objects.all())
    found = [
        *check_lines(contracts, list(Close.objects.order_by("number"))),
        *check_statements(statements),
        *check_numbers(statements),
    ]
    return found == []


def test_a_close_bills_the_overage_of_its_month(contract: Contract) -> None:
    logged(contract, "kickoff", 60, "2026-02-03 10:00")
    training(contract, 45, "2026-02-10 10:00")
    training(contract, 30, "2026-03-03 10:00")

    february = close(FEBRUARY)

    assert lines_of(february) == ["45 90.00 delivered"]
    statement = february.statements.get()
    assert (statement.reference, statement.minutes, str(statement.amount)) == ("OH-000001", 45, "90.00")
    assert nothing_differs()


def test_every_delivered_minute_is_accounted_for(contract: Contract) -> None:
    logged(contract, "kickoff", 60, "2026-02-03 10:00")
    training(contract, 45, "2026-02-10 10:00")
    waive(entry=training(contract, 30, "2026-02-11 10:00"), by=sofia(), reason="Goodwill", now=at("2026-02-12 10:00"))
    wrong = training(contract, 20, "2026-02-12 10:00")
    reverse_entry(entry=wrong, by=giulia(), reason="Typed twice", now=at("2026-02-13 10:00"))

    february = close(FEBRUARY)

    assert (february.delivered_minutes, february.included_minutes, february.billed_minutes) == (155, 60, 45)
    assert (february.courtesy_minutes, february.reversed_minutes, february.earlier_minutes) == (30, 20, 0)


def test_a_late_entry_comes_with_the_next_close(contract: Contract) -> None:
    training(contract, 45, "2026-02-10 10:00")
    close(FEBRUARY)
    logged(contract, "supplementary-training", 30, "2026-02-20 10:00", now=at("2026-03-20 10:00"))

    march = close(MARCH)

    assert lines_of(march) == ["30 60.00 late_entry"]
    assert march.earlier_minutes == 30
    assert nothing_differs()


def test_a_reversal_is_credited(contract: Contract) -> None:
    wrong = training(contract, 45, "2026-02-10 10:00")
    close(FEBRUARY)
    reverse_entry(entry=wrong, by=giulia(), reason="Did not take place", now=at("2026-03-20 10:00"))

    march = close(MARCH)

    assert lines_of(march) == ["-45 -90.00 reversed"]
    assert march.statements.get().is_credit
    assert nothing_differs()


def test_a_waiver_of_a_closed_month_is_credited(contract: Contract) -> None:
    entry = training(contract, 45, "2026-02-10 10:00")
    close(FEBRUARY)
    waive(entry=entry, by=sofia(), reason="Goodwill", now=at("2026-03-20 10:00"))

    assert lines_of(close(MARCH)) == ["-45 -90.00 waived"]
    assert nothing_differs()


def test_a_late_entry_that_takes_the_minutes_of_others_names_itself(contract: Contract) -> None:
    for day in (3, 4, 5):
        logged(contract, "kickoff", 60, f"2026-02-0{day} 10:00", now=at("2026-02-06 10:00"))
    last = logged(contract, "operations", 60, "2026-02-06 10:00", now=at("2026-02-06 12:00")).entry
    close(FEBRUARY)
    late = logged(contract, "operations", 45, "2026-02-02 10:00", now=at("2026-03-20 10:00")).entry

    line = close(MARCH).lines.get()

    assert (line.entry, line.minutes, str(line.amount), line.reason) == (last, 45, "90.00", "moved")
    assert line.caused_by == late
    assert nothing_differs()


def test_an_adjustment_covers_what_was_billed_and_is_named(contract: Contract) -> None:
    billed = [
        logged(contract, "operations", 60, f"2026-02-0{day} 10:00", now=at("2026-02-09 10:00")).entry
        for day in (2, 3, 4, 5, 6)
    ][-1]
    close(FEBRUARY)
    adjust(contract=contract, minutes=20, reason="Goodwill", by=sofia(), now=at("2026-03-20 10:00"))

    line = close(MARCH).lines.get()

    assert (line.entry, line.minutes, str(line.amount), line.reason) == (billed, -20, "-40.00", "moved")
    assert line.caused_by is not None
    assert line.caused_by.kind == "adjustment"
    assert nothing_differs()


def test_the_amount_of_a_difference_is_a_difference_and_not_minutes_times_rate(contract: Contract) -> None:
    rate("EUR", "100.00", valid_from=date(2026, 2, 1), now=LONG_AGO)
    for day in (2, 3, 4, 5):
        logged(contract, "operations", 59, f"2026-02-0{day} 10:00", now=at("2026-02-09 10:00"))
    logged(contract, "operations", 17, "2026-02-06 10:00", now=at("2026-02-09 10:00"))
    assert lines_of(close(FEBRUARY)) == ["13 21.67 delivered"]  # 21.666…
    adjust(contract=contract, minutes=2, reason="Goodwill", by=sofia(), now=at("2026-03-20 10:00"))

    assert lines_of(close(MARCH)) == ["-2 -3.34 moved"]  # 18.33 less 21.67; two minutes alone cost 3.33


def test_an_entry_typed_and_taken_back_between_closes_bills_nothing(contract: Contract) -> None:
    training(contract, 45, "2026-02-10 10:00")
    close(FEBRUARY)
    late = logged(contract, "supplementary-training", 30, "2026-02-20 10:00", now=at("2026-03-20 10:00")).entry
    reverse_entry(entry=late, by=giulia(), reason="Wrong customer", now=at("2026-03-21 10:00"))

    assert lines_of(close(MARCH)) == []
    assert nothing_differs()


def test_one_statement_a_selling_entity_customer_and_currency(contract: Contract) -> None:
    rate("USD", "150.00", now=LONG_AGO)
    american = pro_lite(customer("Initech", country="US", zone="America/New_York", currency="USD"))
    training(contract, 45, "2026-02-10 10:00")
    training(contract, 15, "2026-02-11 10:00")
    logged(american, "supplementary-training", 60, "2026-02-10 10:00", now=at("2026-02-11 10:00"))

    february = close(FEBRUARY)

    assert [
        (each.reference, each.customer.name, each.currency, str(each.amount)) for each in february.statements.all()
    ] == [("OH-000001", "Acme Wellness", "EUR", "120.00"), ("OR-000001", "Initech", "USD", "150.00")]


def test_numbers_go_on_without_gaps(contract: Contract) -> None:
    training(contract, 45, "2026-02-10 10:00")
    close(FEBRUARY)
    close(MARCH)
    training(contract, 45, "2026-04-14 10:00")

    assert close(APRIL).statements.get().reference == "OH-000002"


def test_a_month_without_lines_has_no_statement(contract: Contract) -> None:
    logged(contract, "kickoff", 60, "2026-02-03 10:00")

    assert not close(FEBRUARY).statements.exists()


def test_a_closed_month_answers_as_it_is(contract: Contract) -> None:
    training(contract, 45, "2026-02-10 10:00")
    first = close(FEBRUARY)
    logged(contract, "supplementary-training", 30, "2026-02-20 10:00", now=at("2026-03-20 10:00"))

    assert close(FEBRUARY) == first
    assert Close.objects.count() == 1
    assert StatementLine.objects.count() == 1


def test_earlier_months_without_entries_are_closed_along(contract: Contract) -> None:
    training(contract, 45, "2026-03-10 10:00")

    march = close(MARCH)

    assert list(BillingPeriod.objects.order_by("month").values_list("month", "close_number")) == [
        (date(2026, 1, 1), 1),
        (FEBRUARY, 1),
        (MARCH, 1),
    ]
    assert close_of(FEBRUARY) == close_of(date(2020, 5, 1)) == march


def test_an_earlier_month_with_entries_refuses(contract: Contract) -> None:
    training(contract, 45, "2026-02-10 10:00")
    training(contract, 45, "2026-03-10 10:00")

    with pytest.raises(EarlierMonthOpen) as refusal:
        close(MARCH)

    assert refusal.value.facts == {"months": ["2026-02"]}
    assert not BillingPeriod.objects.exists()


def test_an_earlier_month_whose_entries_were_all_taken_back_does_not(contract: Contract) -> None:
    wrong = training(contract, 45, "2026-02-10 10:00")
    reverse_entry(entry=wrong, by=giulia(), reason="Wrong", now=at("2026-02-13 10:00"))

    march = close(MARCH)

    assert (march.delivered_minutes, march.reversed_minutes) == (45, 45)
    assert close_of(FEBRUARY) == march


@pytest.mark.parametrize(("now", "closes"), [("2026-03-01 11:59", False), ("2026-03-01 12:00", True)])
def test_a_month_is_over_at_noon_utc_of_the_next(contract: Contract, now: str, *, closes: bool) -> None:
    if closes:
        assert close_month(month=FEBRUARY, by=pekka(), now=at(now, "UTC")).number == 1
    else:
        with pytest.raises(PeriodNotOver):
            close_month(month=FEBRUARY, by=pekka(), now=at(now, "UTC"))


def test_a_month_with_unpriced_overage_cannot_be_closed() -> None:
    entry = training(launch_kit(), 45, "2026-02-10 10:00")

    with pytest.raises(UnpricedEntries) as refusal:
        close(FEBRUARY)

    assert refusal.value.facts == {"entries": [entry.pk]}
    assert not Statement.objects.exists()


@pytest.mark.parametrize("mended_by", ["rate", "waiver", "reversal"])
def test_what_was_unpriced_can_be_mended(mended_by: str) -> None:
    entry = training(launch_kit(), 45, "2026-02-10 10:00")
    if mended_by == "rate":
        rate("EUR", "120.00", now=at("2026-03-03 10:00"))
    elif mended_by == "waiver":
        waive(entry=entry, by=sofia(), reason="Goodwill", now=at("2026-03-03 10:00"))
    else:
        reverse_entry(entry=entry, by=giulia(), reason="Wrong", now=at("2026-03-03 10:00"))

    assert lines_of(close(FEBRUARY)) == (["45 90.00 delivered"] if mended_by == "rate" else [])
    assert nothing_differs()


@pytest.mark.parametrize("person", [giulia, sofia, marta])
def test_only_finance_closes(contract: Contract, person: Callable[[], User]) -> None:
    with pytest.raises(NotAllowed):
        close_month(month=FEBRUARY, by=person(), now=over_at(FEBRUARY))


def test_a_close_that_lost_a_minute_is_refused(contract: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    training(contract, 45, "2026-02-10 10:00")
    training(contract, 15, "2026-02-11 10:00")
    monkeypatch.setattr("billing.domain.closing.due_entries", all_but_the_last)

    with pytest.raises(SumsDoNotMeet):
        close(FEBRUARY)
    assert not Close.objects.exists()


def all_but_the_last(closing: Closing) -> Iterator[tuple[Account, list[Due]]]:
    """A reading of the month that forgets one entry."""
    for account, due in due_entries(closing):
        yield account, due[:-1]


def test_the_last_minute_of_a_month_is_that_of_the_customers_zone() -> None:
    rate("EUR", "120.00", now=LONG_AGO)

    def in_zone(name: str, zone: str) -> Customer:
        return customer(name, zone=zone)

    far_west = pro_lite(in_zone("Pago Pago", "Pacific/Pago_Pago"))
    far_east = pro_lite(in_zone("Kiritimati", "Pacific/Kiritimati"))
    for contract in (far_west, far_east):
        logged(contract, "supplementary-training", 10, "2026-02-28 23:30", now=at("2026-03-02 10:00", "UTC"))
        logged(contract, "supplementary-training", 20, "2026-03-01 00:30", now=at("2026-03-02 10:00", "UTC"))

    assert sorted(lines_of(close(FEBRUARY))) == ["10 20.00 delivered", "10 20.00 delivered"]
    assert sorted(lines_of(close(MARCH))) == ["20 40.00 delivered", "20 40.00 delivered"]
