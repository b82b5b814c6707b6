"""The reminders 24 h and 1 h before a session: to whom, when, when not, and in whose time (DOMAIN.md §11)."""

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from customers.models import Role, User
from notifications.domain import muting
from notifications.domain.delivery import send_batch
from notifications.models import Message
from sessions.domain.attendees import Guest
from sessions.domain.cancelling import cancel_session
from sessions.domain.reminders import owe_session_reminders
from sessions.models import ConsultingSession, SessionEvent
from tests.factories import at, booked, customer, giulia, launch_kit, luca, marta, member_of, pro_lite, sofia, staff
from tests.plugin.mail import MailServer, ReceivedMail

pytestmark = pytest.mark.django_db
NORA = Guest("Nora Guest", "nora@guest.example")
GIULIA, MARTA, LUCA = "giulia.conti@oura.example", "marta@acme.example", "luca@acme.example"


@pytest.fixture
def session() -> ConsultingSession:
    """Marta, Luca and a guest meet Giulia on Tuesday 10 March 2026, 10:00–11:00 in Rome."""
    people = [Guest(person.name, person.email) for person in (marta(), luca())]
    return booked(launch_kit(), "kickoff", 60, "2026-03-10 10:00", attendees=[*people, NORA])


def reminded(now: datetime) -> list[tuple[str, str]]:
    """Scan at that moment; everything that is owed so far."""
    owe_session_reminders(now=now)
    rows = Message.objects.filter(kind__startswith="session_reminder").order_by("pk")
    return [(row.kind.removeprefix("session_reminder_"), row.recipient_email) for row in rows]


def sent(mail_server: MailServer, *, now: datetime) -> dict[str, ReceivedMail]:
    """Scan and send at that moment; the reminders by recipient."""
    owe_session_reminders(now=now)
    Message.objects.exclude(kind__startswith="session_reminder").delete()
    while send_batch(now=now).go_on:
        pass
    return {mail.recipients[0]: mail for mail in mail_server.received}


def move(session: ConsultingSession, wall: str, *, now: datetime) -> None:
    starts_at = at(wall)
    ends_at = starts_at + timedelta(minutes=session.duration_minutes)
    ConsultingSession.objects.filter(pk=session.pk).update(
        starts_at=starts_at, ends_at=ends_at, sequence=session.sequence + 1
    )
    SessionEvent.objects.create(session=session, kind=SessionEvent.Kind.MOVED, at=now, by=sofia())


class TestWhen:
    """Each moment from its beginning until the next one's."""

    @pytest.mark.usefixtures("session")
    def test_everybody_who_takes_part_once_a_moment(self) -> None:
        assert reminded(at("2026-03-09 09:59")) == []
        everybody = [("24h", email) for email in (MARTA, LUCA, NORA.email, GIULIA)]
        assert reminded(at("2026-03-09 10:00")) == everybody
        assert reminded(at("2026-03-09 10:01")) == everybody
        assert reminded(at("2026-03-10 08:59")) == everybody
        everybody += [("1h", email) for _moment, email in everybody]
        assert reminded(at("2026-03-10 09:00")) == everybody
        assert reminded(at("2026-03-10 10:00")) == everybody

    @pytest.mark.usefixtures("session")
    def test_a_scheduler_that_was_away_reminds_late(self) -> None:
        assert {moment for moment, _email in reminded(at("2026-03-10 07:00"))} == {"24h"}

    @pytest.mark.usefixtures("session")
    def test_the_first_reminder_ends_when_the_second_begins(self) -> None:
        assert {moment for moment, _email in reminded(at("2026-03-10 09:20"))} == {"1h"}

    @pytest.mark.usefixtures("session")
    def test_both_end_with_the_start(self) -> None:
        assert reminded(at("2026-03-10 10:00")) == []

    def test_a_moment_that_was_over_when_the_session_was_booked_is_not_sent(self) -> None:
        booked(launch_kit(), "kickoff", 60, "2026-03-10 10:00", by=giulia(), now=at("2026-03-09 12:00"))
        assert reminded(at("2026-03-09 12:01")) == []
        assert {moment for moment, _email in reminded(at("2026-03-10 09:00"))} == {"1h"}

    def test_a_moment_that_was_over_when_the_session_was_moved_is_not_sent(self, session: ConsultingSession) -> None:
        move(session, "2026-03-05 10:00", now=at("2026-03-04 11:00"))
        assert reminded(at("2026-03-04 11:01")) == []
        assert {moment for moment, _email in reminded(at("2026-03-05 09:00"))} == {"1h"}

    def test_who_takes_a_session_over_late_is_reminded_of_what_is_to_come(self, session: ConsultingSession) -> None:
        tomas = staff("Tomas Weber", Role.AM)
        ConsultingSession.objects.filter(pk=session.pk).update(staff=tomas)
        SessionEvent.objects.create(
            session=session, kind=SessionEvent.Kind.REASSIGNED, at=at("2026-03-09 12:00"), by=sofia()
        )
        assert reminded(at("2026-03-09 12:01")) == [("24h", email) for email in (MARTA, LUCA, NORA.email)]
        assert ("1h", tomas.email) in reminded(at("2026-03-10 09:00"))

    # Nobody can be reminded of a held one: the database lets none be held before its time is logged.
    @pytest.mark.parametrize("status", ["cancelled", "no_show"])
    def test_only_of_sessions_that_are_booked(self, session: ConsultingSession, status: str) -> None:
        ConsultingSession.objects.filter(pk=session.pk).update(status=status)
        assert reminded(at("2026-03-10 09:30")) == []

    @pytest.mark.parametrize(
        ("wall", "moment"),
        [
            ("2026-03-29 10:00", "2026-03-28 09:00"),  # the clock is put forward in between: 24 h are not a day
            ("2026-10-25 10:00", "2026-10-24 11:00"),  # and back
        ],
    )
    def test_24_hours_are_elapsed_time_over_a_change_of_the_clock(self, wall: str, moment: str) -> None:
        booked(pro_lite(), "kickoff", 60, wall, by=giulia(), attendees=[NORA])
        assert reminded(at(moment) - timedelta(seconds=1)) == []
        assert len(reminded(at(moment))) == 2

    def test_many_sessions_cost_as_many_queries_as_one(
        self, session: ConsultingSession, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(6):
            owe_session_reminders(now=at("2026-03-09 10:00"))
        for hour in (12, 14, 16):
            booked(session.contract, "operations", 60, f"2026-03-10 {hour}:00", attendees=[NORA])
        with django_assert_num_queries(6):
            owe_session_reminders(now=at("2026-03-09 16:00"))


class TestJustBeforeSending:
    """What changed between the row and the mail counts."""

    NOW = at("2026-03-09 10:00")

    def test_a_session_that_was_cancelled_meanwhile(self, session: ConsultingSession, mail_server: MailServer) -> None:
        owe_session_reminders(now=self.NOW)
        cancel_session(session=session, by=giulia(), reason="", now=self.NOW)
        assert sent(mail_server, now=self.NOW) == {}
        assert set(Message.objects.values_list("state", flat=True)) == {"withdrawn"}

    def test_a_session_that_was_moved_meanwhile(self, session: ConsultingSession, mail_server: MailServer) -> None:
        owe_session_reminders(now=self.NOW)
        move(session, "2026-03-12 10:00", now=self.NOW)
        assert sent(mail_server, now=self.NOW) == {}

    @pytest.mark.usefixtures("session")
    def test_a_mail_that_comes_so_late_that_the_next_one_is_due(self, mail_server: MailServer) -> None:
        owe_session_reminders(now=self.NOW)
        mails = sent(mail_server, now=at("2026-03-10 09:30"))
        assert {mail.subject for mail in mails.values()} == {"Starting soon: Kick-off meeting at 10:00 (Rome)"}

    def test_people_who_left(self, session: ConsultingSession, mail_server: MailServer) -> None:
        owe_session_reminders(now=self.NOW)
        luca().memberships.update(until=self.NOW)
        session.attendees.filter(user=None).delete()
        assert sorted(sent(mail_server, now=self.NOW)) == [GIULIA, MARTA]

    @pytest.mark.usefixtures("session")
    def test_who_muted_them_gets_none(self, mail_server: MailServer) -> None:
        muting.mute_exactly(person=luca(), kinds=["session_reminder_24h"], now=self.NOW)
        assert sorted(sent(mail_server, now=self.NOW)) == [GIULIA, MARTA, NORA.email]


class TestWhatItSays:
    """The reader's language and zone first, the other side's time second, both named."""

    def test_two_zones(self, mail_server: MailServer) -> None:
        initech = customer("Initech", country="US", zone="America/New_York")
        ada = member_of(initech, "Ada Admin", kind="admin")
        booked(launch_kit(initech), "kickoff", 60, at("2026-03-16 15:00"), attendees=[Guest(ada.name, ada.email)])
        mails = sent(mail_server, now=at("2026-03-15 15:00"))
        # For three weeks a year Rome is five hours ahead of New York, not six.
        in_rome, in_new_york = "Mon, 16 Mar 2026, 15:00–16:00 (Rome)", "Mon, 16 Mar 2026, 10:00–11:00 (New York)"
        assert in_order(mails[ada.email].text, in_new_york, in_rome)
        assert in_order(mails[GIULIA].text, in_rome, in_new_york)
        assert mails[ada.email].subject == "Reminder: Kick-off meeting, Mon, 16 Mar 2026, 10:00 (New York)"
        assert mails[GIULIA].subject == "Reminder: Kick-off meeting, Mon, 16 Mar 2026, 15:00 (Rome)"

    @pytest.mark.parametrize(
        ("day", "hour"), [("2026-03-06", 9), ("2026-03-30", 9), ("2026-10-26", 10), ("2026-11-02", 9)]
    )
    def test_the_difference_between_the_zones_is_that_of_the_day(
        self, day: str, hour: int, mail_server: MailServer
    ) -> None:
        initech = customer("Initech", country="US", zone="America/New_York")
        booked(pro_lite(initech), "kickoff", 60, at(f"{day} 15:00"), attendees=[NORA])
        text = sent(mail_server, now=at(f"{day} 14:30"))[NORA.email].text
        assert f"{hour:02}:00–{hour + 1:02}:00 (New York)" in text
        assert "15:00–16:00 (Rome)" in text

    def test_a_day_that_differs_between_the_sides(self, mail_server: MailServer) -> None:
        umbrella = customer("Umbrella", country="JP", zone="Asia/Tokyo", currency="JPY")
        booked(launch_kit(umbrella), "kickoff", 60, at("2026-03-10 16:30"), by=giulia(), attendees=[NORA])
        text = sent(mail_server, now=at("2026-03-10 16:00"))[NORA.email].text
        assert in_order(text, "Wed, 11 Mar 2026, 00:30–01:30 (Tokyo)", "Tue, 10 Mar 2026, 16:30–17:30 (Rome)")

    @pytest.mark.usefixtures("session")
    def test_one_time_where_both_sides_share_a_zone(self, mail_server: MailServer) -> None:
        text = sent(mail_server, now=at("2026-03-09 10:00"))[MARTA].text
        assert text.count("(Rome)") == 1

    def test_links_for_those_who_can_sign_in(self, session: ConsultingSession, mail_server: MailServer) -> None:
        mails = sent(mail_server, now=at("2026-03-09 10:00"))
        page = f"http://127.0.0.1:8000/sessions/{session.pk}/"
        assert [page in mails[reader].text for reader in (MARTA, GIULIA, NORA.email)] == [True, True, False]
        assert all(giulia().staff_profile.video_link in mail.text for mail in mails.values())
        assert "/preferences/mail/" in mails[MARTA].text
        assert "/preferences/mail/" not in mails[NORA.email].text

    @pytest.mark.usefixtures("session")
    def test_answers_reach_the_other_side(self, mail_server: MailServer) -> None:
        mails = sent(mail_server, now=at("2026-03-09 10:00"))
        assert GIULIA in mails[MARTA].message["Reply-To"]
        assert MARTA in mails[GIULIA].message["Reply-To"]

    def test_each_in_their_language(self, mail_server: MailServer) -> None:
        initech = customer("Initech Italia", language="it")
        paolo: User = member_of(initech, "Paolo Neri", kind="admin")
        people = [Guest(paolo.name, paolo.email), NORA]
        booked(launch_kit(initech), "kickoff", 60, "2026-03-10 10:00", attendees=people)
        mails = sent(mail_server, now=at("2026-03-09 10:00"))
        languages = {reader: mail.message["Content-Language"] for reader, mail in mails.items()}
        assert languages == {paolo.email: "it", NORA.email: "it", GIULIA: "en"}
        assert "mar 10 mar 2026, 10:00–11:00 (Roma)" in mails[NORA.email].text
        assert "Tue, 10 Mar 2026, 10:00–11:00 (Rome)" in mails[GIULIA].text


def in_order(text: str, first: str, second: str) -> bool:
    assert first in text, text
    assert second in text, text
    return text.index(first) < text.index(second)
