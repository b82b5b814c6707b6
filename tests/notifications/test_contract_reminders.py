"""Reminders about a contract's minutes and days: to whom, when, when not (DOMAIN.md §11)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from customers.models import ContactAssignment, User
from notifications.domain import muting
from notifications.domain.delivery import send_batch
from notifications.domain.scans import Scan
from notifications.models import Message
from packages.models import Contract
from sessions.domain.cancelling import cancel_session
from sessions.domain.ledger import adjust, reverse_entry
from sessions.domain.log_reminders import owe_not_logged
from sessions.domain.minutes_reminders import owe_included_minutes
from sessions.domain.term_reminders import owe_contract_ends, owe_unused_minutes
from sessions.models import ConsultingSession, TimeOff
from tests.factories import (
    aino,
    at,
    booked,
    customer,
    giulia,
    launch_kit,
    logged,
    marta,
    member_of,
    pro_lite,
    sofia,
    tomas,
)
from tests.plugin.mail import MailServer, ReceivedMail

pytestmark = pytest.mark.django_db
GIULIA, MARTA = "giulia.conti@oura.example", "marta@acme.example"
BOTH = {GIULIA, MARTA}
FIRST = date(2026, 1, 31)
SIGNED = datetime(2026, 1, 20, 12, 0, tzinfo=UTC)


def owed(scan: Scan, wall: str, zone: str = "Europe/Rome") -> set[str]:
    """Scan at that moment; who is newly owed a mail."""
    before = set(Message.objects.values_list("pk", flat=True))
    scan(now=at(wall, zone))
    return set(Message.objects.exclude(pk__in=before).values_list("recipient_email", flat=True))


def sent(mail_server: MailServer, scan: Scan, wall: str) -> dict[str, ReceivedMail]:
    """Scan and send at that moment; the newest mail of each recipient."""
    Message.objects.filter(kind__startswith="session_").exclude(kind="session_not_logged").delete()
    Message.objects.filter(kind="overage_rose").delete()
    mail_server.received.clear()
    scan(now=at(wall))
    while send_batch(now=at(wall)).go_on:
        pass
    return {mail.recipients[0]: mail for mail in mail_server.received}


class TestUnusedMinutes:
    """240 minutes of a Launch Kit from 31 January: the 90th day is 30 April."""

    @pytest.fixture(autouse=True)
    def contract(self) -> Contract:
        return launch_kit(now=SIGNED)

    def test_four_mornings_before_the_window_ends(self) -> None:
        for day, before in [("03-31", 30), ("04-16", 14), ("04-23", 7), ("04-29", 1)]:
            assert owed(owe_unused_minutes, f"2026-{day} 07:59") == set(), before
            assert owed(owe_unused_minutes, f"2026-{day} 08:00") == BOTH, before
            assert owed(owe_unused_minutes, f"2026-{day} 08:01") == set(), before
        assert owed(owe_unused_minutes, "2026-05-01 08:00") == set()

    def test_each_reader_at_eight_of_their_own_clock(self) -> None:
        User.objects.filter(email=MARTA).update(time_zone="America/New_York")
        assert owed(owe_unused_minutes, "2026-04-22 08:00") == BOTH
        assert owed(owe_unused_minutes, "2026-04-23 08:00") == {GIULIA}
        assert owed(owe_unused_minutes, "2026-04-23 13:59") == set()
        assert owed(owe_unused_minutes, "2026-04-23 14:00") == {MARTA}

    def test_late_rather_than_never_until_the_next_begins(self) -> None:
        assert owed(owe_unused_minutes, "2026-04-16 07:59") == BOTH
        assert list(Message.objects.values_list("facts__days", flat=True).distinct()) == [30]
        assert owed(owe_unused_minutes, "2026-04-23 07:59") == BOTH

    def test_none_when_the_window_is_over(self) -> None:
        assert owed(owe_unused_minutes, "2026-05-01 00:00") == set()

    def test_a_moment_that_was_over_when_the_contract_was_signed(self) -> None:
        late = launch_kit(customer("Late"), now=at("2026-04-16 08:01"))
        ada = member_of(late.customer, "Ada Late", kind="admin")
        assert ada.email not in owed(owe_unused_minutes, "2026-04-20 08:00")
        assert ada.email in owed(owe_unused_minutes, "2026-04-23 08:00")

    def test_a_lead_is_told_of_moments_of_their_own_time(self, contract: Contract) -> None:
        ContactAssignment.objects.filter(customer=contract.customer, kind="lead").update(
            person=aino(), since=at("2026-04-16 12:00")
        )
        assert owed(owe_unused_minutes, "2026-04-16 12:00") == {MARTA}
        assert owed(owe_unused_minutes, "2026-04-23 08:00") == {MARTA, aino().email}

    def test_who_covers_for_the_lead_is_told_too(self) -> None:
        TimeOff.objects.create(
            staff=giulia(), starts_at=at("2026-04-20 00:00"), ends_at=at("2026-05-01 00:00"), cover=tomas()
        )
        assert owed(owe_unused_minutes, "2026-04-23 08:00") == BOTH | {tomas().email}

    def test_not_for_voided_ones_nor_for_packages_that_run_their_term(self, contract: Contract) -> None:
        Contract.objects.filter(pk=contract.pk).update(voided_at=SIGNED, voided_by=sofia())
        pro_lite(starts_on=FIRST, ends_on=date(2026, 4, 30), now=SIGNED)
        assert owed(owe_unused_minutes, "2026-04-23 08:00") == set()

    def test_what_it_says(self, contract: Contract, mail_server: MailServer) -> None:
        booked(contract, "kickoff", 60, "2026-04-27 10:00")
        mails = sent(mail_server, owe_unused_minutes, "2026-04-23 08:00")
        assert set(mails) == BOTH
        assert mails[MARTA].subject == "Acme Wellness: 3:00 to use until Thu, 30 Apr 2026"
        assert "1:00 booked" in mails[MARTA].text
        assert f"/contracts/{contract.pk}/" in mails[MARTA].text

    def test_nothing_where_nothing_is_free_and_not_again_at_that_moment(
        self, contract: Contract, mail_server: MailServer
    ) -> None:
        days = ["2026-04-23", "2026-04-24", "2026-04-27", "2026-04-28"]
        meetings = [booked(contract, "operations", 60, f"{day} 10:00") for day in days]
        assert sent(mail_server, owe_unused_minutes, "2026-04-16 08:00") == {}
        cancel_session(session=meetings[0], by=giulia(), reason="", now=at("2026-04-16 09:00"))
        assert sent(mail_server, owe_unused_minutes, "2026-04-16 09:01") == {}
        assert set(sent(mail_server, owe_unused_minutes, "2026-04-23 08:00")) == BOTH


class TestContractEnds:
    def test_three_mornings_before_its_last_day(self) -> None:
        pro_lite(starts_on=FIRST, ends_on=date(2026, 12, 31), now=SIGNED)
        for day in ("11-01", "12-01", "12-24"):
            assert owed(owe_contract_ends, f"2026-{day} 07:59") == set()
            assert owed(owe_contract_ends, f"2026-{day} 08:00") == BOTH
        assert owed(owe_contract_ends, "2026-12-31 23:59") == set()

    def test_a_last_day_that_moved_makes_new_ones_and_withdraws_the_old(self, mail_server: MailServer) -> None:
        contract = pro_lite(starts_on=FIRST, ends_on=date(2026, 12, 31), now=SIGNED)
        assert owed(owe_contract_ends, "2026-12-01 08:00") == BOTH
        Contract.objects.filter(pk=contract.pk).update(ends_on=date(2027, 1, 31))
        assert sent(mail_server, owe_contract_ends, "2026-12-01 08:01") == {}
        assert set(Message.objects.filter(facts__last_day="2026-12-31").values_list("state", flat=True)) == {
            "withdrawn"
        }

    def test_what_it_says_to_either_side(self, mail_server: MailServer) -> None:
        pro_lite(starts_on=FIRST, ends_on=date(2026, 12, 31), now=SIGNED)
        mails = sent(mail_server, owe_contract_ends, "2026-12-24 08:00")
        assert mails[MARTA].subject == "Acme Wellness: Pro Lite Success ends on Thu, 31 Dec 2026"
        assert "That is in 7 days." in mails[MARTA].text
        assert "No contract follows it yet." in mails[GIULIA].text
        assert GIULIA in mails[MARTA].message["Reply-To"]


class TestIncludedMinutes:
    """Of 120 minutes 96 are 80 %."""

    @pytest.fixture(autouse=True)
    def contract(self) -> Contract:
        return pro_lite(now=SIGNED)

    def kinds(self, wall: str) -> list[str]:
        """Scan; the kinds that were newly owed, once for both readers."""
        before = set(Message.objects.values_list("pk", flat=True))
        owe_included_minutes(now=at(wall))
        rows = Message.objects.exclude(pk__in=before).filter(kind__startswith="included_")
        assert {row.recipient_email for row in rows} in (BOTH, set())
        return sorted({row.kind.removeprefix("included_minutes_") for row in rows})

    def test_at_eighty_and_at_a_hundred_percent(self, contract: Contract) -> None:
        logged(contract, "kickoff", 60, "2026-02-03 10:00")
        logged(contract, "operations", 35, "2026-02-04 10:00")
        assert self.kinds("2026-03-02 10:00") == []
        logged(contract, "operations", 1, "2026-02-05 10:00")
        assert self.kinds("2026-03-02 10:01") == ["80"]
        assert self.kinds("2026-03-02 10:02") == []
        logged(contract, "operations", 24, "2026-02-06 10:00")
        assert self.kinds("2026-03-02 10:03") == ["100"]
        assert self.kinds("2026-03-02 10:04") == []

    def test_only_the_higher_when_both_are_crossed_at_once(self, contract: Contract) -> None:
        logged(contract, "kickoff", 60, "2026-02-03 10:00")
        last = logged(contract, "operations", 60, "2026-02-04 10:00").entry
        assert self.kinds("2026-03-02 10:00") == ["100"]
        reverse_entry(entry=last, reason="Typo", by=giulia(), now=at("2026-03-02 10:01"))
        logged(contract, "operations", 40, "2026-02-04 10:00", now=at("2026-03-02 10:02"))
        assert self.kinds("2026-03-02 10:03") == [], "the lower one was passed already"

    def test_again_after_an_adjustment(self, contract: Contract) -> None:
        logged(contract, "kickoff", 60, "2026-02-03 10:00")
        logged(contract, "operations", 60, "2026-02-04 10:00")
        assert self.kinds("2026-03-02 10:00") == ["100"]
        adjust(contract=contract, minutes=60, reason="Goodwill", by=sofia(), now=at("2026-03-02 10:01"))
        assert self.kinds("2026-03-02 10:02") == []
        logged(contract, "operations", 24, "2026-02-05 10:00", now=at("2026-03-02 10:03"))
        assert self.kinds("2026-03-02 10:04") == ["80"]
        logged(contract, "operations", 36, "2026-02-06 10:00", now=at("2026-03-02 10:05"))
        assert self.kinds("2026-03-02 10:06") == ["100"]

    def test_bookings_count_and_are_named_apart(self, contract: Contract, mail_server: MailServer) -> None:
        logged(contract, "kickoff", 60, "2026-02-03 10:00")
        booked(contract, "operations", 60, "2026-03-12 10:00", now=at("2026-03-02 09:00"))
        mails = sent(mail_server, owe_included_minutes, "2026-03-02 10:00")
        assert mails[MARTA].subject == "Acme Wellness: all included minutes are drawn"
        assert "1:00 logged" in mails[MARTA].text
        assert "1:00 booked" in mails[MARTA].text
        assert "by the hour" in mails[MARTA].text

    def test_a_level_that_was_left_before_anybody_was_told_is_told_when_it_is_reached(
        self, contract: Contract, mail_server: MailServer
    ) -> None:
        logged(contract, "kickoff", 60, "2026-02-03 10:00")
        session = booked(contract, "operations", 60, "2026-03-12 10:00", now=at("2026-03-02 09:00"))
        assert self.kinds("2026-03-02 10:00") == ["100"]
        cancel_session(session=session, by=giulia(), reason="", now=at("2026-03-02 10:00"))
        assert sent(mail_server, owe_included_minutes, "2026-03-02 10:01") == {}
        assert sent(mail_server, owe_included_minutes, "2026-03-02 10:02") == {}
        booked(contract, "operations", 60, "2026-03-13 10:00", now=at("2026-03-02 10:03"))
        assert set(sent(mail_server, owe_included_minutes, "2026-03-02 10:04")) == BOTH

    def test_the_lower_one_may_be_muted_and_stays_so(self, contract: Contract, mail_server: MailServer) -> None:
        kinds = ["included_minutes_80", "included_minutes_100"]
        muting.mute_exactly(person=marta(), kinds=kinds, now=SIGNED)
        logged(contract, "kickoff", 60, "2026-02-03 10:00")
        logged(contract, "operations", 40, "2026-02-04 10:00")
        assert set(sent(mail_server, owe_included_minutes, "2026-03-02 10:00")) == {GIULIA}
        assert set(sent(mail_server, owe_included_minutes, "2026-03-02 10:01")) == set()
        logged(contract, "operations", 20, "2026-02-05 10:00")
        assert set(sent(mail_server, owe_included_minutes, "2026-03-02 10:02")) == BOTH

    def test_not_once_the_window_is_over(self) -> None:
        kit = launch_kit(now=SIGNED)
        for day in range(1, 5):
            logged(kit, "operations", 60, f"2026-04-0{day} 10:00", now=at("2026-05-02 10:00"))
        assert self.kinds("2026-05-02 10:01") == []


class TestNotLogged:
    @pytest.fixture
    def session(self) -> ConsultingSession:
        return booked(launch_kit(), "kickoff", 60, "2026-03-10 10:00")

    @pytest.mark.usefixtures("session")
    def test_a_day_after_its_end(self) -> None:
        assert owed(owe_not_logged, "2026-03-11 10:59") == set()
        assert owed(owe_not_logged, "2026-03-11 11:00") == {GIULIA}
        assert owed(owe_not_logged, "2026-03-12 11:00") == set()

    def test_not_what_was_logged_or_did_not_take_place(self, session: ConsultingSession) -> None:
        ConsultingSession.objects.filter(pk=session.pk).update(status="no_show")
        assert owed(owe_not_logged, "2026-03-11 11:00") == set()

    def test_what_was_logged_meanwhile(self, session: ConsultingSession, mail_server: MailServer) -> None:
        assert owed(owe_not_logged, "2026-03-11 11:00") == {GIULIA}
        logged(session.contract, "kickoff", 60, "2026-03-10 10:00", session=session, now=at("2026-03-11 11:00"))
        assert sent(mail_server, owe_not_logged, "2026-03-11 11:01") == {}

    def test_what_it_says(self, session: ConsultingSession, mail_server: MailServer) -> None:
        mail = sent(mail_server, owe_not_logged, "2026-03-11 11:00")[GIULIA]
        assert mail.subject == "Not logged yet: Kick-off meeting, Tue, 10 Mar 2026, 10:00 (Rome)"
        assert f"/sessions/{session.pk}/log/" in mail.text


@pytest.mark.parametrize(
    ("scan", "wall", "queries"),
    [
        (owe_unused_minutes, "2026-04-23 08:00", 8),
        (owe_contract_ends, "2026-12-24 08:00", 8),
        (owe_included_minutes, "2026-03-02 10:00", 11),
        (owe_not_logged, "2026-03-13 11:00", 4),
    ],
)
def test_many_customers_cost_as_many_queries_as_one(
    scan: Scan, wall: str, queries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ends_on = date(2026, 12, 31)
    for number in range(4):
        buyer = customer(f"Customer{number}")
        member_of(buyer, f"Admin{number} Ad", kind="admin")
        kit = launch_kit(buyer, starts_on=FIRST, ends_on=ends_on, now=SIGNED)
        lite = pro_lite(buyer, starts_on=FIRST, ends_on=ends_on, now=SIGNED)
        logged(lite, "operations", 60, f"2026-02-0{number + 3} 10:00", now=SIGNED + timedelta(days=30))
        logged(lite, "operations", 50, f"2026-02-0{number + 3} 12:00", now=SIGNED + timedelta(days=30))
        booked(kit, "kickoff", 60, f"2026-03-10 {10 + 2 * number}:00")
        Message.objects.all().delete()
        if number in (0, 3):
            with django_assert_num_queries(queries):
                assert scan(now=at(wall)) > number
