"""Finance marks a statement as invoiced; a correction never overwrites (DOMAIN.md §6)."""

from collections.abc import Callable
from datetime import date

import pytest

from billing.domain.closing import close_month
from billing.domain.invoices import mark_invoiced
from billing.domain.queries import statements_visible_to
from billing.models import Statement, StatementInvoice
from core.refusals import InvalidInput, NotAllowed
from customers.models import User
from tests.factories import NOW, giulia, launch_kit, logged, marta, pekka, rate, sofia
from tests.home.pages import page, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def statement() -> Statement:
    rate("EUR", "120.00")
    logged(launch_kit(), "supplementary-training", 45, "2026-02-10 10:00")
    close_month(month=date(2026, 2, 1), by=pekka(), now=NOW)
    return Statement.objects.get()


def marked(statement: Statement, reference: str, day: int = 3, *, by: User | None = None) -> StatementInvoice:
    return mark_invoiced(
        statement=statement, reference=reference, invoiced_on=date(2026, 3, day), by=by or pekka(), now=NOW
    )


def test_the_last_mark_counts_and_the_first_stays(statement: Statement) -> None:
    marked(statement, "2026/104")
    marked(statement, " 2026/105 ", 4)
    found = vars(statements_visible_to(marta()).get())
    assert (found["invoiced_as"], found["invoiced_on"]) == ("2026/105", date(2026, 3, 4))
    assert [each.reference for each in statement.invoices.all()] == ["2026/104", "2026/105"]


def test_the_same_mark_twice_is_one(statement: Statement) -> None:
    assert marked(statement, "2026/104") == marked(statement, "2026/104")


@pytest.mark.parametrize("person", [marta, giulia, sofia])
def test_only_finance_marks(statement: Statement, person: Callable[[], User]) -> None:
    with pytest.raises(NotAllowed):
        marked(statement, "2026/104", by=person())


@pytest.mark.parametrize(("reference", "day"), [(" ", 3), ("x" * 61, 3), ("1", 1)])
def test_what_cannot_be_is_refused(statement: Statement, reference: str, day: int) -> None:
    with pytest.raises(InvalidInput):
        marked(statement, reference, day)


def test_the_pages_show_the_mark_and_its_history(statement: Statement) -> None:
    path = f"/statements/{statement.pk}/invoice/"
    client = signed_in(pekka())
    assert "not yet" in page(pekka(), "/statements/")
    assert client.post(path, {"reference": "", "invoiced_on": "2026-03-03"}).status_code == 422
    assert client.post(path, {"reference": "2026/104", "invoiced_on": "2026-03-03"}).status_code == 302
    assert client.post(path, {"reference": "2026/105", "invoiced_on": "2026-03-04"}).status_code == 302

    for shown in (page(marta(), "/statements/"), page(marta(), f"/statements/{statement.pk}/")):
        assert "2026/105" in shown
        assert "2026/104" not in shown
        assert path not in shown
    assert "2026/104, 3 Mar 2026" in page(pekka(), path)
    assert "2026/105" in page(pekka(), "/periods/2026-02/")
    assert "Correct the invoice" in page(pekka(), f"/statements/{statement.pk}/")
