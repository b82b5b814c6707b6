"""`/contracts/`, adjustments and the ledger: the numbers are those of DOMAIN.md §4."""

from collections.abc import Callable
from typing import Any

import pytest

from packages.models import Contract
from sessions.domain.ledger import adjust, reverse_entry
from sessions.domain.waivers import waive
from sessions.models import LedgerEntry
from tests.api.caller import Caller
from tests.factories import (
    NOW,
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
    rate,
    sofia,
)

pytestmark = pytest.mark.django_db

Api = Callable[..., Caller]


def order(**change: Any) -> dict[str, Any]:
    return {
        "customer": acme().pk,
        "package": "launch-kit",
        "start_date": "2026-03-02",
        "end_date": "2027-03-01",
        "lead": giulia().email,
        **change,
    }


def test_operations_sign_a_contract_and_its_minutes_are_granted(api: Api) -> None:
    answer = api(sofia()).post("/contracts/", order())
    assert answer.status == 201, answer.body
    pk = answer.body["id"]
    assert answer.body == {
        "id": pk,
        "reference": f"C-{pk:05d}",
        "customer": acme().pk,
        "package": "launch-kit",
        "package_version": 1,
        "start_date": "2026-03-02",
        "end_date": "2027-03-01",
        "lead": giulia().email,
        "time_zone": "Europe/Rome",
        "currency": "EUR",
        "terms_version": "1",
        "window_ends_on": "2026-05-30",
        "promised_reviews": 0,
        "granted_minutes": 240,
        "adjusted_minutes": 0,
        "included_minutes_used": 0,
        "included_minutes_left": 240,
        "booked_minutes": 0,
        "booked_included_minutes": 0,
        "free_minutes": 240,
        "overage_minutes": 0,
    }
    assert api(sofia()).get(f"/contracts/{pk}/").body == answer.body
    (grant,) = api(sofia()).get(f"/contracts/{pk}/ledger/").results
    assert (grant["kind"], grant["minutes"], grant["created_by"]) == ("grant", 240, sofia().email)


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"package": "gold"}, "/package", "invalid"),
        ({"customer": 999_999}, "/customer", "does_not_exist"),
        ({"customer": 2**70}, "/customer", "does_not_exist"),
        ({"customer": "1"}, "/customer", "invalid"),
        ({"customer": True}, "/customer", "invalid"),
        ({"end_date": "2026-03-01"}, "/end_date", "invalid"),
        ({"start_date": "2026-02-30"}, "/start_date", "invalid"),
        ({"start_date": "20260302"}, "/start_date", "invalid"),
        ({"start_date": "0000-01-01"}, "/start_date", "invalid"),
        ({"end_date": "9999-12-31"}, "/end_date", "out_of_range"),
        ({"end_date": None}, "/end_date", "null"),
        ({"lead": "sofia.lindgren@oura.example"}, "/lead", "invalid"),
        ({"lead": "nobody@oura.example"}, "/lead", "does_not_exist"),
        ({"lead": 7}, "/lead", "invalid"),
    ],
)
def test_a_malformed_contract_is_refused_whole(api: Api, change: dict[str, Any], pointer: str, code: str) -> None:
    assert api(sofia()).post("/contracts/", order(**change)).pointers == {pointer: code}
    assert not Contract.objects.exists()


def test_everything_that_is_missing_is_named_at_once(api: Api) -> None:
    answer = api(sofia()).post("/contracts/", {})
    assert answer.pointers == dict.fromkeys(["/customer", "/package", "/start_date", "/end_date", "/lead"], "required")


def test_contracts_are_signed_by_operations_alone(api: Api) -> None:
    for person, status in ((marta(), 403), (giulia(), 403), (pekka(), 403), (luca(), 404)):
        assert api(person).post("/contracts/", order()).status == status


def test_the_numbers_of_a_contract_with_entries_and_bookings(api: Api) -> None:
    contract = launch_kit()
    logged(contract, "kickoff", 60, "2026-02-03 10:00")
    logged(contract, "software-training", 45, "2026-02-10 10:00")
    logged(contract, "supplementary-training", 30, "2026-02-11 10:00")
    adjust(contract=contract, minutes=10, reason="Late start", by=sofia(), now=NOW)
    booked(contract, "operations", 60, "2026-03-10 10:00", now=NOW)
    body = api(marta()).get(f"/contracts/{contract.pk}/").body
    assert {name: value for name, value in body.items() if name.endswith(("minutes", "used", "left"))} == {
        "granted_minutes": 240,
        "adjusted_minutes": 10,
        "included_minutes_used": 105,
        "included_minutes_left": 145,
        "booked_minutes": 60,
        "booked_included_minutes": 60,
        "free_minutes": 85,
        "overage_minutes": 30,
    }


def test_who_sees_which_contract(api: Api) -> None:
    contract = launch_kit()
    for person in (marta(), giulia(), sofia(), pekka()):
        assert [row["id"] for row in api(person).get("/contracts/").results] == [contract.pk]
    assert api(hanna()).get("/contracts/").results == []
    assert api(aino()).get("/contracts/").results == []
    assert api(luca()).get("/contracts/").code == "not_found"
    for person in (hanna(), aino(), luca()):
        for path in ("/", "/ledger/"):
            assert api(person).get(f"/contracts/{contract.pk}{path}").code == "not_found"


def test_operations_add_minutes(api: Api) -> None:
    contract = launch_kit()
    answer = api(sofia()).post(f"/contracts/{contract.pk}/adjustments/", {"minutes": 30, "reason": "Late start"})
    assert (answer.status, answer.body["kind"], answer.body["minutes"]) == (201, "adjustment", 30)
    assert answer.body["included_minutes"] is answer.body["overage_minutes"] is answer.body["amount"] is None


@pytest.mark.parametrize("minutes", ["45", 1.5, True, None, 0, -5, 60_001, 2**70, [], {}])
def test_minutes_are_whole_numbers(api: Api, minutes: Any) -> None:
    contract = launch_kit()
    answer = api(sofia()).post(f"/contracts/{contract.pk}/adjustments/", {"minutes": minutes, "reason": "x"})
    assert list(answer.pointers) == ["/minutes"]
    assert LedgerEntry.objects.count() == 1


def test_minutes_are_added_by_operations_alone(api: Api) -> None:
    contract = launch_kit()
    path, body = f"/contracts/{contract.pk}/adjustments/", {"minutes": 30, "reason": "x"}
    for person in (marta(), giulia(), pekka()):
        assert api(person).post(path, body).code == "not_allowed"
    assert api(hanna()).post(path, body).code == "not_found"
    assert LedgerEntry.objects.count() == 1


def test_the_ledger_tells_every_row(api: Api) -> None:
    contract = launch_kit()
    rate("EUR", "120.00")
    first = logged(contract, "kickoff", 60, "2026-02-03 10:00", note="Ring sizes").entry
    over = logged(contract, "supplementary-training", 30, "2026-02-11 10:00").entry
    gift = logged(contract, "supplementary-training", 20, "2026-02-12 10:00").entry
    waive(entry=gift, by=sofia(), reason="Goodwill", now=NOW)
    reversal = reverse_entry(entry=first, by=giulia(), reason="Typed twice", now=NOW)
    rows = {row["id"]: row for row in api(marta()).get(f"/contracts/{contract.pk}/ledger/").results}
    assert rows[first.pk] == {
        "id": first.pk,
        "kind": "consumption",
        "session_type": "kickoff",
        "session": None,
        "staff": giulia().email,
        "started_at": "2026-02-03T09:00:00Z",
        "minutes": 60,
        "included_minutes": 0,
        "overage_minutes": 0,
        "amount": "0.00",
        "currency": "EUR",
        "waived": False,
        "reverses": None,
        "reversed_by": reversal.pk,
        "created_at": "2026-03-02T08:00:00Z",
        "created_by": giulia().email,
    }
    assert {name: rows[over.pk][name] for name in ("included_minutes", "overage_minutes", "amount", "waived")} == {
        "included_minutes": 0,
        "overage_minutes": 30,
        "amount": "60.00",
        "waived": False,
    }
    assert (rows[gift.pk]["overage_minutes"], rows[gift.pk]["amount"], rows[gift.pk]["waived"]) == (20, "0.00", True)
    assert (rows[reversal.pk]["kind"], rows[reversal.pk]["minutes"], rows[reversal.pk]["reverses"]) == (
        "reversal",
        -60,
        first.pk,
    )
    assert rows[reversal.pk]["amount"] is rows[reversal.pk]["included_minutes"] is None


def test_overage_without_a_rate_has_no_amount_and_yen_have_no_decimals(api: Api) -> None:
    unpriced = launch_kit()
    logged(unpriced, "supplementary-training", 30, "2026-02-11 10:00")
    (row,) = [row for row in api(marta()).get(f"/contracts/{unpriced.pk}/ledger/").results if row["staff"]]
    assert (row["overage_minutes"], row["amount"]) == (30, None)

    sakura = customer("Sakura", country="JP", zone="Asia/Tokyo", currency="JPY")
    in_yen = launch_kit(sakura)
    rate("JPY", "15000")
    logged(in_yen, "supplementary-training", 31, "2026-02-11 17:00")
    (row,) = [row for row in api(sofia()).get(f"/contracts/{in_yen.pk}/ledger/").results if row["staff"]]
    assert (row["amount"], row["currency"]) == ("7750", "JPY")


def test_rows_come_by_the_start_of_the_meeting_and_the_moment_of_typing(api: Api) -> None:
    contract = launch_kit()
    logged(contract, "kickoff", 60, "2026-02-10 10:00")
    logged(contract, "operations", 60, "2026-02-03 10:00")
    kinds = [row["session_type"] for row in api(marta()).get(f"/contracts/{contract.pk}/ledger/").results]
    assert kinds == ["operations", "kickoff", None]


def test_lists_are_narrowed_to_a_customer_or_a_contract_that_the_caller_sees(api: Api) -> None:
    ours, theirs = launch_kit(), launch_kit(globex(), dedicated=aino())
    for contract in (ours, theirs):
        logged(contract, "kickoff", 30, "2026-02-03 10:00")
        booked(contract, "operations", 30, "2026-03-10 10:00", now=NOW)
    caller = api(pekka())
    assert [row["id"] for row in caller.get("/contracts/", customer=ours.customer_id).results] == [ours.pk]
    for path in ("/time_entries/", "/sessions/"):
        assert len(caller.get(path).results) == 2
        assert [row["contract"] for row in caller.get(path, contract=theirs.pk).results] == [theirs.pk]
        assert caller.get(path, contract=999_999).pointers == {"/contract": "does_not_exist"}
    assert api(marta()).get("/sessions/", contract=theirs.pk).pointers == {"/contract": "does_not_exist"}
    assert api(marta()).get("/contracts/", customer=globex().pk).pointers == {"/customer": "does_not_exist"}


def test_who_expects_another_number_of_reviews_is_told_the_right_one(api: Api) -> None:
    short = order(package="pro-lite", end_date="2026-07-01")
    for expected in (1, 4):
        refused = api(sofia()).post("/contracts/", {**short, "confirmed_reviews": expected})
        assert refused.pointers == {"/confirmed_reviews": "invalid"}
        assert "holds 2 project health checks" in refused.body["detail"] + str(refused.body["errors"])
    for confirmed in ({"confirmed_reviews": 2}, {"confirmed_reviews": None}, {}):
        assert api(sofia()).post("/contracts/", {**short, **confirmed}).body["promised_reviews"] == 2
