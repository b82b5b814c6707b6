"""Getting into the portal by mail: invitations and new passwords (DOMAIN.md §12)."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from customers.models import User
from notifications.domain.accounts import invite
from notifications.domain.delivery import send_batch
from notifications.models import Message
from tests.factories import acme, luca, marta
from tests.notifications.conftest import NOW
from tests.plugin.mail import MailServer

pytestmark = pytest.mark.django_db
PORTAL = "http://127.0.0.1:8000"


def link_in(text: str) -> str:
    found = re.search(rf"{PORTAL}(/accounts/password/reset/key/\S+)", text)
    assert found is not None, text
    return found[1]


def set_password(client: Client, link: str, password: str) -> None:
    """Follow the link as a person does; a mail scanner's GET before it must not use it up."""
    Client().get(link, follow=True)
    page = client.get(link, follow=True)
    client.post(page.redirect_chain[-1][0], {"password1": password, "password2": password})


def send_now() -> None:
    while send_batch(now=timezone.now()).go_on:
        pass


def test_an_invited_person_sets_a_password_and_signs_in(mail_server: MailServer, client: Client) -> None:
    marta()
    anna = invite(
        customer=acme(), email="Anna@acme.example", name="Anna Riva", kind="member", by=marta(), now=timezone.now()
    )
    assert not anna.has_usable_password()
    send_now()
    (mail,) = mail_server.received
    assert mail.recipients == ("anna@acme.example",)
    assert "Marta Ferri invited you to Acme Wellness" in mail.text
    set_password(client, link_in(mail.text), "a-long-enough-passphrase")
    assert client.login(email="anna@acme.example", password="a-long-enough-passphrase")


def test_somebody_who_has_an_account_is_sent_to_it(mail_server: MailServer) -> None:
    marta()
    hanna = User.objects.create_user("hanna@elsewhere.example", "correct-horse-battery", name="Hanna")
    invite(customer=acme(), email=hanna.email, name="", kind="admin", by=marta(), now=NOW)
    send_batch(now=NOW)
    (mail,) = mail_server.received
    assert f"{PORTAL}/" in mail.text
    assert "/password/reset/key/" not in mail.text


def test_inviting_twice_writes_once_and_somebody_removed_meanwhile_gets_nothing(mail_server: MailServer) -> None:
    for _again in range(2):
        invite(customer=acme(), email="anna@acme.example", name="Anna", kind="member", by=marta(), now=NOW)
    assert Message.objects.count() == 1
    User.objects.get(email="anna@acme.example").memberships.update(until=NOW)
    send_batch(now=NOW)
    assert mail_server.received == []


def test_a_new_password_by_mail(mail_server: MailServer, client: Client) -> None:
    client.post("/accounts/password/reset/", {"email": luca().email})
    assert mail_server.received == [], "the page itself must not wait for the mail server"
    send_now()
    (mail,) = mail_server.received
    set_password(client, link_in(mail.text), "another-long-passphrase")
    assert client.login(email=luca().email, password="another-long-passphrase")


def test_no_link_that_opens_an_account_is_kept(client: Client) -> None:
    client.post("/accounts/password/reset/", {"email": luca().email})
    assert Message.objects.get().facts == {}


def test_a_stranger_learns_by_mail_alone_that_there_is_no_account(mail_server: MailServer, client: Client) -> None:
    known = client.post("/accounts/password/reset/", {"email": luca().email})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@acme.example"}, HTTP_ACCEPT_LANGUAGE="it")
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    send_now()
    mail = next(mail for mail in mail_server.received if mail.recipients == ("nobody@acme.example",))
    assert mail.message["Content-Language"] == "it"
    assert f"{PORTAL}/accounts/password/reset/" in mail.text


@pytest.mark.parametrize("address", ["luca@acme.example", "nobody@acme.example"])
def test_asking_again_and_again_does_not_fill_a_mailbox(address: str, client: Client) -> None:
    luca()
    for _again in range(3):
        client.post("/accounts/password/reset/", {"email": address})
    assert Message.objects.count() <= 2
