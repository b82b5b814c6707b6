"""Whoever has a new API token is told so by mail, which never holds the token."""

import pytest
from django.urls import reverse

from notifications.domain.delivery import send_batch
from notifications.domain.tokens import make_token
from tests.factories import marta
from tests.notifications.conftest import NOW
from tests.plugin.mail import MailServer

pytestmark = pytest.mark.django_db


def test_the_person_is_told_what_it_may_do_and_where_to_end_it(mail_server: MailServer) -> None:
    _row, token = make_token(person=marta(), name="Payroll <export>", scopes=["book"], ends_at=None, now=NOW)
    send_batch(now=NOW)
    (mail,) = mail_server.received
    assert mail.recipients == (marta().email,)
    assert "Payroll <export>" in mail.text
    assert "Find times, and book, move and cancel sessions" in mail.text
    assert "It works until you revoke it." in mail.text
    assert f"http://127.0.0.1:8000{reverse('tokens')}" in mail.text
    assert token not in mail.text


def test_it_says_when_the_token_ends(mail_server: MailServer) -> None:
    make_token(person=marta(), name="Payroll", scopes=["read"], ends_at=NOW.replace(year=NOW.year + 1), now=NOW)
    send_batch(now=NOW)
    (mail,) = mail_server.received
    assert f"It works until Tue, 2 Mar {NOW.year + 1}" in mail.text
