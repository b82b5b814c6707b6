"""The order and the pages of a list as its address names them."""

from collections.abc import Iterator

import pytest
from django.http import QueryDict
from pytest_django import DjangoAssertNumQueries

from core import tables
from core.csv_files import csv_download, in_chunks
from core.tables import Column, Order, by_name, page_of
from customers.models import Customer
from tests.factories import customer

COLUMNS = {"name": Column("Name", (by_name("name"),)), "country": Column("Country", (by_name("country"),))}


def order(query: str) -> str:
    return Order.of(QueryDict(query), COLUMNS, default="name").current


class TestOrder:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", "name"),
            ("sort=country", "country"),
            ("sort=-country", "-country"),
            ("sort=--country", "name"),
            ("sort=pk;drop", "name"),
            ("sort=%00", "name"),
            ("sort=country&sort=-name", "-name"),
        ],
    )
    def test_nonsense_is_the_usual_order(self, query: str, expected: str) -> None:
        assert order(query) == expected

    def test_a_phone_is_offered_every_order_both_ways(self) -> None:
        choices = Order.of(QueryDict("sort=-name"), COLUMNS, default="name").choices
        assert [choice.value for choice in choices] == ["name", "-name", "country", "-country"]
        assert [choice.value for choice in choices if choice.current] == ["-name"]

    @pytest.mark.django_db
    def test_names_sort_as_people_look_them_up_and_alike_ones_stay_apart(self) -> None:
        for name, country in (("Zeta", "IT"), ("École", "IT"), ("acme", "FI"), ("Eder", "IT")):
            customer(name, country=country)

        def names(query: str) -> list[str]:
            rows = Order.of(QueryDict(query), COLUMNS, default="name").sort(Customer.objects.all())
            return [row.name for row in rows]

        assert names("") == ["acme", "École", "Eder", "Zeta"]
        assert names("sort=-name") == names("")[::-1]
        assert names("sort=country") == ["acme", "Zeta", "École", "Eder"]
        assert names("sort=-country") == names("sort=country")[::-1]


class TestPages:
    @pytest.mark.parametrize(
        ("query", "first", "size"),
        [
            ("", 0, 25),
            ("page=2", 25, 25),
            ("page=2&size=50", 50, 50),
            ("size=7", 0, 25),
            ("size=-25", 0, 25),
            ("page=x&size=x", 0, 25),
            ("page=99", 100, 25),
        ],
    )
    def test_nonsense_is_the_first_page_of_the_usual_size(self, query: str, first: int, size: int) -> None:
        page = page_of(range(120), QueryDict(query))
        assert (page.object_list[0], page.paginator.per_page) == (first, size)

    @pytest.mark.parametrize(
        ("rows", "last_page", "count", "total"), [(100, 4, 100, 100), (101, 4, 100, "100+"), (3, 1, 3, 3)]
    )
    def test_a_long_list_is_counted_so_far(
        self, monkeypatch: pytest.MonkeyPatch, rows: int, last_page: int, count: int, total: int | str
    ) -> None:
        monkeypatch.setattr(tables, "MOST_COUNTED", 100)
        pages = page_of(range(rows), QueryDict("")).paginator
        assert isinstance(pages, tables.SizedPaginator)
        assert (pages.num_pages, pages.count, pages.total) == (last_page, count, total)

    @pytest.mark.django_db
    def test_no_more_rows_are_counted_than_that(
        self, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        monkeypatch.setattr(tables, "MOST_COUNTED", 100)
        with django_assert_num_queries(1) as asked:
            assert page_of(Customer.objects.order_by("name"), QueryDict("")).paginator.count == 0
        assert "LIMIT 101" in asked[0]["sql"]


def test_a_file_is_written_while_it_is_read() -> None:
    read = []

    def rows() -> Iterator[list[tuple[int]]]:
        for chunk in in_chunks(range(6), size=2):
            read.append(chunk)
            yield [(number,) for number in chunk]

    written = iter(csv_download("numbers.csv", ["Number"], rows()))
    assert next(written).decode("utf-8-sig") == "Number\r\n"
    assert read == []
    assert [next(written), next(written)] == [b"0\r\n", b"1\r\n"]
    assert read == [[0, 1]]
    assert [*written] == [b"2\r\n", b"3\r\n", b"4\r\n", b"5\r\n"]
