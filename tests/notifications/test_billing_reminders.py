"""Finance and leads hear of overage each morning, finance of months that can be closed (DOMAIN.md §11)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from billing.domain.closing import close_month
from billing.domain.reminders import owe_months_ready, owe_overage_digests
from notifications.domain.delivery import send_batch
from notifications.models import Message
from sessions.domain.ledger import adjust, reverse_entry
from tests.factories import aino, at, customer, giulia, globex, hanna, logged, marta, pekka, pro_lite, rate, sofia
from tests.plugin.mail import MailServer

pytestmark = pytest.mark.django_db
GIULIA, PEKKA = "giulia.conti@oura.example", "pekka.laine@oura.example"
SIGNED = at("2026-01-20 12:00")
TYPED = at("2026-03-02 12:00")


def sent(mail_server: MailServer, scan: Callable[..., int], wall: str) -> dict[str, str]:
    """Scan and send at that moment; subject and text of what came, by recipient."""
    Message.objects.filter(kind="overage_rose").delete()
    mail_server.received.clear()
    scan(now=at(wall))
    while send_batch(now=at(wall)).go_on:
        pass
    return {mail.recipients[0]: f"{mail.subject}\n{mail.text}" for mail in mail_server.received}


class TestOverageDigest:
    @pytest.fixture(autouse=True)
    def _overage(self) -> None:
        """Of 120 minutes 130 are logged on 2 March, 12:00 in Rome; Pekka is finance."""
        pekka()
        self.contract = pro_lite(now=SIGNED)
        logged(self.contract, "kickoff", 60, "2026-02-03 10:00", now=TYPED)
        logged(self.contract, "operations", 60, "2026-02-04 10:00", now=TYPED)
        self.last = logged(self.contract, "operations", 10, "2026-02-05 10:00", now=TYPED).entry

    def test_the_next_morning_at_eight_once(self, mail_server: MailServer) -> None:
        assert sent(mail_server, owe_overage_digests, "2026-03-03 07:59") == {}
        mails = sent(mail_server, owe_overage_digests, "2026-03-03 08:00")
        assert set(mails) == {GIULIA, PEKKA}
        assert mails[PEKKA].startswith("Overage: 0:10 came up")
        assert "Acme Wellness: Operations meeting, Thu, 5 Feb 2026, 0:10" in mails[GIULIA]
        assert sent(mail_server, owe_overage_digests, "2026-03-03 08:01") == {}
        assert sent(mail_server, owe_overage_digests, "2026-03-04 08:00") == {}

    def test_a_lead_hears_of_their_own_customers_alone(self, mail_server: MailServer) -> None:
        hanna()
        logged(
            pro_lite(globex(), dedicated=aino(), now=SIGNED),
            "supplementary-training",
            30,
            "2026-02-05 10:00",
            now=TYPED,
        )
        mails = sent(mail_server, owe_overage_digests, "2026-03-03 08:00")
        assert ("Globex" in mails[PEKKA], "Globex" in mails[GIULIA], "Acme" in mails[aino().email]) == (
            True,
            False,
            False,
        )

    def test_what_a_late_entry_pushed_into_overage(self, mail_server: MailServer) -> None:
        sent(mail_server, owe_overage_digests, "2026-03-03 08:00")
        logged(self.contract, "operations", 30, "2026-02-02 10:00", now=at("2026-03-03 12:00"))
        text = sent(mail_server, owe_overage_digests, "2026-03-04 08:00")[PEKKA]
        assert "Operations meeting, Wed, 4 Feb 2026, 0:30" in text
        assert "Thu, 5 Feb" not in text, "that was told the day before"

    def test_nothing_where_it_was_taken_back_or_covered(self, mail_server: MailServer) -> None:
        reverse_entry(entry=self.last, reason="Typo", by=giulia(), now=at("2026-03-02 18:00"))
        assert sent(mail_server, owe_overage_digests, "2026-03-03 08:00") == {}
        logged(self.contract, "operations", 20, "2026-02-06 10:00", now=at("2026-03-03 12:00"))
        adjust(contract=self.contract, minutes=60, reason="Goodwill", by=sofia(), now=at("2026-03-03 18:00"))
        assert sent(mail_server, owe_overage_digests, "2026-03-04 08:00") == {}

    def test_mornings_without_a_scheduler_lose_nothing(self, mail_server: MailServer) -> None:
        text = sent(mail_server, owe_overage_digests, "2026-03-06 11:00")[PEKKA]
        assert "0:10" in text

    def test_many_customers_cost_as_many_queries_as_one(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(7):
            assert owe_overage_digests(now=at("2026-03-03 08:00")) == 2
        for number in range(3):
            contract = pro_lite(customer(f"Customer{number}"), now=SIGNED)
            logged(contract, "supplementary-training", 30, f"2026-02-1{number} 10:00", now=at("2026-03-03 12:00"))
        with django_assert_num_queries(7):
            assert owe_overage_digests(now=at("2026-03-04 08:00")) == 2


class TestMonthReady:
    """February 2026 is over everywhere on 1 March at 12:00 UTC, 13:00 in Rome."""

    @pytest.fixture(autouse=True)
    def _february(self) -> None:
        pekka()
        marta()
        rate("EUR", "120.00")
        logged(pro_lite(now=SIGNED), "kickoff", 60, "2026-02-03 10:00", now=TYPED - timedelta(days=20))

    def test_finance_when_it_is_over(self, mail_server: MailServer) -> None:
        assert sent(mail_server, owe_months_ready, "2026-03-01 12:59") == {}
        mails = sent(mail_server, owe_months_ready, "2026-03-01 13:00")
        assert set(mails) == {PEKKA}
        assert mails[PEKKA].startswith("February 2026 can be closed")
        assert "/periods/2026-02/" in mails[PEKKA]
        assert sent(mail_server, owe_months_ready, "2026-03-02 13:00") == {}

    def test_not_once_it_is_closed(self, mail_server: MailServer) -> None:
        close_month(month=date(2026, 2, 1), by=pekka(), now=at("2026-03-01 13:00"))
        assert sent(mail_server, owe_months_ready, "2026-03-01 13:01") == {}

    def test_not_if_it_was_closed_before_the_mail_went_out(self, mail_server: MailServer) -> None:
        owe_months_ready(now=at("2026-03-01 13:00"))
        close_month(month=date(2026, 2, 1), by=pekka(), now=at("2026-03-01 13:00"))
        assert sent(mail_server, owe_months_ready, "2026-03-01 13:01") == {}
        assert Message.objects.get(kind="month_ready").state == "withdrawn"

    def test_late_rather_than_never_until_the_next_is_over(self, mail_server: MailServer) -> None:
        assert set(sent(mail_server, owe_months_ready, "2026-03-31 10:00")) == {PEKKA}
        assert list(Message.objects.filter(kind="month_ready").values_list("key", flat=True)) == ["month_ready:2026-02"]


def test_a_month_without_entries_is_not_waited_for(mail_server: MailServer) -> None:
    pekka()
    assert sent(mail_server, owe_months_ready, "2026-03-01 13:00") == {}
