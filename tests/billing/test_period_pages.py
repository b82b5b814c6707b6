"""Finance's months and everybody's statements, as pages (DOMAIN.md §6, §12)."""

from collections.abc import Callable, Generator
from datetime import date

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from billing.domain.closing import close_month
from billing.models import Close, Statement
from customers.models import BillingDetails, User
from packages.models import Contract
from sessions.domain.ledger import reverse_entry
from sessions.domain.waivers import waive
from tests.factories import (
    NOW,
    acme,
    at,
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
    rate,
    sofia,
    tomas,
    with_terms_accepted,
)

pytestmark = pytest.mark.django_db

FEBRUARY = "/periods/2026-02/"


@pytest.fixture(autouse=True)
def _april() -> Generator[None]:
    with time_machine.travel(at("2026-04-10 10:00"), tick=False):
        yield


@pytest.fixture
def contract() -> Contract:
    rate("EUR", "120.00")
    return launch_kit()


def page(person: User, path: str, status: int = 200) -> str:
    client = Client()
    client.force_login(person)
    response = client.get(path)
    assert response.status_code == status, response.status_code
    return response.content.decode()


def press_close(person: User, month: str = "2026-02") -> str:
    """What the page says after somebody pressed the button."""
    client = Client()
    client.force_login(person)
    return client.post(f"/periods/{month}/close/", follow=True).content.decode()


def test_a_month_is_looked_at_closed_and_looked_at_again(contract: Contract) -> None:
    logged(contract, "supplementary-training", 45, "2026-02-10 10:00")

    before = page(pekka(), FEBRUARY)
    assert "Provisional" in before
    assert "€90.00" in before
    assert not Close.objects.exists(), "looking changes nothing"

    after = press_close(pekka())
    assert "February 2026 is closed." in after
    assert "OH-000001" in after
    assert Close.objects.get().sha256 in after
    assert "Where every delivered minute went" in after
    listed = page(pekka(), "/periods/")
    assert "€90.00" in listed


def test_what_blocks_is_listed_and_the_button_is_not_there(contract: Contract) -> None:
    logged(launch_kit(customer("Sakura", currency="JPY")), "supplementary-training", 45, "2026-02-10 10:00")
    logged(contract, "supplementary-training", 45, "2026-03-10 10:00")

    february, march = page(pekka(), FEBRUARY), page(pekka(), "/periods/2026-03/")

    assert "1 time entry has no rate in force" in february
    assert "Earlier months are open" in march
    assert "Close the month" not in february + march


def test_a_month_that_is_not_over_says_from_when(contract: Contract) -> None:
    assert "The month is not over" in page(pekka(), "/periods/2026-04/")


def test_what_only_warns_is_listed_and_does_not_stop(contract: Contract) -> None:
    with_terms_accepted(contract)
    booked(contract, "kickoff", 60, "2026-02-24 10:00")
    entry = logged(contract, "supplementary-training", 45, "2026-02-10 10:00").entry
    waive(entry=entry, by=giulia(), reason="Bad line", now=NOW)
    logged(launch_kit(globex(), dedicated=giulia()), "kickoff", 30, "2026-02-10 11:20")

    shown = page(pekka(), FEBRUARY)

    assert "Sessions that are over and not logged" in shown
    assert "Waivers that nobody has decided" in shown
    assert "Time entries of one person that overlap" in shown
    assert "is closed." in press_close(pekka())


def test_the_question_before_the_close_names_statements_amounts_and_what_is_not_logged(contract: Contract) -> None:
    with_terms_accepted(contract)
    rate("CHF", "100.00")
    swiss = launch_kit(customer("Zopfli", country="CH", zone="Europe/Zurich", currency="CHF"))
    session = booked(contract, "kickoff", 60, "2026-02-24 10:00")
    for each in (swiss, contract):
        logged(each, "supplementary-training", 45, "2026-02-10 10:00")

    shown = page(pekka(), FEBRUARY)

    dialog = shown[shown.index('<dialog class="dialog" id="close-month"') :]
    assert "2 statements, without VAT:" in dialog
    assert dialog.index("CHF") < dialog.index("€90.00"), "currencies in the order of their codes"
    assert "Held, but not logged" in dialog
    assert session.reference in dialog


def test_a_previewed_line_names_its_session_its_person_and_its_rate(contract: Contract) -> None:
    with_terms_accepted(contract)
    session = booked(contract, "supplementary-training", 45, "2026-02-24 10:00", accept_overage=True)
    logged(contract, "supplementary-training", 45, "2026-02-24 10:00", session=session)

    shown = page(pekka(), FEBRUARY)

    for expected in (session.reference, "Giulia Conti", "€120.00"):
        assert expected in shown


def test_nothing_overlaps_what_begins_when_it_ends(contract: Contract) -> None:
    logged(contract, "supplementary-training", 30, "2026-02-10 10:00")
    logged(contract, "operations", 30, "2026-02-10 10:30")
    logged(launch_kit(globex(), dedicated=tomas_as_am()), "operations", 30, "2026-02-10 10:15")
    assert "overlap" not in page(pekka(), FEBRUARY)


def tomas_as_am() -> User:
    """Another person, who may well be at another meeting at that time."""
    person = tomas()
    person.staff_profile.roles = ["am", "cse"]
    person.staff_profile.save(update_fields=["roles"])
    return person


def test_a_correction_names_its_reason(contract: Contract) -> None:
    entry = logged(contract, "supplementary-training", 45, "2026-02-10 10:00").entry
    press_close(pekka())
    reverse_entry(entry=entry, by=giulia(), reason="Wrong", now=at("2026-03-20 10:00"))
    logged(contract, "supplementary-training", 30, "2026-03-10 10:00")

    shown = page(pekka(), "/periods/2026-03/")
    assert "Reversed" in shown
    assert "−€30.00" in shown
    press_close(pekka(), "2026-03")
    assert "Credit" in page(pekka(), "/statements/")


def test_a_month_closed_along_leads_to_its_close(contract: Contract) -> None:
    logged(contract, "supplementary-training", 45, "2026-03-10 10:00")
    press_close(pekka(), "2026-03")
    assert "/periods/2026-03/" in page(pekka(), FEBRUARY)


def test_a_statement_carries_what_it_was_made_out_to_at_the_close(contract: Contract) -> None:
    marta()
    details = BillingDetails.objects.create(
        customer=acme(), billing_name="Acme S.p.A.", billing_address="Via Roma 1\nMilano", vat_id="IT01234567890"
    )
    logged(contract, "supplementary-training", 45, "2026-02-10 10:00")
    press_close(pekka())
    details.billing_name = "Acme Renamed"
    details.save(update_fields=["billing_name"])

    for reader in (marta(), pekka(), sofia(), giulia()):
        shown = page(reader, f"/statements/{Statement.objects.get().pk}/")
        assert "Acme S.p.A." in shown
        assert "Via Roma 1<br>Milano" in shown
        assert "Acme Renamed" not in shown
        assert "ouraring.com/business/terms-and-conditions" in shown


def test_a_statement_is_nobody_elses(contract: Contract) -> None:
    luca()
    launch_kit(globex())
    logged(contract, "supplementary-training", 45, "2026-02-10 10:00")
    press_close(pekka())
    path = f"/statements/{Statement.objects.get().pk}/"

    assert "OH-000001" in page(marta(), "/statements/")
    assert "No statements yet" in page(hanna(), "/statements/")
    for stranger in (hanna(), luca(), tomas()):
        page(stranger, path, status=404)


@pytest.mark.parametrize("person", [marta, giulia, sofia])
def test_closing_is_for_finance_alone(contract: Contract, person: Callable[[], User]) -> None:
    client = Client()
    client.force_login(person())
    assert client.post("/periods/2026-02/close/").status_code == 404
    assert not Close.objects.exists()


@pytest.mark.parametrize("customers", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [("/periods/", 12), (FEBRUARY, 15), ("/periods/2026-01/", 15), ("/statements/", 6), ("/statements/{pk}/", 10)],
)
def test_a_page_asks_as_often_for_three_customers_as_for_one(
    contract: Contract, path: str, queries: int, customers: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(customers):
        own = launch_kit(customer(f"Customer {number}"), starts_on=date(2026, 1, 1))
        logged(own, "supplementary-training", 30, f"2026-01-1{number} 10:00")
        logged(own, "supplementary-training", 30, f"2026-02-1{number} 10:00")
    close_month(month=date(2026, 1, 1), by=pekka(), now=at("2026-04-01 10:00"))
    client = Client()
    client.force_login(pekka())
    with django_assert_num_queries(queries):
        assert client.get(path.format(pk=Statement.objects.order_by("pk")[0].pk)).status_code == 200
