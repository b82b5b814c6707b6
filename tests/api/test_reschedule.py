"""`POST /sessions/{id}/reschedule/` (API.md): the same session at another time or with another person."""

from collections.abc import Callable
from typing import Any

import pytest

from packages.models import Contract
from sessions.models import ConsultingSession
from tests.api.caller import Answer, Caller
from tests.factories import (
    NOW,
    aino,
    at,
    booked,
    giulia,
    hanna,
    luca,
    marta,
    pekka,
    pro_lite,
    rate,
    tomas,
    with_terms_accepted,
)

pytestmark = pytest.mark.django_db

Api = Callable[..., Caller]
TUESDAY = "2026-03-10T14:00:00+01:00"


@pytest.fixture
def contract() -> Contract:
    rate("EUR", "90.00")
    return pro_lite(others=[tomas()])


@pytest.fixture
def session(contract: Contract) -> ConsultingSession:
    return booked(contract, "operations", 60, "2026-03-09 10:00", now=NOW)


def moved(caller: Caller, session: ConsultingSession, **change: Any) -> Answer:
    return caller.post(f"/sessions/{session.pk}/reschedule/", {"starts_at": TUESDAY, **change})


def test_what_is_left_out_stays(api: Api, session: ConsultingSession) -> None:
    answer = moved(api(marta()), session)
    assert answer.status == 200
    assert {name: answer.body[name] for name in ("id", "status", "starts_at", "duration_minutes", "staff")} == {
        "id": session.pk,
        "status": "booked",
        "starts_at": "2026-03-10T13:00:00Z",
        "duration_minutes": 60,
        "staff": giulia().email,
    }


def test_length_and_person_may_change(api: Api, session: ConsultingSession) -> None:
    answer = moved(api(giulia()), session, duration_minutes=30, staff=tomas().email)
    assert (answer.body["ends_at"], answer.body["staff"]) == ("2026-03-10T13:30:00Z", tomas().email)


def test_staff_of_nobodys_team_are_as_if_unknown(api: Api, session: ConsultingSession) -> None:
    for email in (aino().email, "nobody@oura.example"):
        assert moved(api(marta()), session, staff=email).pointers == {"/staff": "does_not_exist"}


def test_a_taken_time_names_the_nearest(api: Api, contract: Contract, session: ConsultingSession) -> None:
    booked(contract, "kickoff", 60, at("2026-03-10 14:00"), now=NOW)
    answer = moved(api(marta()), session)
    assert (answer.status, answer.code, len(answer.body["nearest"])) == (409, "slot_taken", 3)


def test_inside_the_cut_off_it_is_too_late_for_customers_alone(api: Api, contract: Contract) -> None:
    session = booked(contract, "operations", 60, at("2026-03-02 17:00"), by=giulia(), now=NOW)
    answer = moved(api(marta()), session)
    assert (answer.status, answer.code, answer.body["call"]["email"]) == (409, "too_late", giulia().email)
    assert moved(api(giulia()), session).status == 200


def test_overage_is_accepted_with_the_quote_that_was_shown(api: Api, contract: Contract) -> None:
    with_terms_accepted(contract)
    session = booked(contract, "supplementary-training", 30, "2026-03-09 10:00", accept_overage=True, now=NOW)
    refused = moved(api(marta()), session, duration_minutes=60)
    assert (refused.status, refused.code) == (409, "overage_not_accepted")
    assert (refused.body["quote"]["overage_minutes"], refused.body["quote"]["amount"]) == (60, "90.00")
    seal = refused.body["quote"]["quote"]
    answer = moved(api(marta()), session, duration_minutes=60, accept_overage=True, quote=seal)
    assert (answer.status, answer.body["duration_minutes"]) == (200, 60)


def test_a_retry_under_its_key_is_one_move(api: Api, session: ConsultingSession) -> None:
    body = {"starts_at": TUESDAY}
    first, second = (
        api(marta()).post(f"/sessions/{session.pk}/reschedule/", body, key="move-1") for _attempt in range(2)
    )
    assert first.body == second.body
    assert session.events.filter(kind="moved").count() == 1


@pytest.mark.parametrize(("person", "status"), [(luca, 404), (hanna, 404), (aino, 404), (pekka, 403)])
def test_nobody_else_moves_it(api: Api, session: ConsultingSession, person: Any, status: int) -> None:
    assert moved(api(person()), session).status == status
    session.refresh_from_db()
    assert session.starts_at == at("2026-03-09 10:00")
