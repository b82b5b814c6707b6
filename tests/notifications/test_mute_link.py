"""The link in a mail that stops mail of its kind: by POST, without signing in (DOMAIN.md §11, EDGE_CASES 17)."""

import re

import pytest
from django.core import signing
from django.test import Client

from notifications.domain import muting
from notifications.domain.delivery import send_batch
from notifications.domain.mute_links import token_for
from notifications.models import MutedKind
from sessions.domain.reminders import owe_session_reminders
from tests.factories import at, booked, giulia, launch_kit, luca, marta
from tests.plugin.mail import MailServer

pytestmark = pytest.mark.django_db
KIND = "session_reminder_24h"


def page_for(kind: str = KIND) -> str:
    return f"/mail/stop/{token_for(person=luca(), kind=kind)}/"


def test_following_it_does_nothing(client: Client) -> None:
    page = client.get(page_for())
    assert page.status_code == 200
    assert "Session: first reminder" in page.content.decode()
    assert not MutedKind.objects.exists()


def test_posting_stops_that_kind_for_that_person_alone() -> None:
    stranger = Client(enforce_csrf_checks=True)
    for _again in range(2):
        answer = stranger.post(page_for(), {"List-Unsubscribe": "One-Click"})
        assert "You get no more mail of this kind" in answer.content.decode()
    assert muting.muted_by(luca()) == {KIND}
    assert muting.muted_by(giulia()) == frozenset()


@pytest.mark.parametrize("kind", ["included_minutes_100", "session_booked", "nonsense"])
def test_what_may_not_be_switched_off_has_no_page(client: Client, kind: str) -> None:
    assert client.post(page_for(kind)).status_code == 404
    assert not MutedKind.objects.exists()


def test_what_we_did_not_sign_has_no_page(client: Client) -> None:
    forged = signing.dumps([luca().pk, KIND], salt="another")
    assert client.post(f"/mail/stop/{forged}/").status_code == 404
    assert client.get("/mail/stop/nonsense/").status_code == 404


def test_every_mail_that_may_be_stopped_carries_it(mail_server: MailServer) -> None:
    booked(launch_kit(), "kickoff", 60, "2026-03-10 10:00")
    owe_session_reminders(now=at("2026-03-09 10:00"))
    send_batch(now=at("2026-03-09 10:00"))
    for mail in mail_server.received:
        reminder = mail.subject.startswith("Reminder")
        assert ("List-Unsubscribe" in mail.message) == reminder
        assert bool(re.search(r"/mail/stop/\S+/", mail.text)) == reminder
        if reminder:
            assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


class TestPreferences:
    def test_people_of_customers_are_not_asked_about_mail_for_staff(self, client: Client) -> None:
        client.force_login(marta())
        page = client.get("/preferences/mail/").content.decode()
        assert "Launch Kit: unused minutes" in page
        assert "Overage: what came up, each morning" not in page

    def test_plain_members_are_asked_about_sessions_alone(self, client: Client) -> None:
        client.force_login(luca())
        page = client.get("/preferences/mail/").content.decode()
        assert "Session: first reminder" in page
        assert "Launch Kit: unused minutes" not in page

    def test_saving_leaves_alone_what_was_not_asked(self) -> None:
        muting.mute(person=luca(), kind="unused_minutes", now=at("2026-03-01 10:00"))
        muting.mute_exactly(person=luca(), kinds=[KIND], now=at("2026-03-01 10:00"))
        assert muting.muted_by(luca()) == {KIND, "unused_minutes"}
