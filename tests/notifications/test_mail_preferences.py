"""Everybody chooses which mails they get, of those that may be switched off (DOMAIN.md §11)."""

import pytest
from django.test import Client

from notifications.domain.muting import muted_by
from tests.factories import luca

pytestmark = pytest.mark.django_db
PAGE = "/preferences/mail/"


@pytest.fixture
def as_luca(client: Client) -> Client:
    client.force_login(luca())
    return client


def test_what_has_no_tick_is_muted(as_luca: Client) -> None:
    assert as_luca.post(PAGE, {"wanted": ["session_reminder_1h"]}).status_code == 302
    assert muted_by(luca()) == {"session_reminder_24h"}
    as_luca.post(PAGE, {"wanted": ["session_reminder_1h", "session_reminder_24h"]})
    assert muted_by(luca()) == set()


def test_looking_changes_nothing(as_luca: Client) -> None:
    page = as_luca.get(PAGE)
    assert page.content.decode().count("checked") == 2
    assert muted_by(luca()) == set()


def test_what_must_reach_people_cannot_be_switched_off(as_luca: Client) -> None:
    assert as_luca.post(PAGE, {"wanted": ["session_booked"]}).status_code == 422
    assert "session_booked" not in as_luca.get(PAGE).content.decode()


def test_strangers_sign_in_first(client: Client) -> None:
    assert client.get(PAGE).status_code == 302
