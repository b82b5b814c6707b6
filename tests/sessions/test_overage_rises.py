"""The customer's admins hear, once, of overage that rises through something else (DOMAIN.md §7)."""

from typing import Any

import pytest

from notifications.domain.delivery import send_batch
from notifications.models import Message
from packages.models import Contract
from sessions.domain.cancelling import cancel_session
from sessions.domain.changes import move_session
from sessions.domain.ledger import adjust, reverse_entry
from sessions.models import ConsultingSession
from tests.factories import (
    NOW,
    acme,
    at,
    booked,
    giulia,
    logged,
    marta,
    member_of,
    pro_lite,
    rate,
    sofia,
    with_terms_accepted,
)

pytestmark = pytest.mark.django_db

ROSE = "overage_rose"


@pytest.fixture
def contract() -> Contract:
    """120 minutes, 90.00 euro an hour, terms accepted; Marta and Nils are admins."""
    rate("EUR", "90.00")
    contract = with_terms_accepted(pro_lite())
    member_of(acme(), "Nils Admin", kind="admin")
    return contract


@pytest.fixture
def last(contract: Contract) -> ConsultingSession:
    """60 minutes are used; the hour on 20 March takes the rest."""
    logged(contract, "operations", 60, "2026-02-10 10:00")
    return booked(contract, "operations", 60, "2026-03-20 10:00", now=NOW)


def told() -> dict[str, dict[str, Any]]:
    """Who is owed which rises."""
    return {message.recipient_email: message.facts["meetings"] for message in Message.objects.filter(kind=ROSE)}


def test_a_booking_before_it_tells_those_who_did_not_accept_it(contract: Contract, last: ConsultingSession) -> None:
    booked(contract, "operations", 30, "2026-03-10 10:00", accept_overage=True, now=NOW)
    assert told() == {"nils@acme.example": {f"session:{last.pk}": [0, 30]}}


def test_a_late_entry_tells_every_admin_once(contract: Contract, last: ConsultingSession) -> None:
    logged(contract, "operations", 45, "2026-02-20 10:00")
    assert told() == {
        "marta@acme.example": {f"session:{last.pk}": [0, 45]},
        "nils@acme.example": {f"session:{last.pk}": [0, 45]},
    }


def test_what_ran_over_is_told_but_what_was_accepted_is_not(contract: Contract) -> None:
    session = booked(contract, "supplementary-training", 30, "2026-02-10 10:00", accept_overage=True)
    logged(contract, "supplementary-training", 30, session.starts_at, session=session)
    assert told() == {}
    logged(contract, "supplementary-training", 15, "2026-02-10 10:30", session=session)
    assert told()["marta@acme.example"] == {f"session:{session.pk}": [30, 45]}


def test_time_without_a_session_is_told_too(contract: Contract) -> None:
    entry = logged(contract, "supplementary-training", 30, "2026-02-10 10:00").entry
    assert told()["marta@acme.example"] == {f"entry:{entry.pk}": [0, 30]}


def test_a_move_in_front_of_it_tells_of_the_other(contract: Contract) -> None:
    logged(contract, "operations", 60, "2026-02-10 10:00")
    first = booked(contract, "operations", 60, "2026-03-10 10:00", now=NOW)
    behind = booked(contract, "operations", 60, "2026-03-20 10:00", accept_overage=True, now=NOW)
    Message.objects.filter(kind=ROSE).delete()
    move_session(
        session=behind,
        starts_at=at("2026-03-09 10:00"),
        duration_minutes=60,
        staff=giulia(),
        accept_overage=False,
        by=marta(),
        now=NOW,
    )
    assert told()["nils@acme.example"] == {f"session:{first.pk}": [0, 60]}


def test_a_cancellation_can_raise_another(contract: Contract) -> None:
    """Without the short first training the second becomes the one that is covered, and takes the minutes."""
    logged(contract, "operations", 60, "2026-02-10 10:00")
    first = booked(contract, "software-training", 15, "2026-03-10 10:00", now=NOW)
    booked(contract, "software-training", 60, "2026-03-11 10:00", accept_overage=True, now=NOW)
    last = booked(contract, "operations", 45, "2026-03-12 10:00", now=NOW)
    assert told() == {}
    cancel_session(session=first, by=marta(), reason="", now=NOW)
    assert told()["marta@acme.example"] == {f"session:{last.pk}": [0, 45]}


def test_a_reversal_can_raise_another(contract: Contract) -> None:
    first = logged(contract, "software-training", 15, "2026-02-10 10:00").entry
    logged(contract, "software-training", 60, "2026-02-11 10:00")
    logged(contract, "operations", 60, "2026-02-12 10:00")
    last = logged(contract, "operations", 45, "2026-02-13 10:00").entry
    Message.objects.filter(kind=ROSE).delete()
    reverse_entry(entry=first, by=giulia(), reason="Wrong customer", now=NOW)
    assert told()["marta@acme.example"] == {f"entry:{last.pk}": [0, 45]}


def test_falling_overage_is_no_news(contract: Contract, last: ConsultingSession) -> None:
    logged(contract, "operations", 45, "2026-02-20 10:00")
    Message.objects.filter(kind=ROSE).delete()
    adjust(contract=contract, minutes=60, reason="Goodwill", by=sofia(), now=NOW)
    cancel_session(session=last, by=marta(), reason="", now=NOW)
    assert told() == {}


class TestTheMail:
    @pytest.fixture(autouse=True)
    def _in_memory(self, settings: Any) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    def sent(self, mailoutbox: list[Any]) -> list[Any]:
        while send_batch(now=NOW).go_on:
            pass
        return [mail for mail in mailoutbox if mail.subject.startswith("More overage")]

    def test_it_says_what_how_much_and_what_it_costs(
        self, contract: Contract, last: ConsultingSession, mailoutbox: list[Any]
    ) -> None:
        logged(contract, "operations", 45, "2026-02-20 10:00", now=NOW)
        mails = self.sent(mailoutbox)
        assert sorted(mail.to[0].partition("<")[2] for mail in mails) == ["marta@acme.example>", "nils@acme.example>"]
        body = " ".join(mails[0].body.split())
        assert "Operations meeting, Fri, 20 Mar 2026, 10:00 (Rome): 0:45 of overage instead of 0:00, €67.50" in body
        assert f"/contracts/{contract.pk}/" in body

    def test_it_is_withdrawn_once_it_is_true_no_more(
        self, contract: Contract, last: ConsultingSession, mailoutbox: list[Any]
    ) -> None:
        logged(contract, "operations", 45, "2026-02-20 10:00", now=NOW)
        cancel_session(session=last, by=marta(), reason="", now=NOW)
        assert self.sent(mailoutbox) == []
