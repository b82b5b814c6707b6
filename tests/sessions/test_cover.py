"""Who is away, and who covers: times, rights and mail for as long as it lasts (DOMAIN.md §7, docs/adr/0013)."""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from core.refusals import InvalidInput
from customers.domain.queries import COVER_LINGERS, customers_visible_to, lead_of
from customers.models import Customer, Role, User
from packages.domain.contracts import contracts_visible_to, is_on_team, may_log_on
from packages.models import Contract
from sessions.domain.absence import take_time_off
from sessions.domain.acts import whom_to_call
from sessions.domain.attendees import Guest
from sessions.domain.availability import Slot, days
from sessions.domain.booking import book_session
from sessions.domain.cover import bookable_people, who_answers_for
from sessions.models import ConsultingSession, TimeOff
from tests.factories import (
    NOW,
    acme,
    aino,
    at,
    giulia,
    globex,
    hanna,
    launch_kit,
    marta,
    pro_lite,
    staff,
    tomas,
)
from tests.sessions.booking_pages import address, details, signed_in, text_of

pytestmark = pytest.mark.django_db

AWAY, BACK = date(2026, 3, 10), date(2026, 3, 12)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contract() -> Contract:
    return launch_kit()


def matteo() -> User:
    """An account manager in Rome, on no team; he works from 10 to 12 on Mondays to Fridays."""
    return staff("Matteo Riva", Role.AM, Role.CSM, working=(10, 12))


def away(cover: User | None, *customers: Customer, person: User | None = None) -> TimeOff:
    """Giulia is away on Tuesday and Wednesday, 10 and 11 March."""
    return take_time_off(
        staff=person or giulia(),
        starts_at=at("2026-03-10 00:00"),
        ends_at=at("2026-03-12 00:00"),
        reason="",
        cover=cover,
        cover_customers=customers,
        seen=(),
        now=NOW,
    )


def slots_on(day: date, contract: Contract | None) -> list[Slot]:
    found = days(
        staff=giulia(), first=day, last=day, zone="Europe/Rome", duration_minutes=60, now=NOW, contract=contract
    )
    return found[0].slots


def told(slots: list[Slot]) -> list[tuple[str, str]]:
    return [(f"{slot.starts_at.astimezone(ZoneInfo('Europe/Rome')):%H:%M}", slot.staff.name) for slot in slots]


class TestTimes:
    def test_of_the_cover_are_offered_while_the_person_is_away(self, contract: Contract) -> None:
        away(matteo())
        assert told(slots_on(AWAY, contract)) == [(f"{wall}", "Matteo Riva") for wall in ("10:00", "10:30", "11:00")]
        assert {slot.staff for slot in slots_on(BACK, contract)} == {giulia()}
        assert {slot.staff for slot in slots_on(AWAY - timedelta(days=1), contract)} == {giulia()}

    def test_are_those_that_the_cover_has_free(self, contract: Contract) -> None:
        away(matteo())
        TimeOff.objects.create(staff=matteo(), starts_at=at("2026-03-10 10:00"), ends_at=at("2026-03-10 11:00"))
        assert told(slots_on(AWAY, contract)) == [("11:00", "Matteo Riva")]

    def test_there_are_none_without_a_cover(self, contract: Contract) -> None:
        away(None)
        assert slots_on(AWAY, contract) == []

    def test_there_are_none_for_a_customer_that_is_not_covered(self, contract: Contract) -> None:
        theirs = launch_kit(globex(), dedicated=giulia())
        away(matteo(), globex())
        assert slots_on(AWAY, contract) == []
        assert told(slots_on(AWAY, theirs))[0] == ("10:00", "Matteo Riva")

    def test_there_are_none_of_somebody_whom_the_package_does_not_allow(self) -> None:
        contract = launch_kit()
        away(tomas())  # an engineer, where the package is delivered by account managers
        assert slots_on(AWAY, contract) == []

    def test_there_are_none_of_somebody_who_left(self, contract: Contract) -> None:
        away(matteo())
        User.objects.filter(pk=matteo().pk).update(is_active=False)
        assert slots_on(AWAY, contract) == []


class TestBooking:
    def book(self, contract: Contract, wall: str, *, by: User) -> ConsultingSession:
        return book_session(
            contract=contract,
            session_type="operations",
            starts_at=at(wall),
            duration_minutes=60,
            staff=matteo(),
            attendees=[Guest("Luca Bruni", "luca@acme.example")],
            accept_overage=False,
            by=by,
            now=NOW,
        )

    def test_a_customer_books_the_cover_on_those_days_alone(self, contract: Contract) -> None:
        away(matteo())
        assert self.book(contract, "2026-03-11 11:00", by=marta()).staff == matteo()
        for wall in ("2026-03-09 11:00", "2026-03-12 11:00"):
            with pytest.raises(InvalidInput, match="does not deliver"):
                self.book(contract, wall, by=marta())

    def test_the_cover_books_as_staff(self, contract: Contract) -> None:
        away(matteo())
        assert self.book(contract, "2026-03-10 18:10", by=matteo()).staff == matteo()

    def test_the_page_says_who_covers_and_leads_to_their_times(self, contract: Contract) -> None:
        away(matteo())
        customer = signed_in(marta())
        response = customer.get(address("book-time", contract, day="2026-03-10"))
        shown = text_of(response)
        assert "Giulia Conti is away from 10 Mar 2026 to 11 Mar 2026. Matteo Riva covers" in shown
        time = response.context["free"].times[0]
        assert (time.clock, time.cover) == ("10:00", "Matteo Riva")
        assert f"staff={matteo().pk}" in time.href
        assert customer.get(time.href).status_code == 200

    def test_the_last_screen_is_there_for_the_cover(self, contract: Contract) -> None:
        away(matteo())
        page = details(contract, "2026-03-10 10:00", staff=str(matteo().pk))
        assert "Matteo Riva" in text_of(signed_in(marta()).get(page))

    def test_who_may_be_asked_for_times_are_the_team_and_those_who_cover_from_now_on(self, contract: Contract) -> None:
        away(matteo())
        assert bookable_people(contract, now=NOW) == [giulia(), matteo()]
        assert bookable_people(contract, now=at("2026-03-12 00:00")) == [giulia()]


class TestRights:
    def test_the_cover_serves_the_customer_until_some_days_after(self, contract: Contract) -> None:
        assert not contracts_visible_to(matteo()).exists()
        time_off = away(matteo())
        assert contracts_visible_to(matteo()).get() == contract
        assert customers_visible_to(matteo()).get() == acme()
        assert is_on_team(matteo(), contract)
        assert may_log_on(matteo(), contract)
        with time_machine.travel(time_off.ends_at + COVER_LINGERS - timedelta(minutes=1), tick=False):
            assert contracts_visible_to(matteo()).exists()
        with time_machine.travel(time_off.ends_at + COVER_LINGERS, tick=False):
            assert not contracts_visible_to(matteo()).exists()
            assert not customers_visible_to(matteo()).exists()
            assert not is_on_team(matteo(), contract)

    def test_of_a_named_customer_and_no_other(self, contract: Contract) -> None:
        theirs = launch_kit(globex(), dedicated=giulia())
        away(matteo(), globex())
        assert list(contracts_visible_to(matteo())) == [theirs]
        assert not is_on_team(matteo(), contract)
        assert is_on_team(matteo(), theirs)

    def test_of_a_lead_who_delivers_nothing_there(self) -> None:
        contract = pro_lite(dedicated=aino())
        assert lead_of(acme()) == giulia()
        away(matteo())
        assert contracts_visible_to(matteo()).get() == contract
        assert not is_on_team(matteo(), contract)

    def test_end_with_the_time_off_that_is_taken_back(self, contract: Contract) -> None:
        away(matteo()).delete()
        assert signed_in(matteo()).get(reverse("sessions:contract", args=[contract.pk])).status_code == 404

    def test_do_not_reach_other_customers(self, contract: Contract) -> None:
        theirs = launch_kit(globex(), dedicated=aino())
        hanna()
        away(matteo())
        assert theirs not in contracts_visible_to(matteo())
        assert globex() not in customers_visible_to(matteo())


class TestWhoAnswers:
    def test_the_person_and_their_cover_while_they_are_away(self, contract: Contract) -> None:
        away(matteo())
        for wall, people in (
            ("2026-03-09 23:59", [giulia()]),
            ("2026-03-10 00:00", [giulia(), matteo()]),
            ("2026-03-11 23:59", [giulia(), matteo()]),
            ("2026-03-12 00:00", [giulia()]),
        ):
            assert who_answers_for(giulia(), customer=acme(), at=at(wall)) == people

    def test_the_person_alone_for_a_customer_that_is_not_covered(self, contract: Contract) -> None:
        launch_kit(globex(), dedicated=giulia())
        away(matteo(), globex())
        assert who_answers_for(giulia(), customer=acme(), at=at("2026-03-10 12:00")) == [giulia()]

    def test_whom_to_call_is_the_cover(self, contract: Contract) -> None:
        away(matteo())
        assert whom_to_call(contract, now=NOW)["name"] == "Giulia Conti"
        assert whom_to_call(contract, now=at("2026-03-10 12:00"))["name"] == "Matteo Riva"


@pytest.mark.parametrize("who", ["self", "finance"])
def test_nobody_covers_for_themselves_or_without_delivering(who: str) -> None:
    cover = giulia() if who == "self" else staff("Pekka Laine", Role.FINANCE)
    with pytest.raises(InvalidInput, match="colleague who delivers"):
        away(cover)
