"""The cap on overage in the browser: setting it, meeting it while booking, asking who may go above it (§7)."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from customers.models import User
from notifications.domain.delivery import send_batch
from notifications.models import Message
from packages.models import Contract
from sessions.domain.overage_cap_changes import CapWanted, cap_of, change_cap
from sessions.models import ConsultingSession, OverageCap, OverageRequest
from tests.factories import (
    NOW,
    acme,
    booked,
    giulia,
    hanna,
    logged,
    luca,
    marta,
    member_of,
    pekka,
    pro_lite,
    rate,
    sofia,
    with_terms_accepted,
)
from tests.sessions.booking_pages import details, form, sealed_quote, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(settings: Any) -> Iterator[None]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with time_machine.travel(NOW, tick=False):
        yield


def nils() -> User:
    return member_of(acme(), "Nils Admin", kind="admin")


@pytest.fixture
def contract() -> Contract:
    """Nothing included is left; 90.00 euro an hour, terms accepted, and Nils accepts every overage."""
    rate("EUR", "90.00")
    contract = with_terms_accepted(pro_lite())
    logged(contract, "operations", 60, "2026-02-02 10:00")
    logged(contract, "operations", 60, "2026-02-03 10:00")
    change_cap(customer=acme(), wanted=CapWanted(approver=nils(), minutes=0), by=marta(), now=NOW)
    return contract


def page_of_cap() -> str:
    return reverse("sessions:overage-cap", args=[acme().pk])


class TestSetting:
    def test_an_admin_sets_it_and_the_customers_page_shows_it(self) -> None:
        client = signed_in(marta())
        typed = {"kind": "amount", "amount": "250.00", "minutes": "", "approver": str(nils().pk)}
        assert client.post(page_of_cap(), typed).status_code == 302
        cap = cap_of(acme())
        assert cap is not None
        assert (cap.minutes, cap.amount, cap.currency, cap.approver) == (None, Decimal("250.00"), "EUR", nils())
        words = text_of(client.get(reverse("customer-detail", args=[acme().pk])))
        assert "€250.00 a month" in words
        assert "Nils Admin accepts more." in words
        history = text_of(client.get(reverse("customer-history", args=[acme().pk])))
        assert "The cap on overage is €250.00 a month; Nils Admin accepts more." in history

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"kind": "minutes"}, "minutes"),
            ({"kind": "minutes", "minutes": "soon"}, "minutes"),
            ({"kind": "amount", "amount": "-1"}, "amount"),
            ({"kind": "amount", "amount": "NaN"}, "amount"),
            ({"kind": "minutes", "minutes": "2:00", "approver": "0"}, "approver"),
            ({"kind": "minutes", "minutes": "2:00", "approver": ""}, "approver"),
            ({"kind": "all"}, "kind"),
            ({"kind": "none", "amount": "250"}, "kind"),
        ],
    )
    def test_what_is_missing_is_said_beside_its_field(self, typed: dict[str, str], field: str) -> None:
        response = signed_in(marta()).post(page_of_cap(), {"approver": str(marta().pk), **typed})
        assert response.status_code == 422
        assert field in response.context["form"].errors
        assert not OverageCap.objects.exists()

    def test_who_does_not_accept_reads_it_and_cannot_change_it(self, contract: Contract) -> None:
        client = signed_in(marta())
        assert "is the only one who changes this" in text_of(client.get(page_of_cap()))
        assert client.post(page_of_cap(), {"kind": "none"}).status_code == 403
        assert signed_in(nils()).post(page_of_cap(), {"kind": "none"}).status_code == 302
        assert "No cap" in text_of(client.get(page_of_cap()))

    @pytest.mark.parametrize(
        ("person", "status"), [(giulia, 403), (sofia, 403), (pekka, 403), (luca, 404), (hanna, 404)]
    )
    def test_it_is_the_customers_own(self, person: Callable[[], User], status: int) -> None:
        luca()
        assert signed_in(person()).get(page_of_cap()).status_code == status


class TestBooking:
    def test_the_page_says_who_can_before_anybody_tries(self, contract: Contract) -> None:
        words = text_of(signed_in(marta()).get(details(contract)))
        assert "Only Nils Admin can accept it." in words
        assert "Ask Nils Admin" in words
        assert "Book, with" not in words

    def test_a_post_past_the_page_is_refused(self, contract: Contract) -> None:
        client = signed_in(marta())
        quote = sealed_quote(client.get(details(contract)))
        response = client.post(details(contract), form(members=[marta()], accept_overage="on", quote=quote))
        assert response.status_code == 409
        assert not ConsultingSession.objects.exists()

    def test_the_approver_gets_a_mail_and_books_what_was_typed(self, contract: Contract, mailoutbox: list[Any]) -> None:
        client = signed_in(marta())
        orders = [f"{luca().pk}:orders"]
        guests = [("Ugo Guest", "ugo@else.example")]
        typed = form(act="ask", members=[luca()], guests=guests, roles=orders, message="Ring sizes")
        response = client.post(details(contract), typed, follow=True)
        assert "Nils Admin was asked by mail. The time is not kept." in text_of(response)
        client.post(details(contract), typed)
        send_batch(now=NOW)
        (mail,) = [mail for mail in mailoutbox if "asks you to accept overage" in mail.subject]
        body = " ".join(mail.body.split())
        assert "nils@acme.example" in mail.to[0]
        assert "1:00 of overage, €90.00 · March 2026 would come to 1:00, the cap is 0:00" in body
        assert "Ring sizes" in body
        link = next(word for word in body.split() if "/book/details/" in word)
        approver = signed_in(nils())
        page = approver.get("/" + link.split("/", 3)[3])
        assert page.status_code == 200
        assert page.context["form"].initial == {"members": [luca().pk], "roles": orders, "message": "Ring sizes"}
        assert "Ugo Guest" in page.content.decode()
        quote = sealed_quote(page)
        booking = form(members=[luca()], accept_overage="on", quote=quote)
        assert approver.post(details(contract), booking).status_code == 302
        assert ConsultingSession.objects.get().overage_acceptances.get().accepted_by == nils()

    def test_the_mail_is_withdrawn_when_the_time_is_over(self, contract: Contract, mailoutbox: list[Any]) -> None:
        signed_in(marta()).post(details(contract), form(act="ask", members=[luca()]))
        asked = OverageRequest.objects.get()
        send_batch(now=asked.starts_at)
        assert [mail for mail in mailoutbox if "asks you to accept overage" in mail.subject] == []

    def test_there_is_nothing_to_ask_for_below_the_cap(self, contract: Contract) -> None:
        change_cap(customer=acme(), wanted=None, by=nils(), now=NOW)
        response = signed_in(marta()).post(details(contract), form(act="ask", members=[luca()]))
        assert response.status_code == 422
        assert "nothing is above the cap" in text_of(response)
        assert not OverageRequest.objects.exists()

    @pytest.mark.parametrize("person", [giulia, sofia])
    def test_staff_do_not_ask(self, contract: Contract, person: Callable[[], User]) -> None:
        response = signed_in(person()).post(details(contract), form(act="ask", members=[luca()]))
        assert response.status_code == 403
        assert not Message.objects.filter(kind="overage_asked").exists()

    def test_a_request_of_another_contract_fills_nothing_in(self, contract: Contract) -> None:
        other = pro_lite()
        signed_in(marta()).post(details(contract), form(act="ask", members=[luca()], message="Ring sizes"))
        asked = OverageRequest.objects.get()
        page = signed_in(nils()).get(details(other, asked=str(asked.pk)))
        assert "message" not in page.context["form"].initial


def test_moving_into_a_full_month_asks_the_approver(contract: Contract, mailoutbox: list[Any]) -> None:
    first, _second = (
        booked(contract, "operations", 60, wall, accept_overage=True, by=nils(), now=NOW)
        for wall in ("2026-03-10 10:00", "2026-04-01 10:00")
    )
    change_cap(customer=acme(), wanted=CapWanted(approver=nils(), minutes=60), by=nils(), now=NOW)
    page = (
        f"{reverse('sessions:move-confirm', args=[first.pk])}?minutes=60&staff={giulia().pk}&starts=2026-04-02T08:00Z"
    )
    client = signed_in(marta())
    words = text_of(client.get(page))
    assert "April 2026 comes to 2:00" in words
    assert client.post(page, {"act": "ask", "reason": "Away"}).status_code == 302
    send_batch(now=NOW)
    (mail,) = [mail for mail in mailoutbox if "asks you to accept overage" in mail.subject]
    assert f"/sessions/{first.pk}/move/confirm/" in mail.body
    assert "starts=2026-04-02T08%3A00Z" in mail.body
