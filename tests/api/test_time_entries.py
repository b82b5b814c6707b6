"""`/time_entries/`: logging, reversing, waiving (DOMAIN.md §4)."""

from collections.abc import Callable
from typing import Any

import pytest

from packages.models import Contract
from sessions.models import LedgerEntry, Waiver
from tests.api.caller import Caller
from tests.factories import (
    aino,
    booked,
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
    shares_of,
    sofia,
    tomas,
)

pytestmark = pytest.mark.django_db

Api = Callable[..., Caller]


def work(contract: Contract, **change: Any) -> dict[str, Any]:
    return {
        "contract": contract.pk,
        "session_type": "kickoff",
        "started_at": "2026-02-03T10:00:00+01:00",
        "minutes": 45,
        "note": "Ring sizes\nand colours",
        **change,
    }


def test_staff_log_time_and_it_draws(api: Api) -> None:
    contract = launch_kit()
    answer = api(giulia()).post("/time_entries/", work(contract, internal_note="Be patient"))
    assert answer.status == 201, answer.body
    entry = LedgerEntry.objects.time_entries().get()
    assert answer.body.pop("overlapping") == []
    assert answer.body == {
        "id": entry.pk,
        "kind": "consumption",
        "session_type": "kickoff",
        "session": None,
        "staff": giulia().email,
        "started_at": "2026-02-03T09:00:00Z",
        "minutes": 45,
        "included_minutes": 45,
        "overage_minutes": 0,
        "amount": "0.00",
        "currency": "EUR",
        "waived": False,
        "reverses": None,
        "reversed_by": None,
        "created_at": "2026-03-02T08:00:00Z",
        "created_by": giulia().email,
        "contract": contract.pk,
        "note": "Ring sizes\nand colours",
        "internal_note": "Be patient",
    }
    assert api(pekka()).get("/time_entries/").results == [answer.body]
    assert api(sofia()).get(f"/time_entries/{entry.pk}/").body == answer.body


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"minutes": 61}, 400, "too_long_for_type"),
        ({"minutes": 10**15}, 400, "too_long_for_type"),
        ({"started_at": "2026-01-30T23:59:00+01:00"}, 400, "outside_contract"),
        ({"started_at": "2027-01-31T00:00:00+01:00"}, 400, "outside_contract"),
        ({"started_at": "2026-03-02T08:30:00Z"}, 400, "in_the_future"),
        ({"started_at": "2026-03-02T07:15:01Z"}, 400, "in_the_future"),
    ],
)
def test_time_is_refused_by_code(api: Api, change: dict[str, Any], status: int, code: str) -> None:
    answer = api(giulia()).post("/time_entries/", work(launch_kit()) | change)
    assert (answer.status, answer.code) == (status, code)
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"minutes": 0}, "/minutes"),
        ({"minutes": -1}, "/minutes"),
        ({"minutes": "45"}, "/minutes"),
        ({"minutes": 1.5}, "/minutes"),
        ({"minutes": True}, "/minutes"),
        ({"minutes": 10**30}, "/minutes"),
        ({"started_at": "2026-02-03T10:00:00"}, "/started_at"),
        ({"session_type": "party"}, "/session_type"),
        ({"session_type": ["kickoff"]}, "/session_type"),
        ({"contract": 10**30}, "/contract"),
        ({"session": 999_999}, "/session"),
        ({"note": 5}, "/note"),
        ({"note": "x" * 5001}, "/note"),
        ({"note": "\N{RIGHT-TO-LEFT OVERRIDE}txt.exe"}, "/note"),
    ],
)
def test_malformed_time_is_refused_with_a_pointer(api: Api, change: dict[str, Any], pointer: str) -> None:
    assert list(api(giulia()).post("/time_entries/", work(launch_kit()) | change).pointers) == [pointer]
    assert LedgerEntry.objects.count() == 1


def test_the_same_start_twice_is_refused_and_an_overlap_is_named(api: Api) -> None:
    contract = launch_kit()
    caller = api(giulia())
    first = caller.post("/time_entries/", work(contract)).body["id"]
    assert caller.post("/time_entries/", work(contract, minutes=10)).code == "already_logged"
    beside = caller.post("/time_entries/", work(contract, started_at="2026-02-03T10:20:00+01:00"))
    assert (beside.status, beside.body["overlapping"]) == (201, [first])


def test_what_ran_over_is_logged_with_its_session(api: Api) -> None:
    contract = launch_kit()
    session = booked(contract, "kickoff", 60, "2026-02-10 10:00")
    over = work(
        contract, session_type="supplementary-training", started_at="2026-02-10T11:00:00+01:00", session=session.pk
    )
    answer = api(giulia()).post("/time_entries/", over)
    assert (answer.status, answer.body["session"], answer.body["overage_minutes"]) == (201, session.pk, 45)


def test_a_session_of_another_contract_is_not_drawn_on(api: Api) -> None:
    contract = launch_kit()
    elsewhere = booked(launch_kit(globex(), dedicated=aino()), "kickoff", 60, "2026-02-10 10:00")
    answer = api(giulia()).post("/time_entries/", work(contract, session=elsewhere.pk))
    assert answer.pointers == {"/session": "does_not_exist"}


def test_only_staff_who_deliver_the_package_to_the_customer_log(api: Api) -> None:
    contract = pro_lite(others=[tomas()])
    assert api(tomas()).post("/time_entries/", work(contract)).status == 201
    assert api(aino()).post("/time_entries/", work(contract)).pointers == {"/contract": "does_not_exist"}
    for person in (marta(), sofia(), pekka()):
        assert api(person).post("/time_entries/", work(contract)).code == "not_allowed"
    assert api(luca()).post("/time_entries/", work(contract)).code == "not_found"
    assert api(marta()).get("/time_entries/").code == "not_allowed"
    assert LedgerEntry.objects.time_entries().count() == 1


def test_staff_see_the_entries_of_the_customers_they_serve(api: Api) -> None:
    ours = logged(launch_kit(), "kickoff", 45, "2026-02-03 10:00").entry
    theirs = logged(launch_kit(globex(), dedicated=aino()), "kickoff", 45, "2026-02-03 10:00").entry
    assert [row["id"] for row in api(giulia()).get("/time_entries/").results] == [ours.pk]
    assert [row["id"] for row in api(aino()).get("/time_entries/").results] == [theirs.pk]
    assert len(api(pekka()).get("/time_entries/").results) == 2


def test_a_reversal_takes_all_back_once(api: Api) -> None:
    contract = launch_kit()
    entry = logged(contract, "kickoff", 45, "2026-02-03 10:00").entry
    path = f"/time_entries/{entry.pk}/reverse/"
    assert api(giulia()).post(path, {}).pointers == {"/reason": "required"}
    assert api(giulia()).post(path, {"reason": "  "}).pointers == {"/reason": "blank"}
    answer = api(giulia()).post(path, {"reason": "Wrong customer"})
    assert (answer.status, answer.body["kind"], answer.body["minutes"], answer.body["reverses"]) == (
        201,
        "reversal",
        -45,
        entry.pk,
    )
    assert api(sofia()).post(path, {"reason": "Again"}).code == "already_reversed"
    assert api(giulia()).get(f"/time_entries/{entry.pk}/").body["reversed_by"] == answer.body["id"]
    assert shares_of(contract) == ["reversed"]


def test_a_grant_is_no_time_entry(api: Api) -> None:
    launch_kit()
    grant = LedgerEntry.objects.get()
    assert api(sofia()).post(f"/time_entries/{grant.pk}/reverse/", {"reason": "x"}).code == "not_found"
    assert api(sofia()).post(f"/time_entries/{10**25}/reverse/", {"reason": "x"}).code == "not_found"


def test_who_may_reverse(api: Api) -> None:
    entry = logged(pro_lite(others=[tomas()]), "kickoff", 45, "2026-02-03 10:00").entry
    path, body = f"/time_entries/{entry.pk}/reverse/", {"reason": "x"}
    for person, code in (
        (marta(), "not_allowed"),
        (pekka(), "not_allowed"),
        (tomas(), "not_allowed"),
        (aino(), "not_found"),
        (luca(), "not_found"),
    ):
        assert api(person).post(path, body).code == code, person
    assert api(hanna()).post(path, body).code == "not_found"
    assert api(sofia()).post(path, body).status == 201


def test_staff_propose_a_waiver_and_operations_confirm_it(api: Api) -> None:
    rate("EUR", "120.00")
    contract = launch_kit()
    entry = logged(contract, "supplementary-training", 30, "2026-02-11 10:00").entry
    path, body = f"/time_entries/{entry.pk}/waive/", {"reason": "Our mistake"}
    proposed = api(giulia()).post(path, body)
    assert (proposed.status, proposed.body["waived"], proposed.body["amount"]) == (200, False, "60.00")
    assert api(giulia()).post(path, body).code == "already_waived"
    confirmed = api(sofia()).post(path, body)
    assert (confirmed.status, confirmed.body["waived"], confirmed.body["amount"]) == (200, True, "0.00")
    assert api(sofia()).post(path, body).code == "already_waived"


def test_operations_refuse_a_proposed_waiver_for_good(api: Api) -> None:
    entry = logged(launch_kit(), "supplementary-training", 30, "2026-02-11 10:00").entry
    path, body = f"/time_entries/{entry.pk}", {"reason": "Not our mistake"}
    assert api(sofia()).post(f"{path}/refuse_waiver/", body).pointers == {"": "invalid"}
    assert api(giulia()).post(f"{path}/waive/", {"reason": "Goodwill"}).status == 200
    assert api(giulia()).post(f"{path}/refuse_waiver/", body).code == "not_allowed"
    answer = api(sofia()).post(f"{path}/refuse_waiver/", body)
    assert (answer.status, answer.body["waived"]) == (200, False)
    assert api(sofia()).post(f"{path}/waive/", body).code == "already_waived"


def test_a_reversed_entry_is_not_waived_and_customers_waive_nothing(api: Api) -> None:
    entry = logged(launch_kit(), "supplementary-training", 30, "2026-02-11 10:00").entry
    path, body = f"/time_entries/{entry.pk}/waive/", {"reason": "x"}
    for person in (marta(), pekka()):
        assert api(person).post(path, body).code == "not_allowed"
    assert api(aino()).post(path, body).code == "not_found"
    api(giulia()).post(f"/time_entries/{entry.pk}/reverse/", body)
    assert api(sofia()).post(path, body).code == "already_reversed"
    assert not Waiver.objects.exists()
