"""Lists by cursor: every row once, whatever is added meanwhile."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from packages.models import RateLine
from tests.api.caller import Caller
from tests.factories import NOW, acme, customer, launch_kit, logged, marta, pekka, rate, sofia

pytestmark = pytest.mark.django_db

Api = Callable[..., Caller]


def rates(number: int) -> list[RateLine]:
    return [rate("EUR", "100.00", valid_from=date(2024, 1, 1) + timedelta(days=n)) for n in range(number)]


def ids(page: Any) -> list[int]:
    return [row["id"] for row in page["results"]]


def test_pages_forwards_and_backwards(api: Api) -> None:
    lines = [line.pk for line in rates(5)]
    caller = api(sofia())
    page = caller.get("/rates/?page_size=2").body
    assert page["previous"] is None
    forwards = [ids(page)]
    while page["next"]:
        page = caller.get(page["next"]).body
        forwards.append(ids(page))
    assert forwards == [lines[0:2], lines[2:4], lines[4:]]
    backwards = [ids(page)]
    while page["previous"]:
        page = caller.get(page["previous"]).body
        backwards.insert(0, ids(page))
    assert backwards == forwards


def test_what_is_added_meanwhile_moves_nothing(api: Api) -> None:
    customer("Beta")
    customer("Delta")
    caller = api(sofia())
    page = caller.get("/customers/", page_size=1).body
    customer("Alpha")
    customer("Gamma")
    rest = caller.get(page["next"] + "&page_size=500").results
    assert [page["results"][0]["name"], *(row["name"] for row in rest)] == ["Beta", "Delta", "Gamma"]


def test_rows_that_are_alike_come_once_each(api: Api) -> None:
    contract = launch_kit()
    for minute in range(6):
        logged(contract, "kickoff", 5, f"2026-02-03 10:{minute:02}")
    caller, url, seen = api(marta()), f"/contracts/{contract.pk}/ledger/?page_size=1", []
    while url:
        page = caller.get(url).body
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
    assert len(seen) == len(set(seen)) == 7


def test_computed_lists_page_like_any_other(api: Api) -> None:
    contract = launch_kit()
    asked = {"contract": contract.pk, "session_type": "kickoff", "from_": "2026-03-10", "to": "2026-03-11"}
    caller = api(marta())
    whole = [row["starts_at"] for row in caller.get("/slots/", **asked).results]
    page = caller.get("/slots/", **asked, page_size=20).body
    rest = caller.get(page["next"]).body
    assert [row["starts_at"] for row in page["results"] + rest["results"]] == whole
    assert rest["next"] is None
    assert [row["starts_at"] for row in caller.get(rest["previous"]).results] == whole[:20]


def test_a_page_has_at_most_500_rows(api: Api) -> None:
    RateLine.objects.bulk_create(
        RateLine(
            currency="EUR",
            hourly_rate=100,
            valid_from=date(2024, 1, 1) + timedelta(days=n),
            created_at=NOW,
            known_in_close=1,
        )
        for n in range(501)
    )
    caller = api(sofia())
    assert len(caller.get("/rates/").results) == 100
    assert len(caller.get("/rates/", page_size=500).results) == 500
    assert len(caller.get("/rates/", page_size=100_000).results) == 500


@pytest.mark.parametrize("size", ["0", "-1", "x", "1.5", "٣", "9" * 400, "", "\0"])
def test_a_page_size_that_is_none_is_refused(api: Api, size: str) -> None:
    assert api(sofia()).get("/rates/", page_size=size).pointers == {"/page_size": "invalid"}


def test_a_cursor_that_was_made_up_or_made_for_another_list_is_refused(api: Api) -> None:
    rates(2)
    acme()
    caller = api(pekka())
    cursor = caller.get("/rates/", page_size=1).body["next"].partition("cursor=")[2].partition("&")[0]
    for made_up in ("", "x", "cD0yMDI2", "\0", "\u202e", cursor[:-1], "A" * 10_000):
        assert caller.get("/rates/", cursor=made_up).pointers == {"/cursor": "invalid"}
    assert caller.get("/contracts/?cursor=" + cursor).pointers == {"/cursor": "invalid"}
