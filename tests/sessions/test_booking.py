"""Booking, cancelling, no-shows: every refusal and what is kept (DOMAIN.md §7)."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.refusals import InvalidInput, NotAllowed, Refusal
from customers.models import Role, User
from packages.models import Contract
from sessions.domain.attendees import Guest
from sessions.domain.booking import book_session
from sessions.domain.cancelling import cancel_session, mark_no_show
from sessions.domain.quotes import quote
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
from sessions.models import ConsultingSession, DiaryEntry, OverageAcceptance, SessionEvent
from tests.factories import (
    NOW,
    aino,
    at,
    booked,
    giulia,
    hanna,
    launch_kit,
    luca,
    marta,
    pekka,
    pro_lite,
    rate,
    sofia,
    staff,
    tomas,
    with_terms_accepted,
)

pytestmark = pytest.mark.django_db

MONDAY = at("2026-03-09 10:00")


@pytest.fixture
def contract() -> Contract:
    """120 minutes, 90.00 euro an hour, terms accepted."""
    rate("EUR", "90.00")
    return with_terms_accepted(pro_lite())


def attempt(contract: Contract, **different: Any) -> ConsultingSession:
    """Book what could be booked, but for what is `different`."""
    asked: dict[str, Any] = {
        "contract": contract,
        "session_type": "kickoff",
        "starts_at": MONDAY,
        "duration_minutes": 60,
        "staff": giulia(),
        "attendees": [Guest("Marta Ferri", "marta@acme.example")],
        "accept_overage": False,
        "by": marta(),
        "now": NOW,
    }
    return book_session(**{**asked, **different})


def nothing_is_kept() -> bool:
    """No session, no place in a diary, no event, no acceptance."""
    models = (ConsultingSession, DiaryEntry, SessionEvent, OverageAcceptance)
    return not any(model.objects.exists() for model in models)


class TestWhatIsKept:
    def test_the_session_with_place_people_and_event(self, contract: Contract) -> None:
        guests = [Guest(" Luca  Bruni ", "LUCA@acme.example"), Guest("Guest", "guest@elsewhere.example")]
        luca()
        session = attempt(contract, attendees=guests, duration_minutes=45, message=" Two new admins ")
        session = ConsultingSession.objects.get(pk=session.pk)
        assert (session.starts_at, session.ends_at) == (MONDAY, MONDAY + timedelta(minutes=45))
        assert (session.status, session.duration_minutes, session.sequence) == ("booked", 45, 0)
        assert (session.booked_by, session.booked_at, session.message) == (marta(), NOW, "Two new admins")
        assert session.place == giulia().staff_profile.video_link
        assert [(each.name, each.email, each.user) for each in session.attendees.order_by("pk")] == [
            ("Luca Bruni", "luca@acme.example", luca()),
            ("Guest", "guest@elsewhere.example", None),
        ]
        diary = DiaryEntry.objects.get(session=session)
        assert (diary.staff, diary.starts_at, diary.ends_at) == (giulia(), session.starts_at, session.ends_at)
        event = session.events.get()
        assert (event.kind, event.by, event.at) == ("booked", marta(), NOW)

    def test_somebody_of_another_customer_is_only_a_guest(self, contract: Contract) -> None:
        session = attempt(contract, attendees=[Guest("Hanna", hanna().email)])
        assert session.attendees.get().user is None

    def test_the_same_address_twice_is_one_attendee(self, contract: Contract) -> None:
        session = attempt(contract, attendees=[Guest("A", "a@acme.example"), Guest("B", "A@acme.example ")])
        assert session.attendees.get().name == "A"


class TestRefusals:
    @pytest.mark.parametrize(
        ("different", "refusal"),
        [
            ({"session_type": "party"}, InvalidInput),
            ({"duration_minutes": 75}, TooLongForType),
            ({"duration_minutes": 50}, InvalidInput),
            ({"duration_minutes": 0}, InvalidInput),
            ({"duration_minutes": -15}, InvalidInput),
            ({"attendees": []}, InvalidInput),
            ({"attendees": [Guest("Marta", "not an address")]}, InvalidInput),
            ({"attendees": [Guest(" ", "marta@acme.example")]}, InvalidInput),
            ({"attendees": [Guest("A" * 151, "marta@acme.example")]}, InvalidInput),
            ({"attendees": [Guest(f"P{n}", f"p{n}@acme.example") for n in range(51)]}, InvalidInput),
            ({"starts_at": at("2026-01-30 23:30"), "now": at("2026-01-20 10:00")}, OutsideContract),
            ({"starts_at": at("2027-02-01 10:00"), "now": at("2027-01-20 10:00")}, OutsideContract),
            ({"starts_at": at("2026-03-03 08:30")}, TooSoon),
            ({"starts_at": at("2026-03-01 10:00")}, TooSoon),
            ({"starts_at": at("2026-03-09 10:10")}, OutsideAvailability),
            ({"starts_at": at("2026-05-04 10:00")}, OutsideAvailability),
            ({"starts_at": at("2026-03-14 10:00")}, OutsideAvailability),
        ],
    )
    def test_of_what_cannot_be_booked(
        self, contract: Contract, different: dict[str, Any], refusal: type[Refusal]
    ) -> None:
        with pytest.raises(refusal):
            attempt(contract, **different)
        assert nothing_is_kept()

    @pytest.mark.parametrize("stranger", [luca, hanna, aino, tomas, pekka])
    def test_of_who_may_not_book(self, contract: Contract, stranger: Callable[[], User]) -> None:
        with pytest.raises(NotAllowed):
            attempt(contract, by=stranger())
        assert nothing_is_kept()

    @pytest.mark.parametrize("person", [marta, giulia, sofia])
    def test_of_nobody_who_may(self, contract: Contract, person: Callable[[], User]) -> None:
        assert attempt(contract, by=person()).booked_by == person()

    def test_of_staff_who_are_not_on_the_team_or_gone(self, contract: Contract) -> None:
        for person in (tomas(), sofia(), marta()):
            with pytest.raises(InvalidInput) as refused:
                attempt(contract, staff=person)
            assert refused.value.field == "staff"
        User.objects.filter(pk=giulia().pk).update(is_active=False)
        with pytest.raises(InvalidInput):
            attempt(contract, staff=User.objects.get(pk=giulia().pk))

    def test_of_a_voided_contract_and_of_a_type_switched_off(self) -> None:
        contract = launch_kit(types_switched_off=["kickoff"])
        with pytest.raises(InvalidInput, match="does not have that session type"):
            attempt(contract)
        Contract.objects.filter(pk=contract.pk).update(voided_at=NOW, voided_by=sofia())
        with pytest.raises(InvalidInput, match="voided"):
            attempt(contract, session_type="operations")

    def test_the_limits_of_the_term_are_days_of_the_contracts_zone(self) -> None:
        contract = pro_lite(starts_on=date(2026, 3, 9), ends_on=date(2026, 3, 9))
        assert attempt(contract, starts_at=at("2026-03-09 00:00"), by=giulia()).pk
        assert attempt(contract, starts_at=at("2026-03-09 23:30"), by=giulia()).pk
        with pytest.raises(OutsideContract):
            attempt(contract, starts_at=at("2026-03-10 00:00"), by=giulia())


class TestOneDiary:
    def test_a_taken_time_is_refused_with_the_nearest_free_ones(self, contract: Contract) -> None:
        attempt(contract)
        with pytest.raises(SlotTaken, match="just been taken") as refused:
            attempt(launch_kit(), starts_at=at("2026-03-09 10:30"))
        assert len(refused.value.facts["nearest"]) == 3
        assert ConsultingSession.objects.count() == 1

    def test_the_diary_is_one_for_all_customers_and_staff_may_book_into_the_buffer(self, contract: Contract) -> None:
        attempt(contract)
        other = launch_kit()
        with pytest.raises(SlotTaken):
            attempt(other, starts_at=at("2026-03-09 11:00"))
        assert attempt(other, starts_at=at("2026-03-09 11:00"), by=giulia()).pk
        with pytest.raises(SlotTaken):
            attempt(other, starts_at=at("2026-03-09 11:30"), by=sofia())

    def test_a_cancelled_session_gives_its_time_back(self, contract: Contract) -> None:
        cancel_session(session=attempt(contract), by=marta(), reason="", now=NOW)
        assert attempt(contract).status == "booked"

    def test_where_only_the_constraint_stands_the_loser_hears_the_same(
        self, contract: Contract, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        attempt(contract)
        monkeypatch.setattr("sessions.domain.availability.check_slot", lambda **_asked: None)
        with pytest.raises(SlotTaken):
            attempt(contract, starts_at=at("2026-03-09 10:30"))
        assert ConsultingSession.objects.count() == 1


class TestOverage:
    """What costs money needs the terms, a rate, and a customer admin who accepts."""

    COSTLY: dict[str, Any] = {"session_type": "supplementary-training"}

    def test_the_terms_come_first(self) -> None:
        contract = pro_lite()
        with pytest.raises(TermsNotAccepted):
            attempt(contract, **self.COSTLY, accept_overage=True)
        assert attempt(contract).status == "booked"

    def test_without_a_rate_it_is_unpriced(self) -> None:
        contract = with_terms_accepted(pro_lite())
        with pytest.raises(Unpriced):
            attempt(contract, **self.COSTLY, accept_overage=True)
        assert nothing_is_kept()

    def test_the_refusal_says_what_it_would_cost(self, contract: Contract) -> None:
        with pytest.raises(OverageNotAccepted) as refused:
            attempt(contract, **self.COSTLY)
        assert refused.value.facts["quote"] == {
            "included_minutes": 0,
            "overage_minutes": 60,
            "displaced_minutes": 0,
            "amount": "90.00",
            "currency": "EUR",
        }
        assert nothing_is_kept()

    @pytest.mark.parametrize("person", [giulia, sofia])
    def test_nobody_accepts_for_the_customer(self, contract: Contract, person: Callable[[], User]) -> None:
        with pytest.raises(OverageNotAccepted, match="a customer admin has to accept"):
            attempt(contract, **self.COSTLY, accept_overage=True, by=person())

    def test_displaced_overage_needs_acceptance_too(self, contract: Contract) -> None:
        for day in (10, 11):
            attempt(contract, starts_at=at(f"2026-03-{day} 10:00"))
        with pytest.raises(OverageNotAccepted) as refused:
            attempt(contract)
        assert refused.value.facts["quote"]["displaced_minutes"] == 60
        session = attempt(contract, accept_overage=True)
        kept = OverageAcceptance.objects.get(session=session)
        assert (kept.overage_minutes, kept.displaced_minutes, kept.amount) == (0, 60, Decimal("90.00"))

    def test_an_included_session_keeps_no_acceptance_even_if_one_ticked_the_box(self, contract: Contract) -> None:
        attempt(contract, accept_overage=True)
        assert not OverageAcceptance.objects.exists()


class TestFiguresThatRose:
    """A quote is sealed when it is shown; what costs more by then is shown anew (DOMAIN.md §7)."""

    COSTLY: dict[str, Any] = {
        "session_type": "operations",
        "starts_at": at("2026-03-12 10:00"),
        "accept_overage": True,
    }

    def seal(self, contract: Contract) -> str:
        return quote(
            contract=contract, session_type="operations", starts_at=at("2026-03-12 10:00"), duration_minutes=60
        ).seal()

    @pytest.fixture
    def nearly_used_up(self, contract: Contract) -> Contract:
        booked(contract, "kickoff", 60, "2026-03-10 10:00")
        booked(contract, "operations", 30, "2026-03-11 10:00")
        return contract

    def test_the_price_that_was_seen_holds(self, nearly_used_up: Contract) -> None:
        session = attempt(nearly_used_up, **self.COSTLY, sealed_quote=self.seal(nearly_used_up))
        assert OverageAcceptance.objects.get(session=session).amount == Decimal("45.00")

    def test_more_minutes_are_shown_anew(self, nearly_used_up: Contract) -> None:
        seen = self.seal(nearly_used_up)
        booked(nearly_used_up, "operations", 15, "2026-03-09 10:00")
        with pytest.raises(OverageNotAccepted, match="changed since you saw it") as refused:
            attempt(nearly_used_up, **self.COSTLY, sealed_quote=seen)
        assert refused.value.facts["quote"]["amount"] == "67.50"

    def test_a_higher_rate_is_shown_anew(self, nearly_used_up: Contract) -> None:
        seen = self.seal(nearly_used_up)
        rate("EUR", "91.00", valid_from=date(2026, 3, 12))
        with pytest.raises(OverageNotAccepted, match="changed since you saw it"):
            attempt(nearly_used_up, **self.COSTLY, sealed_quote=seen)

    def test_a_lower_price_is_booked_at_once(self, nearly_used_up: Contract) -> None:
        seen = self.seal(nearly_used_up)
        rate("EUR", "60.00", valid_from=date(2026, 3, 12))
        session = attempt(nearly_used_up, **self.COSTLY, sealed_quote=seen)
        assert OverageAcceptance.objects.get(session=session).amount == Decimal("30.00")

    def test_a_seal_of_another_contract_or_a_broken_one_counts_as_unseen(self, nearly_used_up: Contract) -> None:
        other = with_terms_accepted(pro_lite())
        booked(other, "kickoff", 60, "2026-03-16 10:00")
        for seal in (self.seal(other), self.seal(nearly_used_up)[:-1] + "x", "nonsense"):
            with pytest.raises(OverageNotAccepted):
                attempt(nearly_used_up, **self.COSTLY, sealed_quote=seal)

    @pytest.mark.parametrize(
        "other",
        [
            {"session_type": "supplementary-training"},
            {"starts_at": at("2026-03-13 10:00")},
            {"duration_minutes": 45},
        ],
    )
    def test_a_seal_of_another_meeting_counts_as_unseen(self, nearly_used_up: Contract, other: dict[str, Any]) -> None:
        """Even where it costs less than what was seen: the tick was for another meeting."""
        seen = self.seal(nearly_used_up)
        rate("EUR", "10.00", valid_from=date(2026, 3, 12))
        with pytest.raises(OverageNotAccepted, match="changed since you saw it"):
            attempt(nearly_used_up, **(self.COSTLY | other), sealed_quote=seen)


class TestCancelling:
    @pytest.fixture
    def session(self, contract: Contract) -> ConsultingSession:
        return attempt(contract)

    def test_in_time_is_free_and_kept_with_its_reason(self, session: ConsultingSession) -> None:
        cancel_session(session=session, by=marta(), reason=" Holiday ", now=MONDAY - timedelta(hours=24))
        event = session.events.get(kind="cancelled")
        assert (event.by, event.reason, event.details["late"]) == (marta(), "Holiday", False)
        assert ConsultingSession.objects.get(pk=session.pk).sequence == 1
        assert not DiaryEntry.objects.exists()

    def test_later_it_is_marked_late_until_the_start(self, session: ConsultingSession) -> None:
        cancel_session(session=session, by=marta(), reason="Ill", now=MONDAY - timedelta(seconds=1))
        assert session.events.get(kind="cancelled").details["late"] is True

    def test_from_the_start_on_it_is_too_late_and_says_whom_to_call(self, session: ConsultingSession) -> None:
        with pytest.raises(TooLate) as refused:
            cancel_session(session=session, by=marta(), reason="Ill", now=MONDAY)
        assert refused.value.facts["call"] == {
            "name": "Giulia Conti",
            "email": giulia().email,
            "phone": "+39 02 1234",
        }
        assert ConsultingSession.objects.get(pk=session.pk).status == "booked"

    def test_staff_are_not_late(self, session: ConsultingSession) -> None:
        cancel_session(session=session, by=giulia(), reason="Ill", now=MONDAY)
        assert session.events.get(kind="cancelled").details["late"] is False

    def test_happens_once(self, session: ConsultingSession) -> None:
        again = ConsultingSession.objects.get(pk=session.pk)
        cancel_session(session=session, by=marta(), reason="", now=NOW)
        with pytest.raises(WrongState):
            cancel_session(session=again, by=marta(), reason="", now=NOW)

    @pytest.mark.parametrize("stranger", [luca, hanna, aino, pekka])
    def test_is_for_who_may_book(self, session: ConsultingSession, stranger: Callable[[], User]) -> None:
        with pytest.raises(NotAllowed):
            cancel_session(session=session, by=stranger(), reason="", now=NOW)


class TestNoShow:
    @pytest.fixture
    def session(self, contract: Contract) -> ConsultingSession:
        return attempt(contract)

    def test_names_who_was_missing(self, session: ConsultingSession) -> None:
        mark_no_show(session=session, by=giulia(), reason="Waited", missing=" Marta ", now=MONDAY)
        assert ConsultingSession.objects.get(pk=session.pk).status == "no_show"
        event = session.events.get(kind="no_show")
        assert (event.details["missing"], event.reason) == ("Marta", "Waited")

    def test_is_for_staff_from_the_start_on(self, session: ConsultingSession) -> None:
        with pytest.raises(InvalidInput):
            mark_no_show(session=session, by=giulia(), reason="", missing="Marta", now=MONDAY - timedelta(seconds=1))
        with pytest.raises(InvalidInput) as refused:
            mark_no_show(session=session, by=giulia(), reason="", missing=" ", now=MONDAY)
        assert refused.value.field == "missing"
        for stranger in (marta(), aino(), pekka()):
            with pytest.raises(NotAllowed):
                mark_no_show(session=session, by=stranger, reason="", missing="Marta", now=MONDAY)

    def test_happens_to_booked_sessions_alone(self, session: ConsultingSession) -> None:
        cancel_session(session=session, by=marta(), reason="", now=NOW)
        with pytest.raises(WrongState):
            mark_no_show(session=session, by=giulia(), reason="", missing="Marta", now=MONDAY)


def test_two_people_of_a_team_can_be_booked_at_the_same_time(contract: Contract) -> None:
    colleague = staff("Carla Csm", Role.CSM)
    contract.team_members.create(staff=colleague)
    attempt(contract)
    assert attempt(contract, staff=colleague).staff == colleague
