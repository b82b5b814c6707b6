"""A month's overage, live (DOMAIN.md §5, §6)."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.domain.overage import OverageLine, OverageReport, month_overage
from customers.models import Customer, User
from packages.models import Contract
from sessions.domain.ledger import adjust, reverse_entry
from sessions.domain.pricing import Billing
from sessions.domain.waivers import waive
from sessions.models import BillingPeriod
from tests.factories import (
    NOW,
    acme,
    aino,
    customer,
    giulia,
    globex,
    hanna,
    logged,
    marta,
    pekka,
    pro_lite,
    rate,
    sofia,
)

pytestmark = pytest.mark.django_db

FEBRUARY = date(2026, 2, 1)
SUPPLEMENTARY = "supplementary-training"


@pytest.fixture
def rates() -> None:
    """The general rates of 2024."""
    for currency, amount in (("EUR", "120"), ("USD", "135"), ("JPY", "20000")):
        rate(currency, amount)


def february() -> OverageReport:
    return month_overage(FEBRUARY, user=pekka())


def figures(lines: list[OverageLine]) -> list[tuple[str, int, Decimal | None]]:
    return [(line.customer.name, line.minutes, line.amount) for line in lines]


def overage_of(contract: Contract, minutes: int, wall: str) -> None:
    """Log minutes that no package includes."""
    logged(contract, SUPPLEMENTARY, minutes, wall)


def test_only_minutes_beyond_the_included_ones_are_in_the_report(rates: None) -> None:
    contract = pro_lite(acme())
    logged(contract, "kickoff", 60, "2026-02-03 10:00")
    logged(contract, "operations", 45, "2026-02-04 10:00")
    logged(contract, "operations", 50, "2026-02-05 10:00")

    assert figures(list(february().lines)) == [("Acme Wellness", 35, Decimal("70.00"))]


def test_an_entry_falls_in_the_month_of_its_service_date_in_the_contracts_zone(rates: None) -> None:
    far_east = pro_lite(customer("Kirin", country="JP", zone="Asia/Tokyo", currency="JPY"), dedicated=giulia())
    overage_of(far_east, 15, "2026-03-01 00:00")
    overage_of(far_east, 30, "2026-02-01 00:00")
    overage_of(far_east, 45, "2026-02-28 23:59")

    assert [line.minutes for line in february().ordered("date").lines] == [30, 45]


def test_amounts_are_rounded_once_an_entry_and_totals_are_the_sum_of_the_lines(rates: None) -> None:
    rate("EUR", "99.99", valid_from=date(2026, 2, 1))
    contract = pro_lite(acme())
    for day in (3, 4, 5):
        overage_of(contract, 10, f"2026-02-0{day} 10:00")

    report = february()

    assert [line.amount for line in report.lines] == [Decimal("16.67")] * 3
    (total,) = report.totals()
    assert (total.amount, total.minutes, total.entries) == (Decimal("50.01"), 30, 3)


def test_currencies_are_never_added(rates: None) -> None:
    overage_of(pro_lite(acme()), 60, "2026-02-03 10:00")
    overage_of(pro_lite(customer("Initech", country="US", currency="USD")), 60, "2026-02-04 10:00")
    overage_of(pro_lite(customer("Kirin", country="JP", currency="JPY")), 20, "2026-02-05 10:00")

    totals = {total.currency: total.amount for total in february().totals()}

    assert totals == {"EUR": Decimal("120.00"), "USD": Decimal("135.00"), "JPY": Decimal(6667)}


def test_customers_are_summed_in_the_order_of_their_names(rates: None) -> None:
    overage_of(pro_lite(globex(), dedicated=aino()), 30, "2026-02-03 10:00")
    overage_of(pro_lite(acme()), 30, "2026-02-04 10:00")
    overage_of(pro_lite(acme(), starts_on=date(2026, 1, 1)), 15, "2026-02-05 10:00")

    rows = february().parts

    assert [(row.customer.name, row.total.minutes, row.total.amount) for row in rows] == [
        ("Acme Wellness", 45, Decimal("90.00")),
        ("Globex", 30, Decimal("60.00")),
    ]


def test_a_reversed_entry_leaves_the_report(rates: None) -> None:
    entry = logged(pro_lite(acme()), SUPPLEMENTARY, 30, "2026-02-03 10:00").entry
    reverse_entry(entry=entry, by=giulia(), reason="Typed twice", now=NOW)

    assert not february().lines


def test_an_adjustment_takes_overage_out_of_the_report(rates: None) -> None:
    contract = pro_lite(acme())
    for day in (3, 4, 5):
        logged(contract, "operations", 60, f"2026-02-0{day} 10:00")
    assert [line.minutes for line in february().lines] == [60]

    adjust(contract=contract, minutes=45, reason="Goodwill", by=sofia(), now=NOW)

    assert [line.minutes for line in february().lines] == [15]


def test_a_confirmed_waiver_is_a_courtesy_outside_the_totals(rates: None) -> None:
    contract = pro_lite(acme())
    overage_of(contract, 30, "2026-02-03 10:00")
    waived = logged(contract, SUPPLEMENTARY, 45, "2026-02-04 10:00").entry
    waive(entry=waived, by=sofia(), reason="We came late", now=NOW)

    report = february()

    assert [(line.billing, line.amount) for line in report.ordered("date").lines] == [
        (Billing.OVERAGE, Decimal("60.00")),
        (Billing.COURTESY, Decimal("0.00")),
    ]
    (total,) = report.totals()
    assert (total.minutes, total.amount, total.entries, total.courtesy_minutes) == (30, Decimal("60.00"), 1, 45)


def test_a_proposed_waiver_changes_nothing_yet(rates: None) -> None:
    entry = logged(pro_lite(acme()), SUPPLEMENTARY, 30, "2026-02-03 10:00").entry
    waive(entry=entry, by=giulia(), reason="We came late", now=NOW)

    assert february().totals()[0].amount == Decimal("60.00")


def test_overage_without_a_rate_is_named_and_costs_nothing_yet(rates: None) -> None:
    unpriced = pro_lite(customer("Albion", country="GB", zone="Europe/London", currency="GBP"))
    overage_of(unpriced, 30, "2026-02-03 10:00")
    overage_of(pro_lite(acme()), 30, "2026-02-03 12:00")

    report = february()

    assert figures(report.unpriced()) == [("Albion", 30, None)]
    pounds = next(total for total in report.totals() if total.currency == "GBP")
    assert (pounds.amount, pounds.minutes, pounds.unpriced_minutes, pounds.entries) == (Decimal("0.00"), 0, 30, 0)


def test_an_open_month_is_provisional_and_a_closed_one_is_not() -> None:
    assert february().provisional
    BillingPeriod.objects.create(month=FEBRUARY, close_number=1, closed_at=NOW, closed_by=pekka())
    assert not february().provisional


def test_any_day_names_its_month(rates: None) -> None:
    overage_of(pro_lite(acme()), 30, "2026-02-03 10:00")
    assert month_overage(date(2026, 2, 28), user=pekka()).month == FEBRUARY
    assert len(month_overage(date(2026, 2, 28), user=pekka()).lines) == 1


def test_people_see_the_overage_of_their_own_customers_alone(rates: None) -> None:
    overage_of(pro_lite(acme()), 30, "2026-02-03 10:00")
    overage_of(pro_lite(globex(), dedicated=aino()), 30, "2026-02-03 10:00")

    def seen_by(user: User) -> list[str]:
        return [line.customer.name for line in month_overage(FEBRUARY, user=user).lines]

    assert seen_by(marta()) == ["Acme Wellness"]
    assert seen_by(hanna()) == ["Globex"]
    assert seen_by(giulia()) == ["Acme Wellness"]
    assert seen_by(pekka()) == ["Acme Wellness", "Globex"]


class TestOrder:
    @pytest.fixture
    def report(self, rates: None) -> OverageReport:
        overage_of(pro_lite(globex(), dedicated=aino()), 30, "2026-02-03 10:00")
        overage_of(pro_lite(acme()), 15, "2026-02-04 10:00")
        overage_of(pro_lite(customer("zeta")), 45, "2026-02-02 10:00")
        return february()

    @pytest.mark.parametrize(
        ("order", "minutes"),
        [
            ("customer", [15, 30, 45]),
            ("-customer", [45, 30, 15]),
            ("date", [45, 30, 15]),
            ("minutes", [15, 30, 45]),
            ("-amount", [45, 30, 15]),
            ("staff", [30, 45, 15]),
            ("rate", [45, 30, 15]),
            ("type", [45, 30, 15]),
        ],
    )
    def test_lines_are_sorted_and_alike_ones_keep_the_order_of_the_meetings(
        self, report: OverageReport, order: str, minutes: list[int]
    ) -> None:
        assert [line.minutes for line in report.ordered(order).lines] == minutes

    def test_one_customer_or_currency_is_picked_out(self, report: OverageReport) -> None:
        zeta = Customer.objects.get(name="zeta")
        assert [line.minutes for line in report.narrowed(customer=str(zeta.pk)).lines] == [45]
        assert not report.narrowed(customer=str(zeta.pk), currency="USD").lines
        assert len(report.narrowed(currency="EUR").lines) == 3


def test_unpriced_lines_can_be_sorted_by_money(rates: None) -> None:
    contract = pro_lite(customer("Albion", country="GB", currency="GBP"))
    rate("GBP", "100", valid_from=date(2026, 2, 4))
    for day in (3, 4, 2):
        overage_of(contract, 30, f"2026-02-0{day} 10:00")

    assert [line.amount for line in february().ordered("amount").lines] == [None, None, Decimal("50.00")]
    assert [line.hourly_rate for line in february().ordered("-rate").lines] == [Decimal(100), None, None]


def test_the_number_of_queries_does_not_grow_with_the_lines(rates: None) -> None:
    user = pekka()
    month_overage(FEBRUARY, user=user)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            month_overage(FEBRUARY, user=user)
        return len(captured)

    overage_of(pro_lite(acme()), 30, "2026-02-03 10:00")
    assert queries() == 3
    overage_of(pro_lite(globex(), dedicated=aino()), 30, "2026-02-03 10:00")
    overage_of(pro_lite(customer("Initech", country="US", currency="USD")), 30, "2026-02-04 10:00")
    assert queries() == 3
