"""A customer's admins are told when a session costs more an hour than they accepted (DOMAIN.md §5)."""

from datetime import UTC, date, datetime

import pytest
from django.core import mail

from customers.models import Customer
from notifications.domain.delivery import send_batch
from notifications.models import Message
from sessions.domain.cancelling import cancel_session
from sessions.models import ConsultingSession
from tests.factories import acme, booked, customer, marta, member_of, pro_lite, rate, with_terms_accepted

pytestmark = pytest.mark.django_db

SUPPLEMENTARY = "supplementary-training"


@pytest.fixture(autouse=True)
def first_rate() -> None:
    rate("EUR", "120")


def accepted(wall: str = "2026-04-15 10:00", buyer: Customer | None = None) -> ConsultingSession:
    """A session whose overage was accepted at 120 an hour."""
    contract = with_terms_accepted(pro_lite(buyer))
    return booked(contract, SUPPLEMENTARY, 30, wall, accept_overage=True)


def told() -> list[str]:
    return sorted(Message.objects.filter(kind="rate_raised").values_list("recipient_email", flat=True))


def test_every_admin_is_told_once_a_line() -> None:
    accepted()
    member_of(acme(), "Ugo Secondo", kind="admin")
    member_of(acme(), "Luca Bruni")

    rate("EUR", "130", valid_from=date(2026, 4, 1))

    assert told() == ["marta@acme.example", "ugo@acme.example"]


@pytest.mark.parametrize(
    ("currency", "amount", "valid_from"),
    [
        ("EUR", "120", date(2026, 4, 1)),
        ("EUR", "110", date(2026, 4, 1)),
        ("EUR", "130", date(2026, 4, 16)),
        ("USD", "130", date(2026, 4, 1)),
    ],
)
def test_nobody_is_told_of_what_costs_them_no_more(currency: str, amount: str, valid_from: date) -> None:
    accepted()
    rate(currency, amount, valid_from=valid_from)
    assert not told()


def test_the_day_is_that_of_the_contracts_zone() -> None:
    tokyo = customer("Kirin", country="JP", zone="Asia/Tokyo", currency="EUR")
    accepted("2026-04-15 17:00", tokyo)  # Giulia's morning; still the 15th in Tokyo
    rate("EUR", "130", valid_from=date(2026, 4, 16))
    assert not told()
    rate("EUR", "125", valid_from=date(2026, 4, 15))
    assert told() == ["ada@kirin.example"]


def test_a_negotiated_rate_concerns_its_own_contract() -> None:
    ours = accepted()
    accepted("2026-04-16 10:00", customer("Initech"))

    rate("EUR", "150", contract=ours.contract, valid_from=date(2026, 4, 1))

    assert told() == ["marta@acme.example"]


def test_going_back_to_a_dearer_general_rate_is_told_too() -> None:
    contract = with_terms_accepted(pro_lite())
    rate("EUR", "90", contract=contract)
    booked(contract, SUPPLEMENTARY, 30, "2026-04-15 10:00", accept_overage=True)

    rate("EUR", None, contract=contract, valid_from=date(2026, 4, 1))

    assert told() == ["marta@acme.example"]


def test_a_general_rise_leaves_who_negotiated_in_peace() -> None:
    contract = with_terms_accepted(pro_lite())
    rate("EUR", "90", contract=contract)
    booked(contract, SUPPLEMENTARY, 30, "2026-04-15 10:00", accept_overage=True)

    rate("EUR", "200", valid_from=date(2026, 4, 1))

    assert not told()


def test_a_cancelled_session_is_no_reason() -> None:
    session = accepted()
    cancel_session(session=session, by=marta(), reason="", now=datetime(2026, 4, 9, tzinfo=UTC))
    rate("EUR", "130", valid_from=date(2026, 4, 1))
    assert not told()


class TestLetter:
    NOW = datetime(2026, 4, 10, 9, 0, tzinfo=UTC)

    def letters(self) -> list[mail.EmailMessage]:
        Message.objects.exclude(kind="rate_raised").delete()
        send_batch(now=self.NOW)
        return mail.outbox

    def test_names_the_session_and_both_rates(self) -> None:
        session = accepted()
        rate("EUR", "130.50", valid_from=date(2026, 4, 1), now=self.NOW)

        (letter,) = self.letters()

        assert letter.subject == "A higher hourly rate for a session that you booked"
        assert "Supplementary training, Wed, 15 Apr 2026, 10:00 (Rome)" in letter.body
        assert "€120.00 was accepted, €130.50 an hour is in force" in letter.body
        assert f"/sessions/{session.pk}/" in letter.body

    def test_is_not_sent_for_a_session_that_was_cancelled_meanwhile(self) -> None:
        session = accepted()
        rate("EUR", "130", valid_from=date(2026, 4, 1), now=self.NOW)
        cancel_session(session=session, by=marta(), reason="Too dear", now=self.NOW)
        assert not self.letters()

    def test_is_not_sent_when_the_rate_fell_again_meanwhile(self) -> None:
        accepted()
        rate("EUR", "130", valid_from=date(2026, 4, 1), now=self.NOW)
        rate("EUR", "115", valid_from=date(2026, 4, 2), now=self.NOW)
        assert not self.letters()

    def test_is_not_sent_to_who_is_no_admin_any_more(self) -> None:
        accepted()
        rate("EUR", "130", valid_from=date(2026, 4, 1), now=self.NOW)
        member_of(acme(), "Carla Neri", kind="admin")
        marta().memberships.update(kind="member")
        assert not self.letters()
