"""Another person leads a customer, and what goes along (DOMAIN.md §9)."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from core.models import AuditEvent
from core.refusals import InvalidInput, NotAllowed
from customers.domain.queries import lead_of
from customers.models import Role, User
from home.domain.lead_handover import hand_lead_over, preview_lead_handover
from notifications.domain.kinds import kind_called
from notifications.domain.letters import reading_as
from notifications.models import Message
from packages.domain.contracts import locked
from packages.models import Contract
from sessions.domain.refusals import SlotTaken
from tests.factories import (
    NOW,
    acme,
    aino,
    booked,
    giulia,
    hanna,
    launch_kit,
    logged,
    luca,
    marta,
    pekka,
    premium,
    sofia,
    staff,
    tomas,
)
from tests.home.pages import page, queries, signed_in
from tests.reviews.reviews import planned, with_reviews

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_2_march() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def handed(to: User, **details: Any) -> None:
    hand_lead_over(customer=acme(), to=to, by=sofia(), now=NOW, **details)


def told(kind: str) -> set[str]:
    return set(Message.objects.filter(kind=kind).values_list("recipient_email", flat=True))


class TestWhatGoesAlong:
    def test_sessions_and_reviews_that_are_named_and_everybody_is_told(self) -> None:
        contract = with_reviews()
        session = booked(contract, "kickoff", 60, "2026-03-10 10:00", now=NOW)
        stays = booked(contract, "operations", 30, "2026-03-12 10:00", now=NOW)
        review = planned(contract, 1, "2026-03-11 10:00", staff=[giulia(), tomas()])
        handed(aino(), sessions=[session], reviews=[review])
        session.refresh_from_db()
        stays.refresh_from_db()
        assert (session.staff, stays.staff) == (aino(), giulia())
        assert {each.person for each in review.staff.all()} == {aino(), tomas()}
        assert lead_of(acme()) == aino()
        assert told("session_released") == {giulia().email}
        assert told("session_colleague") == {marta().email, aino().email}
        assert giulia().email in told("review_released")
        assert aino().email in told("review_moved")
        assert told("lead_changed") == {marta().email, giulia().email, aino().email}

    def test_the_new_lead_takes_the_place_on_the_team_dedicated_where_the_role_is_theirs(self) -> None:
        contract = with_reviews()
        over = launch_kit(starts_on=NOW.date().replace(year=2024), ends_on=NOW.date().replace(year=2025))
        handed(aino())
        assert contract.team_members.get(dedicated=True).staff == aino()
        assert {member.staff for member in contract.team_members.all()} == {giulia(), tomas(), aino()}
        assert over.team_members.get().staff == giulia()

    def test_the_old_lead_leaves_the_teams_if_that_is_asked_and_sees_the_customer_no_more(self) -> None:
        contract = with_reviews()
        handed(aino(), leaves_teams=True)
        assert {member.staff for member in contract.team_members.all()} == {tomas(), aino()}
        assert signed_in(giulia()).get(f"/customers/{acme().pk}/").status_code == 404
        assert signed_in(aino()).get(f"/customers/{acme().pk}/").status_code == 200
        assert "Aino Virtanen joined the delivery team" in page(marta(), f"/contracts/{contract.pk}/history/")
        assert "Aino Virtanen became the lead." in page(marta(), f"/customers/{acme().pk}/history/")

    def test_not_while_meetings_are_left(self) -> None:
        booked(with_reviews(), "kickoff", 60, "2026-03-10 10:00", now=NOW)
        with pytest.raises(InvalidInput, match="still has meetings"):
            handed(aino(), leaves_teams=True)

    def test_not_while_they_are_dedicated_where_the_new_lead_cannot_be(self) -> None:
        with_reviews()
        with pytest.raises(InvalidInput, match="dedicated"):
            handed(tomas(), leaves_teams=True)

    def test_all_or_nothing(self) -> None:
        contract = with_reviews()
        session = booked(contract, "kickoff", 60, "2026-03-10 10:00", now=NOW)
        other = launch_kit(hanna_s_customer(), dedicated=aino())
        booked(other, "kickoff", 60, "2026-03-10 11:30", now=NOW)
        (row,) = preview_lead_handover(acme(), to=aino(), by=sofia(), now=NOW).sessions
        assert not row.is_possible
        with pytest.raises(SlotTaken, match=session.reference):
            handed(aino(), sessions=[session])
        assert lead_of(acme()) == giulia()
        assert aino() not in contract.team.all()
        assert not told("lead_changed")

    def test_a_review_that_collides_is_shown(self) -> None:
        planned(with_reviews(), 1, "2026-03-11 10:00")
        other = launch_kit(hanna_s_customer(), dedicated=aino())
        booked(other, "kickoff", 60, "2026-03-11 11:00", now=NOW)
        (row,) = preview_lead_handover(acme(), to=aino(), by=sofia(), now=NOW).reviews
        assert row.obstacle

    def test_nobody_twice_and_only_operations(self) -> None:
        marta()
        with pytest.raises(InvalidInput, match="already"):
            handed(giulia())
        with pytest.raises(InvalidInput):
            handed(marta())
        for person in (marta(), giulia(), pekka()):
            with pytest.raises(NotAllowed):
                hand_lead_over(customer=acme(), to=aino(), by=person, now=NOW)


def hanna_s_customer() -> Any:
    """Globex, with its admin."""
    return hanna().customers.get()


class TestTheMail:
    def test_each_side_reads_who_it_is_and_nobody_once_it_is_somebody_else(self) -> None:
        marta()
        handed(aino())
        said = {}
        for message in Message.objects.filter(kind="lead_changed"):
            with reading_as(message):
                letter = kind_called("lead_changed").compose(message, NOW)
            assert letter is not None
            said[message.recipient_email] = letter.context["paragraphs"]
        assert said[aino().email][:2] == ["You are the lead of Acme Wellness now.", "Before you it was Giulia Conti."]
        assert said[marta().email][0].startswith("Aino Virtanen is the lead of Acme Wellness now")
        handed(tomas())
        first = Message.objects.filter(kind="lead_changed").earliest("pk")
        assert kind_called("lead_changed").compose(first, NOW) is None


class TestPages:
    def test_chosen_shown_and_done(self) -> None:
        contract = with_reviews()
        session = booked(contract, "kickoff", 60, "2026-03-10 10:00", now=NOW)
        client, address = signed_in(sofia()), f"/customers/{acme().pk}/lead/?to={aino().pk}"
        assert "Make Aino Virtanen the lead" in client.get(address).content.decode()
        answer = client.post(address, {"sessions": [session.pk], "leaves_teams": "on"})
        assert answer.status_code == 302
        session.refresh_from_db()
        assert (session.staff, lead_of(acme())) == (aino(), aino())

    def test_what_is_refused_stands_beside_it(self) -> None:
        booked(with_reviews(), "kickoff", 60, "2026-03-10 10:00", now=NOW)
        answer = signed_in(sofia()).post(f"/customers/{acme().pk}/lead/?to={aino().pk}", {"leaves_teams": "on"})
        assert answer.status_code == 422
        assert "still has meetings" in answer.content.decode()

    @pytest.mark.parametrize("to", ["", "0", "x"])
    def test_nobody_that_there_is_not(self, to: str) -> None:
        marta()
        assert signed_in(sofia()).get(f"/customers/{acme().pk}/lead/?to={to}").status_code == 422
        assert signed_in(sofia()).post(f"/customers/{acme().pk}/lead/?to={to}").status_code == 422

    def test_nothing_that_is_not_offered(self) -> None:
        foreign = booked(launch_kit(hanna_s_customer(), dedicated=aino()), "kickoff", 60, "2026-03-10 11:30", now=NOW)
        marta()
        address = f"/customers/{acme().pk}/lead/?to={tomas().pk}"
        assert signed_in(sofia()).post(address, {"sessions": [foreign.pk]}).status_code == 422
        assert lead_of(acme()) == giulia()

    def test_queries_do_not_grow(self) -> None:
        contract, counts = with_reviews(), []
        for day in (10, 11, 12):
            booked(contract, "operations", 30, f"2026-03-{day} 10:00", now=NOW)
            counts.append(queries(sofia(), f"/customers/{acme().pk}/lead/?to={aino().pk}"))
        assert counts[0] == counts[2]

    def test_who_is_led_there(self) -> None:
        logged(launch_kit(), "kickoff", 30, "2026-02-10 10:00")
        assert f"/customers/{acme().pk}/lead/" in page(sofia(), f"/customers/{acme().pk}/")
        for person in (marta(), giulia(), luca()):
            assert f"/customers/{acme().pk}/lead/" not in page(person, f"/customers/{acme().pk}/")


class TestAMomentApart:
    def test_of_two_handovers_at_once_the_second_is_asked_to_look_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with_reviews()

        def waits_for_another_handover(asked: Contract) -> Contract:
            if lead_of(acme()) == giulia():
                monkeypatch.setattr("home.domain.lead_handover.locked", locked)
                handed(aino())
            return locked(asked)

        monkeypatch.setattr("home.domain.lead_handover.locked", waits_for_another_handover)
        with pytest.raises(InvalidInput, match="Aino Virtanen"):
            handed(staff("Carla Verdi", Role.AM, Role.CSM))

    def test_who_leaves_a_team_that_the_new_lead_cannot_join_stands_in_its_history(self) -> None:
        contract = premium(dedicated=aino(), others=[giulia()])
        handed(staff("Carla Verdi", Role.AM), leaves_teams=True)
        assert {member.staff for member in contract.team_members.all()} == {aino()}
        event = AuditEvent.objects.get(verb="contract.change_team", object_id=contract.pk)
        assert event.details == {"left": {"person": giulia().pk}}
        assert "Giulia Conti" in page(sofia(), f"/contracts/{contract.pk}/history/")
