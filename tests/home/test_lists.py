"""Every list: sorted by its address, the same rows as a file, the same queries for one row and for three (UX #15)."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import translation

from customers.models import User
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
    pro_lite,
    rate,
    sofia,
)
from tests.home.pages import page, queries, signed_in

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 18)


@pytest.fixture(autouse=True)
def now() -> Iterator[datetime]:
    moment = datetime(2026, 3, 18, 10, 0, tzinfo=UTC)
    with time_machine.travel(moment, tick=False):
        yield moment


def file(person: User, address: str) -> list[dict[str, str]]:
    """The rows of a CSV file by their heads."""
    answer = signed_in(person).get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    content = answer.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def column(person: User, address: str, head: str) -> list[str]:
    return [row[head] for row in file(person, address)]


@pytest.fixture
def two_customers(now: datetime) -> None:
    """Acme: 240 minutes, 60 used, a session tomorrow. Globex: 120 minutes, 45 used, one in two days."""
    rate("EUR", "120")
    ours = launch_kit(starts_on=TODAY - timedelta(days=10))
    theirs = pro_lite(globex(), starts_on=TODAY - timedelta(days=20), dedicated=aino())
    logged(ours, "kickoff", 60, now - timedelta(days=3), now=now)
    logged(theirs, "kickoff", 45, now - timedelta(days=5), now=now)
    logged(theirs, "supplementary-training", 30, now - timedelta(days=4), now=now)
    booked(ours, "operations", 30, now + timedelta(days=1), by=giulia(), now=now)
    booked(theirs, "operations", 45, now + timedelta(days=2), by=aino(), now=now)


LISTS = {
    "/customers": ("Customer", {"customer": "Acme Wellness", "lead": "Globex", "next": "Acme Wellness"}),
    "/contracts": (
        "Customer",
        {
            "contract": "Acme Wellness",
            "term": "Globex",
            "dedicated": "Globex",
            "left": "Globex",
            "overage": "Acme Wellness",
        },
    ),
    "/sessions": ("Customer", {"when": "Acme Wellness", "customer": "Acme Wellness", "staff": "Globex"}),
    "/time-entries": (
        "Customer",
        {"customer": "Acme Wellness", "when": "Globex", "staff": "Globex", "minutes": "Globex", "included": "Globex"},
    ),
}


@pytest.mark.usefixtures("two_customers")
class TestSorting:
    @pytest.mark.parametrize(("address", "sort"), [(each, sort) for each in LISTS for sort in LISTS[each][1]])
    def test_the_page_and_its_file_come_in_the_order_of_the_address(self, address: str, sort: str) -> None:
        head, firsts = LISTS[address]
        upwards = column(sofia(), f"{address}.csv?sort={sort}", head)
        assert upwards[0] == firsts[sort]
        assert column(sofia(), f"{address}.csv?sort=-{sort}", head) == upwards[::-1]

        body = page(sofia(), f"{address}/?sort={sort}").partition("<tbody>")[2]
        assert (body.index("Acme Wellness") < body.index("Globex")) is (firsts[sort] == "Acme Wellness")

    @pytest.mark.parametrize("address", LISTS)
    def test_the_head_says_what_sorts_and_the_file_keeps_it(self, address: str) -> None:
        sort = next(iter(LISTS[address][1]))
        shown = page(sofia(), f"{address}/?sort=-{sort}")
        assert shown.count('aria-sort="descending"') == 1
        assert f'href="{address}.csv?sort=-{sort}"' in shown
        assert f'<option value="-{sort}" selected>' in shown

    @pytest.mark.parametrize("address", [*LISTS, "/rates"])
    @pytest.mark.parametrize(
        "nonsense", ["sort=%00", "sort=-", "sort=password", "size=1e9", "page=-1", "customer=x", "month=9999-99"]
    )
    def test_nonsense_is_ignored(self, address: str, nonsense: str) -> None:
        assert page(sofia(), f"{address}/?{nonsense}") is not None
        assert file(sofia(), f"{address}.csv?{nonsense}") != []


@pytest.mark.usefixtures("two_customers")
class TestFiles:
    def test_a_file_holds_what_the_filters_leave(self) -> None:
        assert column(sofia(), "/customers.csv?q=glob", "Customer") == ["Globex"]
        assert column(sofia(), f"/sessions.csv?customer={acme().pk}", "Customer") == ["Acme Wellness"]
        assert column(sofia(), f"/contracts.csv?customer={globex().pk}&standing=running", "Used minutes") == ["45"]
        assert column(sofia(), f"/time-entries.csv?customer={globex().pk}", "Amount") == ["60.00", "0.00"]
        assert file(sofia(), "/contracts.csv?standing=ended") == []

    def test_a_file_holds_all_pages(self, now: datetime) -> None:
        for number in range(30):
            customer(f"Customer {number:02}")
        assert len(file(sofia(), "/customers.csv?page=2&size=25")) == 32

    def test_a_file_shows_nobody_more_than_the_page(self) -> None:
        for address in ("/customers.csv", "/contracts.csv", "/sessions.csv", "/time-entries.csv"):
            assert "Globex" not in str(file(giulia(), address)), address
        assert column(hanna(), "/sessions.csv", "Customer") == ["Globex"]
        assert file(luca(), "/sessions.csv") == []
        assert signed_in(luca()).get("/contracts.csv").status_code == 404
        assert signed_in(marta()).get("/customers.csv").status_code == 404
        assert signed_in(marta()).get("/rates.csv").status_code == 404

    def test_a_file_is_in_its_readers_language_to_the_last_row(self) -> None:
        User.objects.filter(pk=pekka().pk).update(language="it")
        with translation.override("it"):
            booked_in_italian = translation.gettext("Booked")
        assert booked_in_italian != "Booked"
        assert set(column(pekka(), "/sessions.csv", "Stato")) == {booked_in_italian}

    def test_no_cell_is_taken_for_a_formula(self) -> None:
        customer("=1+1")
        assert "'=1+1" in column(sofia(), "/customers.csv", "Customer")

    def test_rates_and_people_too(self) -> None:
        rate("EUR", "100", valid_from=date(2026, 6, 1))
        assert column(pekka(), "/rates.csv?sort=rate", "Hourly rate") == ["100.00", "120.00"]
        assert column(pekka(), "/rates.csv?sort=-from", "Today") == ["Not yet in force", "In force"]
        luca()
        assert column(marta(), f"/customers/{acme().pk}/people.csv?sort=-name", "Name") == ["Marta Ferri", "Luca Bruni"]
        for stranger in (luca(), hanna(), aino()):
            assert signed_in(stranger).get(f"/customers/{acme().pk}/people.csv").status_code == 404


class TestQueries:
    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            ("/customers.csv", 9),
            ("/contracts.csv?sort=left", 8),
            ("/sessions.csv?sort=staff", 5),
            ("/time-entries.csv", 5),
            ("/contracts/?sort=overage", 9),
            ("/customers/?sort=next", 10),
            ("/time-entries/?sort=state", 7),
        ],
    )
    def test_as_many_for_three_rows_as_for_one(self, now: datetime, address: str, expected: int) -> None:
        def busy(name: str, number: int) -> None:
            contract = launch_kit(customer(name), starts_on=TODAY - timedelta(days=10))
            logged(contract, "kickoff", 60, now - timedelta(days=3, hours=number), now=now)
            booked(contract, "operations", 30, now + timedelta(hours=2 + number), by=giulia(), now=now)

        rate("EUR", "120")
        busy("Acme Wellness", 0)
        one = queries(giulia(), address)
        busy("Initech", 1)
        busy("Hooli", 2)
        assert queries(giulia(), address) == one == expected
