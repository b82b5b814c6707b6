"""Moving a session and handing it to a colleague: every refusal, what is kept, what it costs (DOMAIN.md §7)."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.refusals import InvalidInput, NotAllowed, Refusal
from customers.domain.names import refer_to
from customers.models import User
from packages.models import Contract
from sessions.domain.cancelling import cancel_session
from sessions.domain.changes import move_session, quote_move, reassign_session
from sessions.domain.refusals import (
    OutsideAvailability,
    OutsideContract,
    OverageNotAccepted,
    SlotTaken,
    TermsNotAccepted,
    TooLate,
    TooLongForType,
    TooSoon,
    Unpriced,
    WrongState,
)
from sessions.models import ConsultingSession, DiaryEntry, SessionEvent
from tests.factories import (
    NOW,
    aino,
    at,
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
    sofia,
    tomas,
    with_terms_accepted,
)

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY = at("2026-03-09 10:00"), at("2026-03-10 14:00")


@pytest.fixture
def contract() -> Contract:
    """120 minutes, Giulia and Tomas, 90.00 euro an hour, terms accepted."""
    rate("EUR", "90.00")
    return with_terms_accepted(pro_lite(others=[tomas()]))


@pytest.fixture
def session(contract: Contract) -> ConsultingSession:
    """An hour with Giulia on Monday."""
    return booked(contract, "operations", 60, MONDAY, now=NOW)


def attempt(session: ConsultingSession, **different: Any) -> ConsultingSession:
    """Move to Tuesday, as Marta, but for what is `different`."""
    asked: dict[str, Any] = {
        "session": session,
        "starts_at": TUESDAY,
        "duration_minutes": session.duration_minutes,
        "staff": session.staff,
        "accept_overage": False,
        "by": marta(),
        "now": NOW,
    }
    return move_session(**{**asked, **different})


def stands_where_it_stood(session: ConsultingSession) -> bool:
    """The session, its place in the diary and its history are as they were."""
    now = ConsultingSession.objects.get(pk=session.pk)
    place = DiaryEntry.objects.get(session=session)
    return (
        (now.starts_at, now.staff_id, now.duration_minutes, now.sequence) == (MONDAY, giulia().pk, 60, 0)
        and (place.staff_id, place.starts_at) == (giulia().pk, MONDAY)
        and not session.events.exclude(kind="booked").exists()
    )


class TestWhatIsKept:
    def test_the_same_session_at_another_time_with_its_place_in_the_diary(self, session: ConsultingSession) -> None:
        attempt(session, duration_minutes=45, reason=" We travel. ")
        moved = ConsultingSession.objects.get()
        assert (moved.pk, moved.status, moved.sequence) == (session.pk, "booked", 1)
        assert (moved.starts_at, moved.ends_at) == (TUESDAY, TUESDAY + timedelta(minutes=45))
        place = DiaryEntry.objects.get()
        assert (place.session, place.staff, place.starts_at, place.ends_at) == (
            moved,
            giulia(),
            moved.starts_at,
            moved.ends_at,
        )
        event = SessionEvent.objects.get(kind="moved")
        assert (event.by, event.at, event.reason) == (marta(), NOW, "We travel.")
        assert event.details["from"] == {"starts_at": MONDAY.isoformat(), "minutes": 60, "staff": refer_to(giulia())}
        assert event.details["starts_at"] == TUESDAY.isoformat()

    def test_another_person_at_another_time_brings_their_own_video_link(self, session: ConsultingSession) -> None:
        attempt(session, staff=tomas())
        moved = ConsultingSession.objects.get()
        assert (moved.staff, moved.place) == (tomas(), tomas().staff_profile.video_link)
        assert DiaryEntry.objects.get().staff == tomas()
        assert [event.kind for event in moved.events.all()] == ["booked", "moved"]

    def test_a_place_of_the_sessions_own_goes_along(self, session: ConsultingSession) -> None:
        ConsultingSession.objects.filter(pk=session.pk).update(place="Via Roma 1, Milan")
        attempt(session, staff=tomas())
        assert ConsultingSession.objects.get().place == "Via Roma 1, Milan"

    def test_it_can_overlap_its_own_old_place(self, session: ConsultingSession) -> None:
        attempt(session, starts_at=at("2026-03-09 10:30"))
        assert ConsultingSession.objects.get().starts_at == at("2026-03-09 10:30")

    def test_moving_back_is_the_undo(self, session: ConsultingSession) -> None:
        attempt(session)
        attempt(session, starts_at=MONDAY)
        moved = ConsultingSession.objects.get()
        assert (moved.starts_at, moved.sequence) == (MONDAY, 2)
        assert [event.kind for event in moved.events.all()] == ["booked", "moved", "moved"]

    def test_the_time_that_it_left_can_be_booked_at_once(self, contract: Contract, session: ConsultingSession) -> None:
        attempt(session)
        assert booked(contract, "kickoff", 60, MONDAY, now=NOW).starts_at == MONDAY


class TestRefusals:
    @pytest.mark.parametrize(
        ("different", "refusal"),
        [
            ({"starts_at": MONDAY}, InvalidInput),
            ({"duration_minutes": 75}, TooLongForType),
            ({"duration_minutes": 50}, InvalidInput),
            ({"staff": aino}, InvalidInput),
            ({"starts_at": at("2027-02-01 10:00"), "now": at("2026-03-01 10:00")}, OutsideContract),
            ({"starts_at": at("2026-03-03 08:30")}, TooSoon),
            ({"starts_at": at("2026-03-10 10:10")}, OutsideAvailability),
            ({"starts_at": at("2026-05-04 10:00")}, OutsideAvailability),
            ({"now": MONDAY - timedelta(hours=23)}, TooLate),
            ({"now": MONDAY + timedelta(hours=1)}, TooLate),
        ],
    )
    def test_of_a_move_that_cannot_be(
        self, session: ConsultingSession, different: dict[str, Any], refusal: type[Refusal]
    ) -> None:
        called = {name: value() if callable(value) else value for name, value in different.items()}
        with pytest.raises(refusal):
            attempt(session, **called)
        assert stands_where_it_stood(session)

    @pytest.mark.parametrize("stranger", [luca, hanna, aino, pekka])
    def test_of_who_may_not_move(self, session: ConsultingSession, stranger: Callable[[], User]) -> None:
        with pytest.raises(NotAllowed):
            attempt(session, by=stranger())
        assert stands_where_it_stood(session)

    def test_of_a_time_that_another_meeting_has(self, contract: Contract, session: ConsultingSession) -> None:
        booked(contract, "kickoff", 60, TUESDAY, now=NOW)
        with pytest.raises(SlotTaken) as refusal:
            attempt(session)
        assert len(refusal.value.facts["nearest"]) == 3
        assert stands_where_it_stood(session)

    def test_of_a_session_that_is_booked_no_more(self, session: ConsultingSession) -> None:
        cancel_session(session=session, by=marta(), reason="", now=NOW)
        with pytest.raises(WrongState):
            attempt(session)

    def test_exactly_at_the_cut_off_it_is_not_too_late(self, session: ConsultingSession) -> None:
        attempt(session, now=MONDAY - timedelta(hours=24), starts_at=at("2026-03-12 10:00"))
        assert session.starts_at == at("2026-03-12 10:00")

    def test_too_late_names_whom_to_call(self, session: ConsultingSession) -> None:
        with pytest.raises(TooLate) as refusal:
            attempt(session, now=MONDAY - timedelta(hours=1))
        assert refusal.value.facts["call"] == {
            "name": "Giulia Conti",
            "email": "giulia.conti@oura.example",
            "phone": "+39 02 1234",
        }

    @pytest.mark.parametrize("person", [giulia, sofia, tomas])
    def test_the_diary_alone_binds_staff(self, session: ConsultingSession, person: Callable[[], User]) -> None:
        an_hour_before = MONDAY - timedelta(hours=1)
        attempt(session, by=person(), now=an_hour_before, starts_at=at("2026-03-09 21:10"))
        assert session.starts_at == at("2026-03-09 21:10")

    def test_nobody_moves_into_the_past(self, session: ConsultingSession) -> None:
        with pytest.raises(TooSoon):
            attempt(session, by=giulia(), starts_at=NOW - timedelta(hours=1))


class TestMoney:
    """60 of the 120 minutes are used; what stands is included."""

    @pytest.fixture
    def session(self, contract: Contract) -> ConsultingSession:
        logged(contract, "operations", 60, "2026-02-10 10:00")
        return booked(contract, "operations", 60, MONDAY, now=NOW)

    def test_it_is_quoted_without_its_old_place(self, session: ConsultingSession) -> None:
        offer = quote_move(session=session, starts_at=TUESDAY, duration_minutes=60, staff=giulia(), by=marta(), now=NOW)
        assert (offer.quote.included_minutes, offer.quote.overage_minutes, offer.must_be_accepted) == (60, 0, False)
        assert stands_where_it_stood(session)

    def test_overage_that_it_brings_has_to_be_accepted(self, contract: Contract, session: ConsultingSession) -> None:
        """Behind another booking the hour is no longer covered."""
        booked(contract, "operations", 60, TUESDAY, by=marta(), accept_overage=True, now=NOW)
        # The booking on Tuesday is overage now; moved behind it, this one would be instead: no figure rises.
        later = at("2026-03-11 10:00")
        offer = quote_move(session=session, starts_at=later, duration_minutes=60, staff=giulia(), by=marta(), now=NOW)
        assert (offer.quote.total_overage_minutes, offer.stands.total_overage_minutes) == (60, 60)
        assert not offer.must_be_accepted
        attempt(session, starts_at=later)
        assert session.overage_acceptances.count() == 0

    def test_a_move_out_of_the_window_costs(self) -> None:
        rate("EUR", "90.00")
        kit = launch_kit()
        session = booked(kit, "operations", 60, "2026-04-30 10:00", now=at("2026-04-20 10:00"))
        after_the_window = {"starts_at": at("2026-05-04 10:00"), "now": at("2026-04-20 10:00")}
        with pytest.raises(TermsNotAccepted):
            attempt(session, **after_the_window)
        with_terms_accepted(kit)
        with pytest.raises(OverageNotAccepted) as refusal:
            attempt(session, **after_the_window)
        assert refusal.value.facts["quote"]["overage_minutes"] == 60
        with pytest.raises(OverageNotAccepted):
            attempt(session, **after_the_window, by=giulia(), accept_overage=True)
        attempt(session, **after_the_window, accept_overage=True)
        kept = session.overage_acceptances.get()
        assert (kept.overage_minutes, kept.amount, kept.accepted_by) == (60, Decimal("90.00"), marta())
        # Moved once more, still beyond the window, it costs what was accepted: nobody is asked again.
        attempt(session, starts_at=at("2026-05-05 10:00"), now=at("2026-04-20 10:00"))
        assert session.overage_acceptances.count() == 1

    def test_a_higher_rate_on_the_new_day_is_accepted_anew(self) -> None:
        rate("EUR", "90.00")
        rate("EUR", "100.00", valid_from=date(2026, 3, 10))
        contract = with_terms_accepted(pro_lite())
        session = booked(contract, "supplementary-training", 60, MONDAY, accept_overage=True, now=NOW)
        with pytest.raises(OverageNotAccepted):
            attempt(session)
        attempt(session, accept_overage=True)
        assert [kept.amount for kept in session.overage_acceptances.order_by("pk")] == [Decimal(90), Decimal(100)]

    def test_a_stale_quote_is_shown_anew(self) -> None:
        rate("EUR", "90.00")
        contract = with_terms_accepted(pro_lite())
        session = booked(contract, "supplementary-training", 30, MONDAY, accept_overage=True, now=NOW)
        asked: dict[str, Any] = {"session": session, "starts_at": TUESDAY, "duration_minutes": 60, "staff": giulia()}
        seen = quote_move(**asked, by=marta(), now=NOW).quote.seal()
        rate("EUR", "120.00", valid_from=date(2026, 3, 10), now=NOW)
        with pytest.raises(OverageNotAccepted):
            move_session(**asked, by=marta(), now=NOW, accept_overage=True, sealed_quote=seen)

    def test_overage_without_a_rate_is_refused(self) -> None:
        kit = with_terms_accepted(launch_kit())
        session = booked(kit, "operations", 60, "2026-04-30 10:00", now=at("2026-04-20 10:00"))
        with pytest.raises(Unpriced):
            attempt(session, starts_at=at("2026-05-04 10:00"), now=at("2026-04-20 10:00"), accept_overage=True)


class TestReassigning:
    def test_the_colleague_delivers_at_the_same_time(self, session: ConsultingSession) -> None:
        reassign_session(session=session, to=tomas(), by=giulia(), now=NOW, reason="I am away.")
        handed = ConsultingSession.objects.get()
        assert (handed.staff, handed.starts_at, handed.sequence) == (tomas(), MONDAY, 1)
        assert handed.place == tomas().staff_profile.video_link
        assert DiaryEntry.objects.get().staff == tomas()
        event = handed.events.get(kind="reassigned")
        assert (event.by, event.reason, event.details["staff"]) == (giulia(), "I am away.", refer_to(tomas()))

    def test_of_nobody_but_the_delivery_team_and_operations(self, session: ConsultingSession) -> None:
        for person in (marta(), luca(), hanna(), aino(), pekka()):
            with pytest.raises(NotAllowed):
                reassign_session(session=session, to=tomas(), by=person, now=NOW)
        reassign_session(session=session, to=tomas(), by=sofia(), now=NOW)

    def test_refused_are_strangers_to_the_team_and_who_has_it(self, session: ConsultingSession) -> None:
        for person in (aino(), giulia()):
            with pytest.raises(InvalidInput):
                reassign_session(session=session, to=person, by=giulia(), now=NOW)
        assert stands_where_it_stood(session)

    def test_refused_is_a_colleague_who_has_a_meeting_then(self, session: ConsultingSession) -> None:
        theirs = pro_lite(globex(), dedicated=giulia(), others=[tomas()])
        booked(theirs, "kickoff", 60, MONDAY, by=hanna(), staff=tomas(), now=NOW)
        with pytest.raises(SlotTaken):
            reassign_session(session=session, to=tomas(), by=giulia(), now=NOW)
        assert stands_where_it_stood(session)

    def test_what_was_held_stays_with_who_held_it(self, contract: Contract) -> None:
        session = booked(contract, "kickoff", 60, "2026-02-16 10:00")
        logged(contract, "kickoff", 60, "2026-02-16 10:00", session=session)
        with pytest.raises(WrongState):
            reassign_session(session=session, to=tomas(), by=giulia(), now=NOW)
