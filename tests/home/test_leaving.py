"""A person leaves a customer, or has other rights in it: what they lose, from the next request on (DOMAIN.md §12)."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from billing.domain.closing import close_month
from core.refusals import InvalidInput, NotAllowed
from customers.domain.customers import assign_contact, invite_member
from customers.domain.people import change_rights
from customers.domain.tokens import issue_token
from customers.models import Customer, Membership, User
from home.domain.leaving import preview_leaving, remove_member
from notifications.models import Message
from packages.domain.contracts import locked
from packages.models import Contract
from sessions.domain.attendees import Guest
from sessions.domain.feeds import make_feed
from sessions.models import Attendee, ConsultingSession
from tests.billing.months import render_all
from tests.factories import (
    NOW,
    acme,
    booked,
    giulia,
    globex,
    hanna,
    launch_kit,
    logged,
    luca,
    marta,
    member_of,
    pekka,
    rate,
    sofia,
)
from tests.home.pages import page, signed_in
from tests.reviews.reviews import planned, with_reviews

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_2_march() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def carla() -> User:
    """A second admin of Acme."""
    return member_of(acme(), "Carla Neri", kind="admin")


def membership_of(person: User, customer: Customer | None = None) -> Membership:
    return Membership.objects.select_related("customer", "user").get(
        user=person, customer=customer or acme(), until=None
    )


def removed(person: User, *, by: User, customer: Customer | None = None) -> Membership:
    return remove_member(membership=membership_of(person, customer), by=by, now=NOW)


def told(kind: str) -> set[str]:
    return set(Message.objects.filter(kind=kind).values_list("recipient_email", flat=True))


def answered(client: Client, door: str) -> int:
    """The status of the answer, which is read to its end: a file is closed by that."""
    answer = client.get(door)
    answer.getvalue()
    return answer.status_code


class TestTheNextRequest:
    """Whoever is removed in the middle of their work is refused at once, at every door."""

    @pytest.fixture
    def statement(self) -> int:
        """A statement of Acme's with its files, and a session that is still to come."""
        rate("EUR", "100.00")
        contract = launch_kit()
        logged(contract, "supplementary-training", 60, "2026-02-10 10:00")
        booked(contract, "kickoff", 60, "2026-03-10 10:00", by=marta(), attendees=[Guest("Carla", carla().email)])
        close = close_month(month=date(2026, 2, 1), by=pekka(), now=NOW)
        render_all()
        return close.statements.get().pk

    def doors(self, statement: int) -> list[str]:
        session = Attendee.objects.get(name="Carla").session
        return [
            f"/customers/{acme().pk}/",
            f"/contracts/{session.contract_id}/",
            f"/sessions/{session.pk}/",
            f"/sessions/{session.pk}/calendar.ics",
            f"/customers/{acme().pk}/people.csv",
            f"/statements/{statement}/",
            f"/statements/{statement}/files/csv/",
        ]

    def test_pages_files_exports_api_and_feed(self, statement: int) -> None:
        doors = self.doors(statement)
        client = signed_in(carla())
        _row, token = issue_token(person=carla(), name="CRM", now=NOW)
        feed = reverse("sessions:feed", args=[make_feed(person=carla(), now=NOW)])
        by_token = Client(headers={"Authorization": f"Bearer {token}"})
        assert [answered(client, door) for door in doors] == [200] * len(doors)
        assert Client().get(feed).status_code == 200
        assert by_token.get("/api/v1/contracts/").status_code == 200

        removed(carla(), by=marta())

        for door in doors:
            answer = client.get(door)
            assert answer.status_code == 302, door
            assert answer["Location"].startswith("/accounts/login/"), door
        assert Client().get(feed).status_code == 404
        assert by_token.get("/api/v1/contracts/").status_code == 401
        again = signed_in(User.objects.get(pk=carla_pk()))
        assert [answered(again, door) for door in doors] == [404] * len(doors)

    def test_who_belongs_to_another_customer_keeps_that_one_and_loses_this(self, statement: int) -> None:
        doors = self.doors(statement)
        invite_member(customer=globex(), email=carla().email, name="Carla Neri", kind="admin", now=NOW)
        client = signed_in(carla())
        _row, token = issue_token(person=carla(), name="CRM", now=NOW)
        feed = reverse("sessions:feed", args=[make_feed(person=carla(), now=NOW)])
        by_token = Client(headers={"Authorization": f"Bearer {token}"})

        removed(carla(), by=marta())

        assert [answered(client, door) for door in doors] == [404] * len(doors)
        assert client.get(f"/customers/{globex().pk}/").status_code == 200
        listed = by_token.get("/api/v1/contracts/").json()
        assert listed["results"] == []
        calendar = Client().get(feed)
        assert calendar.status_code == 200
        assert b"BEGIN:VEVENT" not in calendar.content


def carla_pk() -> int:
    return User.objects.get(name="Carla Neri").pk


class TestMeetings:
    def test_they_are_taken_off_what_is_to_come_and_told(self) -> None:
        contract = with_reviews()
        guests = [Guest("Marta", marta().email), Guest("Luca", luca().email)]
        session = booked(contract, "kickoff", 60, "2026-03-10 10:00", attendees=guests, now=NOW)
        review = planned(contract, 1, "2026-03-11 10:00", attendees=guests)
        removed(luca(), by=marta())
        assert [each.email for each in session.attendees.all()] == [marta().email]
        assert [each.email for each in review.attendees.all()] == [marta().email]
        assert told("session_uninvited") == told("review_released") == {luca().email}

    def test_where_nobody_else_comes_the_primary_contact_is_invited(self) -> None:
        contract = with_reviews()
        alone = [Guest("Luca", luca().email)]
        session = booked(contract, "kickoff", 60, "2026-03-10 10:00", attendees=alone, now=NOW)
        review = planned(contract, 1, "2026-03-11 10:00", attendees=alone)
        Message.objects.all().delete()
        removed(luca(), by=marta())
        assert [each.email for each in session.attendees.all()] == [marta().email]
        assert [each.email for each in review.attendees.all()] == [marta().email]
        assert marta().email in told("session_booked") & told("review_planned")

    def test_what_is_past_keeps_their_name(self) -> None:
        session = booked(
            launch_kit(),
            "kickoff",
            60,
            "2026-02-10 10:00",
            attendees=[Guest("Luca", luca().email)],
            now=NOW.replace(month=2, day=2),
        )
        removed(luca(), by=marta())
        assert session.attendees.get().user == luca_again()


def luca_again() -> User:
    return User.objects.get(name="Luca Bruni")


class TestWhoMayLeave:
    def test_never_a_customer_without_an_admin_by_any_door(self) -> None:
        launch_kit()
        with pytest.raises(InvalidInput, match="only customer admin"):
            removed(marta(), by=sofia())
        with pytest.raises(InvalidInput, match="only customer admin"):
            change_rights(membership=membership_of(marta()), kind="member", by=marta(), now=NOW)
        with pytest.raises(InvalidInput, match="only customer admin"):
            invite_member(customer=acme(), email=marta().email, name="Marta", kind="member", now=NOW)
        carla()
        change_rights(membership=membership_of(marta()), kind="member", by=sofia(), now=NOW)
        assert membership_of(marta_again()).kind == "member"

    def test_an_admin_who_was_shut_out_does_not_count(self) -> None:
        marta()
        User.objects.filter(pk=carla().pk).update(is_active=False)
        with pytest.raises(InvalidInput, match="only customer admin"):
            removed(marta(), by=sofia())

    def test_the_primary_contact_hands_over_first(self) -> None:
        for person in (carla(), marta()):
            assign_contact(customer=acme(), kind="primary_contact", person=person, by=sofia(), now=NOW)
        with pytest.raises(InvalidInput, match="primary contact"):
            removed(marta(), by=carla())
        assign_contact(customer=acme(), kind="primary_contact", person=carla(), by=marta(), now=NOW)
        removed(marta(), by=carla())

    def test_only_own_admins_and_operations(self) -> None:
        marta()
        for person in (luca(), giulia(), pekka(), hanna()):
            with pytest.raises(NotAllowed):
                removed(luca(), by=person)
            with pytest.raises(NotAllowed):
                change_rights(membership=membership_of(luca()), kind="admin", by=person, now=NOW)

    def test_an_invitation_that_was_not_sent_yet_is_not_sent(self) -> None:
        person, _is_new = invite_member(customer=acme(), email="new@acme.example", name="Nina", kind="member", now=NOW)
        marta()
        preview = preview_leaving(membership_of(person), now=NOW)
        assert (preview.loses_account, list(preview.elsewhere)) == (True, [])
        removed(person, by=marta())
        invite_member(customer=acme(), email="new@acme.example", name="Nina", kind="member", now=NOW)
        assert person.memberships.count() == 2


def marta_again() -> User:
    return User.objects.get(name="Marta Ferri")


class TestPages:
    def address(self, person: User, act: str) -> str:
        return f"/customers/{acme().pk}/people/{person.pk}/{act}/"

    def test_an_admin_removes_a_member(self) -> None:
        client, address = signed_in(marta()), self.address(luca(), "remove")
        assert address in page(marta(), f"/customers/{acme().pk}/people/")
        assert "Remove Luca Bruni from Acme Wellness?" in client.get(address).content.decode()
        assert client.post(address).status_code == 302
        assert client.get(address).status_code == 404
        story = page(marta(), f"/customers/{acme().pk}/history/")
        assert "Luca Bruni left." in story

    def test_what_forbids_it_is_said_before_and_after(self) -> None:
        client, address = signed_in(marta()), self.address(marta(), "remove")
        assert "only customer admin" in client.get(address).content.decode()
        answer = client.post(address)
        assert answer.status_code == 409
        assert membership_of(marta()).until is None

    def test_a_member_is_made_an_admin_and_back(self) -> None:
        client, address = signed_in(marta()), self.address(luca(), "rights")
        for kind in ("admin", "member"):
            client.post(address, {"kind": kind})
            assert Membership.objects.get(user__name="Luca Bruni").kind == kind

    @pytest.mark.parametrize("kind", ["", "owner"])
    def test_other_rights_there_are_none(self, kind: str) -> None:
        signed_in(marta()).post(self.address(luca(), "rights"), {"kind": kind})
        assert membership_of(luca()).kind == "member"

    def test_the_last_admin_stays_one(self) -> None:
        signed_in(marta()).post(self.address(marta(), "rights"), {"kind": "member"})
        assert membership_of(marta()).kind == "admin"

    @pytest.mark.parametrize(("person", "status"), [(giulia, 403), (pekka, 403), (luca, 404), (hanna, 404)])
    def test_nobody_else(self, person: object, status: int) -> None:
        marta()
        assert callable(person)
        client = signed_in(person())
        assert client.get(self.address(luca(), "remove")).status_code == status
        assert client.post(self.address(luca(), "remove")).status_code == status
        assert client.post(self.address(luca(), "rights"), {"kind": "admin"}).status_code == status
        assert membership_of(luca()).kind == "member"


class TestAMomentApart:
    """What somebody else did between the page and the click, or while a lock was waited for."""

    def test_other_rights_do_not_bring_back_who_was_removed(self) -> None:
        stale = membership_of(luca())
        remove_member(membership=membership_of(stale.user), by=marta(), now=NOW)
        with pytest.raises(InvalidInput):
            change_rights(membership=stale, kind="admin", by=marta(), now=NOW)
        assert not stale.user.memberships.filter(until=None).exists()

    def test_who_is_invited_while_they_are_removed_does_not_stay_on_the_session(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        contract = launch_kit()
        guest = Guest("Luca Bruni", luca().email)
        booked(contract, "kickoff", 60, "2026-03-10 10:00", attendees=[guest], now=NOW)

        def waits_for_a_booking(asked: Contract) -> Contract:
            if ConsultingSession.objects.count() == 1:
                booked(contract, "operations", 60, "2026-03-11 10:00", attendees=[guest], now=NOW)
            return locked(asked)

        monkeypatch.setattr("home.domain.leaving.locked", waits_for_a_booking)
        remove_member(membership=membership_of(luca()), by=marta(), now=NOW)
        assert ConsultingSession.objects.count() == 2
        assert not Attendee.objects.filter(email=luca().email).exists()
