"""Every list asks the database as often for three rows as for one."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from customers.models import Customer
from tests.api.caller import Caller
from tests.factories import (
    NOW,
    at,
    booked,
    customer,
    launch_kit,
    logged,
    member_of,
    pekka,
    rate,
    with_terms_accepted,
)
from tests.reviews.reviews import planned, with_reviews
from tests.support.examples import handed_out

pytestmark = pytest.mark.django_db

# The token with its person and profile, the memberships, then the list's own.
QUERIES = {
    "/packages/": 3,
    "/customers/": 5,
    "/contracts/": 6,
    "/terms/": 3,
    "/sessions/": 4,
    "/time_entries/": 4,
    "/reviews/": 5,
    "/materials/": 4,
    "/rates/": 3,
    "/billing_periods/": 9,
    "/billing_periods/2026-02/": 8,
    "/billing_periods/2026-02/lines/": 9,
    "/contracts/{contract}/ledger/": 5,
}


def grow(number: int) -> None:
    """One more customer with a contract, a month of work, a session and a rate of its own."""
    buyer: Customer = customer(f"Customer {number}")
    member_of(buyer, f"Admin{number} of Customer", kind="admin")
    contract = with_terms_accepted(launch_kit(buyer))
    rate("EUR", "90.00", contract=contract, valid_from=date(2026, 1, 1))
    logged(contract, "kickoff", 30, f"2026-02-0{number + 1} 10:00")
    logged(contract, "supplementary-training", 30, f"2026-02-0{number + 1} 11:00")
    planned(with_reviews(buyer=buyer), 1, at("2026-03-11 10:00") + timedelta(hours=number), minutes=30, now=NOW)
    handed_out(f"Guide {number}", packages=["launch-kit"])
    booked(contract, "operations", 30, at("2026-03-10 10:00") + timedelta(hours=number), now=NOW)


@pytest.mark.parametrize("path", QUERIES)
def test_a_list_asks_as_often_for_three_rows_as_for_one(
    api: Callable[..., Caller], path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mine = launch_kit(customer("Customer 0"))
    rate("EUR", "150.00")
    caller = api(pekka())
    assert caller.get("/packages/").status == 200  # when the token was used is noted once a minute
    for number in (1, 2, 3):
        grow(number)
        logged(mine, "supplementary-training", 10, f"2026-02-0{number} 15:00")
        if number in (1, 3):
            with django_assert_num_queries(QUERIES[path]):
                assert caller.get(path.format(contract=mine.pk)).status == 200
