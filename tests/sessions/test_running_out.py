"""Minutes that lapse soon, and none left: what the contract's page offers, and asking the lead for more (§2, §9)."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from core.refusals import InvalidInput, NotAllowed
from customers.models import ContactAssignment, User
from notifications.domain.delivery import send_batch
from notifications.models import Message
from packages.models import Contract
from sessions.domain.asking_for_more import ask_for_more
from sessions.domain.lapsing import Lapsing, about_to_lapse
from sessions.domain.numbers import numbers_of
from tests.factories import NOW, at, giulia, hanna, launch_kit, logged, luca, marta, pro_lite, rate, sofia
from tests.sessions.booking_pages import signed_in, text_of

pytestmark = pytest.mark.django_db


def page(contract: Contract) -> str:
    return reverse("sessions:contract", args=[contract.pk])


def more(contract: Contract) -> str:
    return reverse("sessions:contract-more", args=[contract.pk])


def used_up() -> Contract:
    """120 minutes, all of them logged; 90.00 euro an hour."""
    rate("EUR", "90.00")
    contract = pro_lite()
    logged(contract, "operations", 60, "2026-02-02 10:00")
    logged(contract, "operations", 60, "2026-02-03 10:00")
    return contract


class TestLapsing:
    """The kit's window ends on 30 April 2026."""

    def lapsing(self, contract: Contract, now: datetime) -> Lapsing | None:
        return about_to_lapse(contract, numbers_of(contract, now=now), now=now)

    @pytest.mark.parametrize(
        ("wall", "warns"),
        [
            ("2026-03-31 23:59", False),
            ("2026-04-01 00:00", True),
            ("2026-04-30 23:59", True),
            ("2026-05-01 00:00", False),
        ],
    )
    def test_it_warns_in_the_last_thirty_days_of_the_window(self, wall: str, warns: bool) -> None:
        assert (self.lapsing(launch_kit(), at(wall)) is not None) is warns

    def test_the_times_lie_on_different_days_inside_the_window(self) -> None:
        found = self.lapsing(launch_kit(), at("2026-04-27 08:00"))
        assert found is not None
        assert [slot.starts_at for slot in found.times] == [
            at("2026-04-28 09:00"),
            at("2026-04-29 09:00"),
            at("2026-04-30 09:00"),
        ]

    def test_the_length_fits_what_is_free(self) -> None:
        contract = launch_kit()
        for day, minutes in (("02", 60), ("03", 60), ("04", 60), ("05", 20)):
            logged(contract, "operations", minutes, f"2026-02-{day} 10:00")
        found = self.lapsing(contract, at("2026-04-13 08:00"))
        assert found is not None
        assert (found.minutes, found.duration_minutes) == (40, 30)

    def test_one_click_leads_to_the_last_screen_of_booking(self) -> None:
        contract = launch_kit()
        with time_machine.travel(at("2026-04-13 08:00"), tick=False):
            client = signed_in(marta())
            shown = client.get(page(contract))
            assert "4:00 lapse after 30 Apr 2026" in text_of(shown)
            first, *others = shown.context["lapsing_times"]
            assert len(others) == 2
            assert first["href"] in shown.content.decode().replace("&amp;", "&")
            confirm = client.get(first["href"])
        assert confirm.status_code == 200
        assert confirm.context["can_act"]
        assert confirm.context["starts_at"] == first["starts_at"]


class TestAskingForMore:
    @pytest.fixture(autouse=True)
    def _now(self, settings: Any) -> Iterator[None]:
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        with time_machine.travel(NOW, tick=False):
            yield

    def test_an_empty_balance_says_what_an_hour_costs(self) -> None:
        words = text_of(signed_in(marta()).get(page(used_up())))
        assert "A further hour costs €90.00 at the rate in force." in words
        assert "Renew or ask for more" in words

    def test_while_minutes_are_free_nothing_is_offered(self) -> None:
        assert "Renew or ask for more" not in text_of(signed_in(marta()).get(page(pro_lite())))

    @pytest.mark.parametrize(("last", "offered"), [("2026-05-01", True), ("2026-05-02", False)])
    def test_a_renewal_is_offered_in_the_last_sixty_days(self, last: str, offered: bool) -> None:
        contract = pro_lite(ends_on=date.fromisoformat(last))
        assert ("Renew or ask for more" in text_of(signed_in(marta()).get(page(contract)))) is offered

    def test_the_lead_gets_the_words_and_answers_the_customer(self, mailoutbox: list[Any]) -> None:
        contract = used_up()
        response = signed_in(marta()).post(more(contract), {"wish": "Ten hours from May."}, follow=True)
        assert "Giulia Conti gets your words by mail, and answers you." in text_of(response)
        send_batch(now=NOW)
        (mail,) = mailoutbox
        assert "giulia.conti@oura.example" in mail.to[0]
        assert mail.subject == f"Acme Wellness asks for more: {contract.reference}"
        assert "Ten hours from May." in mail.body
        assert "Left are 0:00" in mail.body
        assert "marta@acme.example" in mail.reply_to[0]

    def test_once_a_day(self) -> None:
        contract = used_up()
        client = signed_in(marta())
        client.post(more(contract), {"wish": "Ten hours."})
        again = client.post(more(contract), {"wish": "Twenty hours."})
        assert again.status_code == 422
        assert "You asked today already" in text_of(again)
        assert "Twenty hours." in again.content.decode()
        assert Message.objects.filter(kind="asked_for_more").count() == 1
        ask_for_more(contract=contract, wish="Twenty hours.", by=marta(), now=at("2026-03-03 08:00"))
        assert Message.objects.filter(kind="asked_for_more").count() == 2

    @pytest.mark.parametrize("wish", ["", "  ", "x" * 1001])
    def test_words_are_needed_and_not_too_many(self, wish: str) -> None:
        assert signed_in(marta()).post(more(used_up()), {"wish": wish}).status_code == 422

    def test_without_a_lead_it_says_so(self) -> None:
        contract = used_up()
        ContactAssignment.objects.filter(kind="lead").update(until=NOW)
        with pytest.raises(InvalidInput, match="Nobody leads"):
            ask_for_more(contract=contract, wish="More", by=marta(), now=NOW)

    @pytest.mark.parametrize(("person", "status"), [(giulia, 403), (sofia, 403), (luca, 404), (hanna, 404)])
    def test_customer_admins_ask(self, person: Callable[[], User], status: int) -> None:
        contract = used_up()
        luca()
        assert signed_in(person()).post(more(contract), {"wish": "More"}).status_code == status
        with pytest.raises(NotAllowed):
            ask_for_more(contract=contract, wish="More", by=person(), now=NOW)
