"""Asking for a time, proposing one, confirming it: the rules (DOMAIN.md §7)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from core.refusals import InvalidInput, NotAllowed
from customers.models import Role, User
from notifications.domain.delivery import send_batch
from notifications.models import Message
from packages.models import Contract
from sessions.domain.attendees import Guest
from sessions.domain.availability import days
from sessions.domain.numbers import numbers_of
from sessions.domain.refusals import (
    OutsideContract,
    OverageNotAccepted,
    SlotTaken,
    TermsNotAccepted,
    TooLate,
    TooLongForType,
    TooSoon,
    WrongState,
)
from sessions.domain.time_proposals import (
    confirm_proposal,
    expire_proposals,
    held_until,
    quote_proposal,
)
from sessions.domain.time_requests import Act, acts_open_to, decline_request, withdraw_request
from sessions.models import ConsultingSession, DiaryEntry, TimeRequest
from tests.factories import (
    NOW,
    acme,
    aino,
    asked_for,
    at,
    booked,
    giulia,
    hanna,
    launch_kit,
    logged,
    luca,
    marta,
    member_of,
    pekka,
    pro_lite,
    proposed,
    rate,
    sofia,
    staff,
    tomas,
    with_terms_accepted,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def confirmed(asked: TimeRequest, **details: Any) -> ConsultingSession:
    """Marta confirms what was proposed."""
    asked.refresh_from_db()
    assert asked.starts_at is not None
    given: dict[str, Any] = {
        "starts_at": asked.starts_at,
        "attendees": [Guest("Marta Ferri", marta().email)],
        "accept_overage": False,
        "by": marta(),
        "now": NOW + HOUR,
        **details,
    }
    return confirm_proposal(asked=asked, **given)


def told(kind: str) -> list[str]:
    """Who is owed a mail of that kind."""
    return sorted(Message.objects.filter(kind=kind).values_list("recipient_name", flat=True))


class TestAsking:
    def test_lead_and_dedicated_person_are_told_once_each(self) -> None:
        contract = pro_lite(dedicated=aino())
        asked = asked_for(contract, ("2026-03-10 08:00", "2026-03-10 09:30"))
        assert asked.status == "asked"
        assert told("time_asked") == ["Aino Virtanen", "Giulia Conti"]
        asked_for(launch_kit())
        assert told("time_asked").count("Giulia Conti") == 2

    def test_what_is_wished_is_kept_as_instants(self) -> None:
        asked = asked_for(launch_kit(), ("2026-03-29 01:30", "2026-03-29 03:30"))
        (wish,) = asked.wishes.all()
        assert wish.ends_at - wish.starts_at == HOUR  # the clocks are put forward in between

    @pytest.mark.parametrize("person", [luca, giulia, sofia, hanna])
    def test_only_an_admin_of_the_customer_asks(self, person: Callable[[], User]) -> None:
        contract = launch_kit()
        with pytest.raises(NotAllowed):
            asked_for(contract, by=person())

    def test_it_needs_a_time_or_words(self) -> None:
        with pytest.raises(InvalidInput) as refused:
            asked_for(launch_kit(), words="  ")
        assert refused.value.field == "words"

    @pytest.mark.parametrize(
        "wishes",
        [
            [("2026-03-10 10:00", "2026-03-10 10:00")],
            [("2026-03-01 10:00", "2026-03-01 11:00")],
            [(f"2026-03-1{day} 10:00", f"2026-03-1{day} 11:00") for day in range(6)],
        ],
    )
    def test_wishes_are_up_to_five_stretches_to_come(self, wishes: list[tuple[str, str]]) -> None:
        with pytest.raises(InvalidInput) as refused:
            asked_for(launch_kit(), *wishes)
        assert refused.value.field == "wishes"

    def test_zone_type_length_and_term_are_checked(self) -> None:
        contract = launch_kit(types_switched_off=["software-training"])
        with pytest.raises(InvalidInput):
            asked_for(contract, zone="Mars/Olympus")
        with pytest.raises(InvalidInput):
            asked_for(contract, session_type="software-training")
        with pytest.raises(TooLongForType):
            asked_for(contract, duration_minutes=90)
        with pytest.raises(InvalidInput):
            asked_for(contract, now=at("2027-01-31 00:00"))

    def test_five_may_wait_for_an_answer(self) -> None:
        contract = launch_kit()
        first, *_others = [asked_for(contract) for _each in range(5)]
        with pytest.raises(InvalidInput):
            asked_for(contract)
        withdraw_request(asked=first, by=marta(), now=NOW)
        asked_for(contract)


class TestProposing:
    def test_the_diary_holds_the_time(self) -> None:
        contract = launch_kit()
        asked = proposed(asked_for(contract), "2026-03-09 10:00")
        assert (asked.status, asked.staff, asked.starts_at) == ("proposed", giulia(), at("2026-03-09 10:00"))
        entry = DiaryEntry.objects.get(time_request=asked)
        assert (entry.staff, entry.starts_at, entry.ends_at) == (giulia(), asked.starts_at, at("2026-03-09 11:00"))
        with pytest.raises(SlotTaken):
            booked(contract, "operations", 60, "2026-03-09 10:30", now=NOW)
        (day,) = days(
            staff=giulia(),
            first=at("2026-03-09 00:00").date(),
            last=at("2026-03-09 00:00").date(),
            zone="Europe/Rome",
            duration_minutes=60,
            now=NOW,
        )
        assert at("2026-03-09 10:00") not in [slot.starts_at for slot in day.slots]
        assert numbers_of(contract, now=NOW).booked == 0  # nothing is drawn before it is confirmed

    def test_the_diary_alone_binds_it(self) -> None:
        contract = launch_kit()
        assert proposed(asked_for(contract), "2026-03-07 19:00").status == "proposed"  # a Saturday evening
        session = booked(contract, "operations", 60, "2026-03-09 10:00", now=NOW)
        with pytest.raises(SlotTaken):
            proposed(asked_for(contract), session.starts_at)

    def test_another_proposal_takes_the_place_of_the_first(self) -> None:
        asked = proposed(asked_for(launch_kit()), "2026-03-09 10:00")
        asked = proposed(asked, "2026-03-09 10:30")  # over its own old place
        assert DiaryEntry.objects.get(time_request=asked).starts_at == at("2026-03-09 10:30")
        assert [event.kind for event in asked.events.all()] == ["asked", "proposed", "proposed"]

    def test_who_delivers_and_who_answers(self) -> None:
        contract = launch_kit()
        asked = asked_for(contract)
        with pytest.raises(InvalidInput):
            proposed(asked, "2026-03-09 10:00", staff=tomas())
        for stranger in (marta(), aino(), pekka(), tomas()):
            with pytest.raises(NotAllowed):
                proposed(asked, "2026-03-09 10:00", by=stranger)
        assert proposed(asked, "2026-03-09 10:00", by=sofia()).status == "proposed"

    def test_a_lead_answers_who_is_not_on_the_team(self) -> None:
        asked = asked_for(pro_lite(dedicated=aino()))
        assert proposed(asked, "2026-03-09 12:00", staff=aino(), by=giulia()).status == "proposed"

    def test_the_notice_and_the_term_bind_it(self) -> None:
        asked = asked_for(launch_kit())
        with pytest.raises(TooSoon):
            proposed(asked, NOW + timedelta(hours=24))
        with pytest.raises(OutsideContract):
            proposed(asked, "2027-02-01 10:00")

    @pytest.mark.parametrize(
        ("asked_at", "starts_at", "until"),
        [
            ("2026-03-02 09:00", "2026-03-20 10:00", "2026-03-04 09:00"),
            ("2026-03-05 09:00", "2026-03-20 10:00", "2026-03-09 09:00"),  # a weekend between
            ("2026-04-30 09:00", "2026-05-20 10:00", "2026-05-05 09:00"),  # 1 May is a holiday in Italy
            ("2026-03-27 02:30", "2026-04-20 10:00", "2026-03-31 02:30"),
            ("2026-03-02 09:00", "2026-03-04 10:00", "2026-03-03 10:00"),  # the notice is first
        ],
    )
    def test_it_is_held_two_working_days_and_never_past_the_notice(
        self, asked_at: str, starts_at: str, until: str
    ) -> None:
        assert held_until(at(starts_at), contract=launch_kit(), now=at(asked_at)) == at(until)


class TestConfirming:
    def test_the_place_becomes_the_session_s(self) -> None:
        contract = launch_kit()
        asked = proposed(asked_for(contract), "2026-03-09 10:00")
        session = confirmed(asked)
        asked.refresh_from_db()
        assert (asked.status, asked.session) == ("booked", session)
        assert (session.status, session.booked_by, session.staff) == ("booked", marta(), giulia())
        entry = DiaryEntry.objects.get()
        assert (entry.session, entry.time_request) == (session, None)
        assert told("session_booked") == ["Giulia Conti", "Marta Ferri"]
        assert numbers_of(contract, now=NOW).booked_included == 60

    def test_outside_the_working_hours_too(self) -> None:
        assert confirmed(proposed(asked_for(launch_kit()), "2026-03-07 19:00")).status == "booked"

    def test_terms_and_overage_are_accepted_as_with_any_booking(self) -> None:
        rate("EUR", "90.00")
        contract = pro_lite()
        logged(contract, "operations", 60, "2026-02-02 10:00")
        logged(contract, "operations", 60, "2026-02-03 10:00")
        asked = proposed(asked_for(contract), "2026-03-09 10:00")
        assert str(quote_proposal(asked=asked, by=marta(), now=NOW).total_amount) == "90.00"
        with pytest.raises(TermsNotAccepted):
            confirmed(asked)
        with_terms_accepted(contract)
        with pytest.raises(OverageNotAccepted):
            confirmed(asked)
        asked.refresh_from_db()
        assert asked.status == "proposed"
        assert DiaryEntry.objects.filter(time_request=asked).exists()
        session = confirmed(asked, accept_overage=True)
        assert session.overage_acceptances.get().overage_minutes == 60

    def test_only_the_customer_confirms(self) -> None:
        asked = proposed(asked_for(launch_kit()), "2026-03-09 10:00")
        for person in (giulia(), sofia(), luca(), hanna()):
            with pytest.raises(NotAllowed):
                confirmed(asked, by=person)

    def test_what_was_seen_is_confirmed_and_nothing_else(self) -> None:
        asked = proposed(asked_for(launch_kit()), "2026-03-09 10:00")
        proposed(asked, "2026-03-10 10:00")
        with pytest.raises(WrongState):
            confirmed(asked, starts_at=at("2026-03-09 10:00"))

    def test_not_twice_and_not_once_it_is_held_no_longer(self) -> None:
        contract = launch_kit()
        asked = proposed(asked_for(contract), "2026-03-09 10:00")
        confirmed(asked)
        with pytest.raises(WrongState):
            confirmed(asked)
        other = proposed(asked_for(contract), "2026-03-10 10:00")
        assert other.expires_at is not None
        confirmed(proposed(asked_for(contract), "2026-03-11 10:00"), now=other.expires_at - timedelta(seconds=1))
        with pytest.raises(TooLate):
            confirmed(other, now=other.expires_at)

    def test_the_type_may_have_been_switched_off_meanwhile(self) -> None:
        contract = launch_kit()
        asked = proposed(asked_for(contract), "2026-03-09 10:00")
        Contract.objects.filter(pk=contract.pk).update(types_switched_off=["operations"])
        with pytest.raises(InvalidInput):
            confirmed(asked)


class TestEnds:
    def test_the_customer_declines_and_the_time_is_free(self) -> None:
        asked = proposed(asked_for(launch_kit()), "2026-03-09 10:00")
        with pytest.raises(InvalidInput):
            decline_request(asked=asked, reason=" ", by=marta(), now=NOW)
        decline_request(asked=asked, reason="In Milan", by=marta(), now=NOW)
        asked.refresh_from_db()
        assert asked.status == "declined"
        assert not DiaryEntry.objects.exists()
        assert told("time_declined") == ["Giulia Conti"]
        assert asked.events.get(kind="declined").reason == "In Milan"

    def test_staff_decline_before_and_after_a_proposal(self) -> None:
        contract = launch_kit()
        for asked in (asked_for(contract), proposed(asked_for(contract), "2026-03-09 10:00")):
            decline_request(asked=asked, reason="Nobody is free", by=giulia(), now=NOW)
        assert not DiaryEntry.objects.exists()
        assert told("time_declined") == ["Marta Ferri", "Marta Ferri"]

    def test_withdrawn_while_nobody_answered(self) -> None:
        asked = asked_for(launch_kit())
        with pytest.raises(NotAllowed):
            withdraw_request(asked=asked, by=giulia(), now=NOW)
        withdraw_request(asked=asked, by=marta(), now=NOW)
        assert told("time_withdrawn") == ["Giulia Conti"]
        with pytest.raises(WrongState):
            withdraw_request(asked=asked, by=marta(), now=NOW)
        with pytest.raises(WrongState):
            proposed(asked, "2026-03-09 10:00")

    def test_a_proposal_expires_once(self) -> None:
        asked = proposed(asked_for(launch_kit()), "2026-03-20 10:00")
        assert asked.expires_at is not None
        assert expire_proposals(now=asked.expires_at - timedelta(seconds=1)) == 0
        assert expire_proposals(now=asked.expires_at) == 1
        assert expire_proposals(now=asked.expires_at) == 0
        asked.refresh_from_db()
        assert asked.status == "expired"
        assert asked.events.get(kind="expired").by is None
        assert not DiaryEntry.objects.exists()
        assert told("time_expired") == ["Giulia Conti", "Marta Ferri"]
        with pytest.raises(WrongState):
            confirmed(asked)

    def test_what_is_open_to_whom(self) -> None:
        asked = asked_for(launch_kit())
        assert acts_open_to(marta(), asked) == {Act.WITHDRAW}
        assert acts_open_to(giulia(), asked) == {Act.PROPOSE, Act.DECLINE}
        asked = proposed(asked, "2026-03-09 10:00")
        assert acts_open_to(marta(), asked) == {Act.CONFIRM, Act.DECLINE}
        assert acts_open_to(sofia(), asked) == {Act.PROPOSE, Act.DECLINE}
        for stranger in (luca(), pekka(), hanna(), aino()):
            assert not acts_open_to(stranger, asked)
        confirmed(asked)
        asked.refresh_from_db()
        assert not acts_open_to(marta(), asked)


class TestTheDatabase:
    def test_a_proposal_without_a_place_is_refused(self) -> None:
        asked = proposed(asked_for(launch_kit()), "2026-03-09 10:00")
        DiaryEntry.objects.filter(time_request=asked).delete()
        with pytest.raises(IntegrityError), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_a_place_of_a_request_that_is_closed_is_refused(self) -> None:
        asked = proposed(asked_for(launch_kit()), "2026-03-09 10:00")
        TimeRequest.objects.filter(pk=asked.pk).update(status="declined")
        with pytest.raises(IntegrityError), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class TestMail:
    def sent(self, outbox: list[Any], asked_kind: str) -> str:
        send_batch(now=NOW)
        (mail,) = [each for each in outbox if asked_kind in each.subject]
        return f"{mail.subject}\n{mail.body}"

    def test_staff_read_the_wishes_in_their_own_zone(self, mailoutbox: list[Any]) -> None:
        asked_for(pro_lite(dedicated=aino()), ("2026-03-10 08:00", "2026-03-10 09:30"), words="Not on Fridays")
        send_batch(now=NOW)
        mail = next(
            each for each in mailoutbox if each.to[0].endswith(f"{aino().email}>") or aino().email in each.to[0]
        )
        assert mail.subject == "Acme Wellness asks for a time: Operations meeting"
        assert "10 Mar 2026, 09:00–10:30 (Helsinki)" in mail.body
        assert "Not on Fridays" in mail.body
        assert mail.reply_to == ["Marta Ferri <marta@acme.example>"]

    def test_the_customer_reads_until_when_the_time_is_kept(self, mailoutbox: list[Any]) -> None:
        proposed(asked_for(launch_kit()), "2026-03-20 10:00", message="Only then")
        text = self.sent(mailoutbox, "A time for you to confirm")
        assert "20 Mar 2026, 10:00–11:00 (Rome)" in text
        assert "4 Mar 2026, 09:00" in text
        assert "Only then" in text

    def test_what_is_true_no_more_is_not_sent(self, mailoutbox: list[Any]) -> None:
        asked = proposed(asked_for(launch_kit()), "2026-03-20 10:00")
        decline_request(asked=asked, reason="In Milan", by=marta(), now=NOW)
        send_batch(now=NOW)
        (mail,) = mailoutbox
        assert mail.subject.startswith("Acme Wellness declines the proposed time")
        assert "In Milan" in mail.body

    def test_who_is_an_admin_no_more_reads_nothing(self, mailoutbox: list[Any]) -> None:
        asked = proposed(asked_for(launch_kit()), "2026-03-20 10:00")
        member_of(acme(), "Carla Neri", kind="admin")
        marta().memberships.update(kind="member")
        send_batch(now=NOW)
        assert asked.status == "proposed"
        assert [each.subject for each in mailoutbox] == []


def test_a_cover_answers_meanwhile() -> None:
    colleague = staff("Carla Verdi", Role.AM)
    contract = launch_kit()
    giulia().time_off.create(starts_at=NOW - HOUR, ends_at=NOW + timedelta(days=9), cover=colleague)
    asked_for(contract)
    assert told("time_asked") == ["Carla Verdi", "Giulia Conti"]
