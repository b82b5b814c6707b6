"""`/slots/`, `/sessions/quote/` and `/sessions/`: the straight path of DOMAIN.md §7."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine

from customers.models import User
from packages.models import Contract
from sessions.domain.answers import answer_invitation
from sessions.domain.attendees import Guest
from sessions.models import ConsultingSession, DiaryEntry, LedgerEntry, OverageAcceptance
from tests.api.caller import Caller
from tests.factories import (
    NOW,
    aino,
    at,
    booked,
    giulia,
    hanna,
    launch_kit,
    logged,
    luca,
    marta,
    pekka,
    rate,
    signed,
    sofia,
    tomas,
    with_terms_accepted,
)

pytestmark = pytest.mark.django_db

Api = Callable[..., Caller]
GUESTS = [{"name": "Marta Ferri", "email": "marta@acme.example"}, {"name": "Ugo", "email": "ugo@guest.example"}]

UNANSWERED: dict[str, Any] = {"roles": [], "answer": None, "answered_at": None, "came": None}


def wish(contract: Contract, **change: Any) -> dict[str, Any]:
    return {
        "contract": contract.pk,
        "session_type": "operations",
        "starts_at": "2026-03-10T10:00:00+01:00",
        "duration_minutes": 60,
        "staff": giulia().email,
        "attendees": GUESTS,
        "accept_overage": False,
        **change,
    }


def used_up(contract: Contract) -> Contract:
    """All 240 minutes are delivered, a rate is in force, the terms are accepted."""
    for day in ("02", "03", "04", "05"):
        logged(contract, "operations", 60, f"2026-02-{day} 10:00")
    rate("EUR", "150.00")
    return with_terms_accepted(contract)


def test_slots_come_from_the_dedicated_persons_hours(api: Api) -> None:
    contract = launch_kit()
    asked = {"contract": contract.pk, "session_type": "operations", "from_": "2026-03-10", "to": "2026-03-10"}
    slots = api(marta()).get("/slots/", **asked).results
    assert slots[0] == {
        "starts_at": "2026-03-10T08:00:00Z",
        "ends_at": "2026-03-10T09:00:00Z",
        "staff": giulia().email,
    }
    assert len(slots) == 15
    shorter = api(marta()).get("/slots/", **asked, duration_minutes=15, staff=giulia().email).results
    assert shorter[-1]["ends_at"] == "2026-03-10T15:45:00Z"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"from_": "2026-03-11", "to": "2026-03-10"}, "/to"),
        ({"from_": "2026-03-01", "to": "2026-05-02"}, "/to"),
        ({"from_": "10/03/2026"}, "/from"),
        ({"to": "9999-12-31"}, "/to"),
        ({"contract": "0"}, "/contract"),
        ({"contract": "9" * 40}, "/contract"),
        ({"contract": "1\0"}, "/contract"),
        ({"session_type": "party"}, "/session_type"),
        ({"duration_minutes": "50"}, "/duration_minutes"),
        ({"staff": "tomas.weber@oura.example"}, "/staff"),
        ({"staff": "marta@acme.example\0"}, "/staff"),
    ],
)
def test_a_malformed_question_for_slots_is_refused(api: Api, change: dict[str, Any], pointer: str) -> None:
    tomas()
    asked = {"contract": launch_kit().pk, "session_type": "kickoff", "from_": "2026-03-10", "to": "2026-03-10"}
    assert list(api(marta()).get("/slots/", **(asked | change)).pointers) == [pointer]


def test_slots_end_with_the_contract(api: Api) -> None:
    contract = launch_kit(ends_on=date(2026, 3, 10))
    asked = f"/slots/?contract={contract.pk}&session_type=operations&from=2026-03-09&to=2026-03-13"
    days = {row["starts_at"][:10] for row in api(marta()).get(asked).results}
    assert days == {"2026-03-09", "2026-03-10"}


def test_the_nearest_times_lie_in_the_contract_too(api: Api) -> None:
    contract = launch_kit(ends_on=date(2026, 3, 10))
    late = wish(contract, starts_at="2026-03-10T16:00:00+01:00")
    assert api(marta()).post("/sessions/", late).status == 201
    nearest = api(marta()).post("/sessions/", late).body["nearest"]
    assert [row["starts_at"][:10] for row in nearest] == ["2026-03-10"] * 3


def test_nobody_is_offered_the_times_of_a_person_who_has_left(api: Api) -> None:
    contract = launch_kit()
    User.objects.filter(pk=giulia().pk).update(is_active=False)
    asked = f"/slots/?contract={contract.pk}&session_type=operations&from=2026-03-09&to=2026-03-13"
    assert api(marta()).get(asked).status == 400


def test_sixty_two_days_of_slots_may_be_asked_for(api: Api) -> None:
    asked = {"contract": launch_kit().pk, "session_type": "kickoff", "from_": "2026-03-01", "to": "2026-05-01"}
    assert api(marta()).get("/slots/", **asked).status == 200


def test_slots_are_for_those_who_may_book(api: Api) -> None:
    asked = {"contract": launch_kit().pk, "session_type": "kickoff", "from_": "2026-03-10", "to": "2026-03-10"}
    assert api(giulia()).get("/slots/", **asked).status == 200
    assert api(sofia()).get("/slots/", **asked).status == 200
    assert api(pekka()).get("/slots/", **asked).code == "not_allowed"
    assert api(luca()).get("/slots/", **asked).code == "not_found"
    assert api(hanna()).get("/slots/", **asked).pointers == {"/contract": "does_not_exist"}
    assert api(aino()).get("/slots/", **asked).pointers == {"/contract": "does_not_exist"}


def test_a_quote_says_what_a_booking_draws_and_changes_nothing(api: Api) -> None:
    contract = launch_kit()
    rate("EUR", "150.00")
    answer = api(marta()).post("/sessions/quote/", wish(contract))
    assert answer.status == 200
    assert answer.body.pop("quote")
    assert answer.body == {
        "included_minutes": 60,
        "overage_minutes": 0,
        "hourly_rate": "150.00",
        "amount": "0.00",
        "currency": "EUR",
        "displaced": [],
        "free_minutes_after": 180,
        "unpriced": False,
    }
    assert not ConsultingSession.objects.exists()


def test_a_quote_names_the_booking_that_would_be_displaced(api: Api) -> None:
    contract = launch_kit()
    rate("EUR", "150.00")
    for day in ("02", "03", "04"):
        logged(contract, "operations", 60, f"2026-02-{day} 10:00")
    later = booked(contract, "operations", 60, "2026-03-12 10:00", now=NOW)
    body = api(marta()).post("/sessions/quote/", wish(contract)).body
    assert (body["included_minutes"], body["overage_minutes"], body["amount"]) == (60, 0, "0.00")
    assert body["displaced"] == [{"session": later.pk, "overage_minutes": 60, "amount": "150.00"}]


def test_a_quote_without_a_rate_is_unpriced(api: Api) -> None:
    body = api(marta()).post("/sessions/quote/", wish(launch_kit(), session_type="supplementary-training")).body
    assert (body["overage_minutes"], body["hourly_rate"], body["amount"], body["unpriced"]) == (60, None, None, True)


def test_a_customer_admin_books(api: Api) -> None:
    contract = launch_kit()
    answer = api(marta()).post("/sessions/", wish(contract, message="Sizes, please"))
    assert answer.status == 201, answer.body
    session = ConsultingSession.objects.get()
    assert answer.body == {
        "id": session.pk,
        "reference": session.reference,
        "status": "booked",
        "contract": contract.pk,
        "session_type": "operations",
        "starts_at": "2026-03-10T09:00:00Z",
        "ends_at": "2026-03-10T10:00:00Z",
        "duration_minutes": 60,
        "staff": giulia().email,
        "attendees": [{**each, **UNANSWERED} for each in GUESTS],
        "accept_overage": False,
        "place": giulia().staff_profile.video_link,
        "message": "Sizes, please",
    }
    assert api(marta()).get(f"/sessions/{session.pk}/").body == answer.body
    assert api(luca()).get("/sessions/").results == []


def test_without_a_choice_the_dedicated_person_delivers(api: Api) -> None:
    body = wish(launch_kit())
    del body["staff"], body["accept_overage"]
    assert api(marta()).post("/sessions/", body).body["staff"] == giulia().email


def test_a_member_sees_the_session_that_they_attend_and_may_not_book(api: Api) -> None:
    contract = launch_kit()
    guests = [{"name": "Luca Bruni", "email": luca().email}]
    session = api(marta()).post("/sessions/", wish(contract, attendees=guests)).body["id"]
    assert [row["id"] for row in api(luca()).get("/sessions/").results] == [session]
    assert api(luca()).post("/sessions/", wish(contract)).code == "not_allowed"
    assert api(luca()).post(f"/sessions/{session}/cancel/").code == "not_allowed"


def test_a_taken_time_is_refused_with_the_nearest_free_ones(api: Api) -> None:
    contract = launch_kit()
    assert api(marta()).post("/sessions/", wish(contract)).status == 201
    answer = api(marta()).post("/sessions/", wish(contract))
    assert (answer.status, answer.code) == (409, "slot_taken")
    assert len(answer.body["nearest"]) == 3
    assert set(answer.body["nearest"][0]) == {"starts_at", "ends_at", "staff"}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"starts_at": "2026-03-03T08:30:00+01:00"}, 400, "too_soon"),
        ({"starts_at": "2026-02-03T10:00:00+01:00"}, 400, "too_soon"),
        ({"starts_at": "2026-03-10T10:10:00+01:00"}, 409, "outside_availability"),
        ({"starts_at": "2026-03-08T10:00:00+01:00"}, 409, "outside_availability"),
        ({"starts_at": "2026-07-06T10:00:00+02:00"}, 409, "outside_availability"),
        ({"starts_at": "2028-03-10T10:00:00+01:00"}, 400, "outside_contract"),
        ({"duration_minutes": 75}, 400, "too_long_for_type"),
        ({"session_type": "supplementary-training"}, 409, "terms_not_accepted"),
    ],
)
def test_a_booking_is_refused_by_code(api: Api, change: dict[str, Any], status: int, code: str) -> None:
    answer = api(marta()).post("/sessions/", wish(launch_kit(), **change))
    assert (answer.status, answer.code) == (status, code)
    assert not DiaryEntry.objects.exists()


@pytest.mark.parametrize("ask", ["slots", "quote", "book"])
def test_nobody_learns_by_asking_who_else_works_here(api: Api, ask: str) -> None:
    contract = launch_kit()

    def errors_for(email: str) -> Any:
        if ask == "slots":
            days = {"from_": "2026-03-10", "to": "2026-03-10"}
            answer = api(marta()).get("/slots/", contract=contract.pk, session_type="kickoff", staff=email, **days)
        else:
            address = "/sessions/quote/" if ask == "quote" else "/sessions/"
            answer = api(marta()).post(address, wish(contract) | {"staff": email})
        return answer.body["errors"]

    colleague, customer, stranger = (
        errors_for(email) for email in (tomas().email, marta().email, "nobody@oura.example")
    )
    assert [error["pointer"] for error in stranger] == ["/staff"]
    assert colleague == customer == stranger


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"duration_minutes": 50}, "/duration_minutes"),
        ({"duration_minutes": "60"}, "/duration_minutes"),
        ({"duration_minutes": 60.0}, "/duration_minutes"),
        ({"starts_at": "2026-03-10T10:00:00"}, "/starts_at"),
        ({"starts_at": "2026-03-10"}, "/starts_at"),
        ({"starts_at": "0000-03-10T10:00:00Z"}, "/starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "/starts_at"),
        ({"starts_at": "9999-12-31T23:59:59-14:00"}, "/starts_at"),
        ({"starts_at": 1_800_000_000}, "/starts_at"),
        ({"staff": "tomas.weber@oura.example"}, "/staff"),
        ({"staff": "marta@acme.example"}, "/staff"),
        ({"attendees": []}, "/attendees"),
        ({"attendees": "marta@acme.example"}, "/attendees"),
        ({"attendees": [{"name": "Ugo", "email": "ugo"}]}, "/attendees/0/email"),
        ({"attendees": [GUESTS[0], {"email": "ugo@guest.example"}]}, "/attendees/1/name"),
        ({"accept_overage": "yes"}, "/accept_overage"),
        ({"session_type": None}, "/session_type"),
        ({"contract": None}, "/contract"),
    ],
)
def test_a_malformed_booking_is_refused_with_a_pointer(api: Api, change: dict[str, Any], pointer: str) -> None:
    tomas()
    assert list(api(marta()).post("/sessions/", wish(launch_kit()) | change).pointers) == [pointer]
    assert not ConsultingSession.objects.exists()


def test_a_type_that_is_switched_off_is_refused(api: Api) -> None:
    contract = signed("launch-kit", types_switched_off=["software-training"])
    answer = api(marta()).post("/sessions/", wish(contract, session_type="software-training"))
    assert answer.pointers == {"/session_type": "invalid"}


def test_overage_is_accepted_with_the_quote_in_hand(api: Api) -> None:
    contract = used_up(launch_kit())
    caller = api(marta())
    refused = caller.post("/sessions/", wish(contract))
    assert (refused.status, refused.code) == (409, "overage_not_accepted")
    quoted = caller.post("/sessions/quote/", wish(contract)).body
    assert {name: refused.body["quote"][name] for name in quoted if name != "quote"} == {
        name: quoted[name] for name in quoted if name != "quote"
    }
    assert (quoted["overage_minutes"], quoted["amount"]) == (60, "150.00")
    accepted = caller.post("/sessions/", wish(contract, accept_overage=True, quote=quoted["quote"]))
    assert (accepted.status, accepted.body["accept_overage"]) == (201, True)
    assert OverageAcceptance.objects.get().accepted_by == marta()


def test_figures_that_rose_since_the_quote_are_shown_anew(api: Api) -> None:
    contract = used_up(launch_kit())
    caller = api(marta())
    seen = caller.post("/sessions/quote/", wish(contract)).body["quote"]
    rate("EUR", "200.00", contract=contract, valid_from=NOW.date())
    for quote in (seen, "made up"):
        answer = caller.post("/sessions/", wish(contract, accept_overage=True, quote=quote))
        assert (answer.code, answer.body["quote"]["amount"]) == ("overage_not_accepted", "200.00")
    assert not ConsultingSession.objects.filter(status="booked").exists()


def test_overage_is_accepted_by_a_customer_admin_alone(api: Api) -> None:
    contract = used_up(launch_kit())
    for person in (giulia(), sofia()):
        answer = api(person).post("/sessions/", wish(contract, accept_overage=True))
        assert (answer.status, answer.code) == (409, "overage_not_accepted")


def test_overage_without_a_rate_cannot_be_booked(api: Api) -> None:
    contract = with_terms_accepted(launch_kit())
    answer = api(marta()).post("/sessions/", wish(contract, session_type="supplementary-training", accept_overage=True))
    assert (answer.status, answer.code) == (409, "unpriced")


@pytest.mark.parametrize("path", ["/sessions/", "/sessions/quote/"])
def test_nobody_books_on_another_customers_contract(api: Api, path: str) -> None:
    contract = launch_kit()
    assert api(hanna()).post(path, wish(contract)).pointers == {"/contract": "does_not_exist"}
    assert api(aino()).post(path, wish(contract)).pointers == {"/contract": "does_not_exist"}
    assert api(pekka()).post(path, wish(contract)).code == "not_allowed"
    assert not ConsultingSession.objects.exists()


def test_a_customer_cancels_and_the_time_is_free_again(api: Api) -> None:
    contract = launch_kit()
    caller = api(marta())
    pk = caller.post("/sessions/", wish(contract)).body["id"]
    answer = caller.post(f"/sessions/{pk}/cancel/", {"reason": "Ill"})
    assert (answer.status, answer.body["status"]) == (200, "cancelled")
    assert caller.post("/sessions/", wish(contract)).status == 201
    again = caller.post(f"/sessions/{pk}/cancel/", {})
    assert 400 <= again.status < 500


def test_it_is_too_late_to_cancel_what_has_begun(api: Api) -> None:
    session = booked(launch_kit(), "operations", 60, "2026-03-10 10:00", now=NOW)
    with time_machine.travel(session.starts_at, tick=False):
        answer = api(marta()).post(f"/sessions/{session.pk}/cancel/")
    assert (answer.status, answer.code) == (409, "too_late")
    assert answer.body["call"]["email"] == giulia().email


def test_another_customers_session_does_not_exist(api: Api) -> None:
    session = booked(launch_kit(), "operations", 60, "2026-03-10 10:00", now=NOW)
    for person in (hanna(), aino(), luca()):
        assert api(person).get(f"/sessions/{session.pk}/").code == "not_found"
    for act in ("cancel", "no_show", "log"):
        body = {"reason": "x", "missing": "x", "started_at": "2026-03-10T10:00:00Z", "minutes": 5}
        assert api(hanna()).post(f"/sessions/{session.pk}/{act}/", body).code == "not_found"
        assert api(aino()).post(f"/sessions/{session.pk}/{act}/", body).code == "not_found"
    session.refresh_from_db()
    assert session.status == "booked"


def test_staff_keep_a_no_show_and_log_it_with_a_reason(api: Api) -> None:
    session = booked(launch_kit(), "operations", 60, "2026-03-10 10:00", now=NOW)
    path = f"/sessions/{session.pk}"
    assert api(giulia()).post(f"{path}/no_show/", {"missing": "Marta"}).pointers == {"": "invalid"}
    with time_machine.travel(session.ends_at, tick=False):
        caller = api(giulia())
        assert caller.post(f"{path}/no_show/", {"reason": "x"}).pointers == {"/missing": "required"}
        assert api(marta()).post(f"{path}/no_show/", {"missing": "Giulia"}).code == "not_allowed"
        assert api(pekka()).post(f"{path}/no_show/", {"missing": "Giulia"}).code == "not_allowed"
        answer = caller.post(f"{path}/no_show/", {"missing": "Marta", "reason": "Nobody came"})
        assert (answer.status, answer.body["status"]) == (200, "no_show")
        time = {"started_at": "2026-03-10T09:00:00Z", "minutes": 60}
        assert caller.post(f"{path}/log/", time).pointers == {"/reason": "invalid"}
        assert caller.post(f"{path}/log/", time | {"reason": "Prepared in vain"}).status == 201
    assert LedgerEntry.objects.get(session=session).basis == "no_show"


def test_staff_log_the_session_under_its_own_type_once(api: Api) -> None:
    session = booked(launch_kit(), "software-training", 60, "2026-03-10 10:00", now=NOW)
    path, time = f"/sessions/{session.pk}/log/", {"started_at": "2026-03-10T09:00:00Z", "minutes": 50, "note": "Done"}
    assert api(giulia()).post(path, time).code == "in_the_future"
    with time_machine.travel(session.ends_at, tick=False):
        assert api(marta()).post(path, time).code == "not_allowed"
        assert api(sofia()).post(path, time).code == "not_allowed"
        answer = api(giulia()).post(path, time)
        assert (answer.status, answer.body["session_type"], answer.body["session"], answer.body["minutes"]) == (
            201,
            "software-training",
            session.pk,
            50,
        )
        assert api(giulia()).get(f"/sessions/{session.pk}/").body["status"] == "held"
        later = time | {"started_at": "2026-03-10T09:05:00Z"}
        assert api(giulia()).post(path, later).code == "already_logged"


def test_the_same_instant_under_another_offset_is_the_same_time(api: Api) -> None:
    contract = launch_kit()
    assert api(marta()).post("/sessions/", wish(contract, starts_at="2026-04-07T10:00:00+02:00")).status == 201
    assert ConsultingSession.objects.get().starts_at == at("2026-04-07 10:00")
    assert api(marta()).post("/sessions/", wish(contract, starts_at="2026-04-07T17:00:00+09:00")).code == "slot_taken"


def test_addresses_of_others_are_for_who_sees_the_contract(api: Api) -> None:
    contract = launch_kit()
    people = [Guest(luca().name, luca().email, ("orders",)), Guest("Ugo", "ugo@guest.example")]
    session = booked(contract, "operations", 60, "2026-03-09 10:00", attendees=people)
    answer_invitation(attendee=session.attendees.get(user=luca()), answer="accepted", now=NOW)

    def shown_to(person: User) -> list[dict[str, Any]]:
        read: list[dict[str, Any]] = api(person).get(f"/sessions/{session.pk}/").body["attendees"]
        return read

    assert [each["email"] for each in shown_to(marta())] == [luca().email, "ugo@guest.example"]
    assert [each["email"] for each in shown_to(luca())] == [luca().email, None]
    (first, second) = shown_to(marta())
    assert (first["roles"], first["answer"], first["came"]) == (["orders"], "accepted", None)
    assert (second["roles"], second["answer"], second["answered_at"]) == ([], None, None)
