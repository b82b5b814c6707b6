"""Downloads on the pages of months and statements, and how far they are (DOMAIN.md §6, §12)."""

import hashlib
from collections.abc import Generator
from typing import Any

import pytest
import time_machine
from django.test import Client

from billing.domain.files import rendering
from billing.models import BillingFile, Close, Statement
from core import faults
from customers.models import BillingDetails, User
from tests.billing.months import RENDERED_AT, closed, month_file, render_all, statement_file, two_customers
from tests.factories import acme, aino, giulia, hanna, luca, marta, pekka, sofia
from tests.home.pages import page, signed_in

pytestmark = pytest.mark.django_db

PERIOD = "/periods/2026-02/"


@pytest.fixture(autouse=True)
def _afterwards() -> Generator[None]:
    with time_machine.travel(RENDERED_AT, tick=False):
        yield


@pytest.fixture
def close() -> Close:
    two_customers()
    return closed()


def statement() -> Statement:
    return Statement.objects.get(customer=acme())


def content_of(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_a_month_shows_how_far_its_files_are_until_they_can_be_downloaded(close: Close) -> None:
    before = page(pekka(), PERIOD)
    assert 'hx-trigger="every 2s"' in before
    assert "0 / 21" in before
    assert f"{PERIOD}files/csv/" not in before

    render_all()

    after = page(pekka(), PERIOD)
    assert "every 2s" not in after
    for format_ in ("csv", "xlsx", "json"):
        assert f"{PERIOD}files/{format_}/" in after
        assert month_file(format_).sha256 in after


def test_progress_is_seen_while_a_file_is_written(close: Close, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(faults, "reach", lambda point: seen.append((point, page(pekka(), PERIOD))))
    file = month_file("csv")
    rendering.render(file, clock=lambda: RENDERED_AT)
    pages = dict(seen)
    assert "3 / 21" in pages["after_chunk"]


def test_the_download_is_the_stored_file(close: Close) -> None:
    render_all()
    for format_, media_type in (
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("json", "application/json"),
    ):
        answer: Any = signed_in(pekka()).get(f"{PERIOD}files/{format_}/")
        file = month_file(format_)
        assert hashlib.sha256(content_of(answer)).hexdigest() == file.sha256
        assert answer["Content-Type"] == media_type
        assert answer["Content-Disposition"] == f'attachment; filename="overage-2026-02.{format_}"'
        assert (answer["Content-Length"], answer["ETag"]) == (str(file.size), f'"{file.sha256}"')
        again = signed_in(pekka()).get(f"{PERIOD}files/{format_}/", headers={"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_a_reader_gets_the_file_of_their_language(close: Close) -> None:
    render_all()
    User.objects.filter(pk=pekka().pk).update(language="it")
    answer = signed_in(pekka()).get(f"{PERIOD}files/csv/")
    assert hashlib.sha256(content_of(answer)).hexdigest() == month_file("csv", "it").sha256


def test_a_file_that_is_not_written_yet_leads_back_to_its_page(close: Close) -> None:
    for address, back in ((f"{PERIOD}files/csv/", PERIOD), (f"/statements/{statement().pk}/files/pdf/", None)):
        answer = signed_in(pekka()).get(address)
        assert answer.status_code == 302
        assert answer["Location"] == (back or f"/statements/{statement().pk}/")
    assert not BillingFile.objects.filter(rendered_at__isnull=False).exists()


@pytest.mark.parametrize(
    "address", ["2026-02/files/pdf/", "2026-02/files/exe/", "2026-03/files/csv/", "2026-01/files/csv/"]
)
def test_what_no_close_made_is_not_there(close: Close, address: str) -> None:
    render_all()
    assert signed_in(pekka()).get(f"/periods/{address}").status_code == 404


def test_the_files_of_a_month_are_for_finance_alone(close: Close) -> None:
    render_all()
    for person in (marta(), luca(), giulia(), aino(), sofia(), hanna()):
        for format_ in ("csv", "xlsx", "json"):
            assert signed_in(person).get(f"{PERIOD}files/{format_}/").status_code == 404


def test_a_statements_files_are_for_who_sees_the_statement(close: Close) -> None:
    render_all()
    own = statement()
    for format_ in ("pdf", "csv"):
        path = f"/statements/{own.pk}/files/{format_}/"
        for person in (marta(), pekka()):
            answer: Any = signed_in(person).get(path)
            assert hashlib.sha256(content_of(answer)).hexdigest() == statement_file(own, format_).sha256
            assert answer["Content-Disposition"] == f'attachment; filename="OH-000001.{format_}"'
        for stranger in (luca(), hanna(), aino()):
            assert signed_in(stranger).get(path).status_code == 404
    assert signed_in(marta()).get(f"/statements/{own.pk}/files/json/").status_code == 404
    assert Client().get(f"/statements/{own.pk}/files/pdf/").status_code == 302


def test_a_statement_shows_its_files_and_finance_whether_it_was_mailed(close: Close) -> None:
    path = f"/statements/{statement().pk}/"
    assert "every 2s" in page(marta(), path)
    render_all()
    shown = page(marta(), path)
    assert f"{path}files/pdf/" in shown
    assert "every 2s" not in shown
    assert "nobody was sent it" not in shown
    assert "nobody was sent it" in page(pekka(), path)


def test_finance_sees_which_statements_went_to_nobody() -> None:
    BillingDetails.objects.create(customer=acme(), billing_email="bills@acme.example")
    two_customers()
    closed()
    render_all()
    shown = page(pekka(), PERIOD)
    assert "1 statement names no billing contact" in shown
    assert "bills@acme.example: Waiting" in page(pekka(), f"/statements/{statement().pk}/")
