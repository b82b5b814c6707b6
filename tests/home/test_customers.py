"""The list of customers, and one customer with everything that hangs on it."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from billing.domain.closing import close_month
from customers.models import User
from packages.models import Contract
from support.domain.requests import open_request
from tests.factories import (
    acme,
    aino,
    booked,
    customer,
    giulia,
    globex,
    hanna,
    launch_kit,
    logged,
    luca,
    marta,
    pekka,
    premium,
    rate,
    sofia,
)
from tests.home.pages import page, queries, signed_in

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 18)


@pytest.fixture(autouse=True)
def now() -> Iterator[datetime]:
    """A Wednesday, 11:00 in Rome."""
    moment = datetime(2026, 3, 18, 10, 0, tzinfo=UTC)
    with time_machine.travel(moment, tick=False):
        yield moment


def busy(contract: Contract, now: datetime, number: int = 0) -> Contract:
    """The same contract with an hour delivered and a session to come."""
    logged(contract, "kickoff", 60, now - timedelta(days=3, hours=2 * number), now=now)
    booked(contract, "operations", 30, now + timedelta(hours=5 + number), by=giulia(), now=now)
    return contract


class TestList:
    def test_staff_see_the_customers_they_serve(self, now: datetime) -> None:
        busy(launch_kit(starts_on=TODAY - timedelta(days=10)), now)
        launch_kit(globex(), dedicated=aino())

        shown = page(giulia(), "/customers/")

        assert "Acme Wellness" in shown
        assert "2:30 free of 4:00" in shown
        assert "Globex" not in shown
        assert "Globex" in page(pekka(), "/customers/")

    def test_customers_and_their_people_can_be_searched(self) -> None:
        marta()
        customer("Initech")
        assert "Initech" not in page(sofia(), "/customers/?q=acme")
        assert "Acme Wellness" in page(sofia(), "/customers/?q=ferri")
        assert "Nothing matches" in page(sofia(), "/customers/?q=nobody")
        assert "Nothing matches" in page(sofia(), "/customers/?q=%00%25_x")

    def test_nothing_yet_is_not_nothing_matches(self) -> None:
        assert "No customers yet" in page(sofia(), "/customers/")

    def test_operations_alone_open_accounts(self) -> None:
        assert "/customers/new/" in page(sofia(), "/customers/")
        assert "/customers/new/" not in page(giulia(), "/customers/")

    @pytest.mark.parametrize("person", [marta, luca])
    def test_customers_have_no_list_of_customers(self, person: Callable[[], User]) -> None:
        assert signed_in(person()).get("/customers/").status_code == 404

    def test_queries(self, now: datetime) -> None:
        busy(launch_kit(starts_on=TODAY - timedelta(days=10)), now)
        few = queries(giulia(), "/customers/")

        for number, name in enumerate(("Initech", "Hooli"), start=1):
            busy(launch_kit(customer(name), starts_on=TODAY - timedelta(days=10)), now, number)

        assert queries(giulia(), "/customers/") == few == 10


class TestDetail:
    def test_shows_contracts_sessions_and_people_of_both_sides(self, now: datetime) -> None:
        contract = busy(launch_kit(starts_on=TODAY - timedelta(days=10)), now)
        luca()

        shown = page(giulia(), f"/customers/{acme().pk}/")

        for expected in ("2:30 free of 4:00", "Luca Bruni", "Primary contact", "Giulia Conti", contract.reference):
            assert expected in shown

    def test_shows_reviews_requests_statements_and_days_left(self, now: datetime) -> None:
        contract = premium(starts_on=TODAY - timedelta(days=10), ends_on=TODAY + timedelta(days=90))
        request = open_request(
            customer=acme(), kind="technical_issue", subject="No pairing", body="Since today.", by=marta(), now=now
        )
        for person in (giulia(), marta(), sofia()):
            shown = page(person, f"/customers/{acme().pk}/")
            for expected in ("Review 1", f"/requests/{request.pk}/", "91 days left"):
                assert expected in shown
        seen_by_finance = page(pekka(), f"/customers/{acme().pk}/")
        assert "No pairing" not in seen_by_finance
        assert "No pairing" not in page(luca(), f"/customers/{acme().pk}/")
        assert contract.reference in seen_by_finance

    def test_shows_the_latest_statements_to_who_may_see_them(self, now: datetime) -> None:
        rate("EUR", "100.00")
        logged(launch_kit(), "supplementary-training", 60, "2026-02-10 10:00")
        statement = close_month(month=date(2026, 2, 1), by=pekka(), now=now).statements.get()
        for person in (giulia(), marta(), sofia(), pekka()):
            assert f"/statements/{statement.pk}/" in page(person, f"/customers/{acme().pk}/")
        assert f"/statements/{statement.pk}/" not in page(luca(), f"/customers/{acme().pk}/")

    def test_the_customers_admin_sees_it_too_and_may_book(self, now: datetime) -> None:
        contract = launch_kit(starts_on=TODAY - timedelta(days=10))
        assert f"/contracts/{contract.pk}/book/" in page(marta(), f"/customers/{acme().pk}/")
        assert f"/contracts/{contract.pk}/book/" not in page(pekka(), f"/customers/{acme().pk}/")

    def test_a_member_sees_neither_contracts_nor_people(self) -> None:
        contract = launch_kit(starts_on=TODAY - timedelta(days=10))
        shown = page(luca(), f"/customers/{acme().pk}/")
        assert contract.reference not in shown
        assert "marta@acme.example" not in shown

    @pytest.mark.parametrize("person", [hanna, aino])
    def test_another_customer_does_not_exist(self, person: Callable[[], User]) -> None:
        launch_kit()
        assert signed_in(person()).get(f"/customers/{acme().pk}/").status_code == 404

    def test_queries(self, now: datetime) -> None:
        busy(launch_kit(starts_on=TODAY - timedelta(days=10)), now)
        few = queries(giulia(), f"/customers/{acme().pk}/")

        luca()
        for number in (1, 2):
            busy(launch_kit(starts_on=TODAY - timedelta(days=10)), now, number)

        assert queries(giulia(), f"/customers/{acme().pk}/") == few == 18
