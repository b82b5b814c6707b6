"""A mail server that this process speaks to, and kinds of mail that exist for one test."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.mail.backends import smtp
from pytest_django import Settings

from notifications.domain import kinds
from notifications.domain.kinds import Compose, Kind
from notifications.domain.letters import Letter
from notifications.domain.outbox import owe
from notifications.models import Message
from tests.factories import acme, member_of
from tests.plugin.mail import MailServer

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def speak_to(port: int, settings: Settings) -> None:
    """Let Django's mail of this process go to a server on this port."""
    settings.EMAIL_BACKEND = f"{smtp.__name__}.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.EMAIL_TIMEOUT = 5


@pytest.fixture
def mail_server(smtp_server: MailServer, settings: Settings) -> MailServer:
    """A real SMTP server to which this process delivers."""
    speak_to(smtp_server.port, settings)
    return smtp_server


@pytest.fixture
def new_kind(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Kind]:
    """Registers a kind of mail for this test: `new_kind("news", at_least_once=True)`."""

    def register(
        code: str, compose: Compose = _plain, *, at_least_once: bool = False, may_be_muted: bool = False
    ) -> Kind:
        kind = Kind(code=code, label=code, compose=compose, at_least_once=at_least_once, may_be_muted=may_be_muted)
        monkeypatch.setitem(kinds._kinds, code, kind)
        return kind

    return register


def _plain(message: Message, _now: datetime) -> Letter:
    return Letter(subject=message.facts["subject"], template="unknown_account", context={"email": "", "action_url": ""})


def owed(kind: str, subject: str, *, key: str = "", to: str = "Marta Ferri", due_at: datetime = NOW) -> Message:
    """One row of the outbox, owed to a person at `NOW`."""
    person = member_of(acme(), to)
    owe(kind=kind, key=key or subject, to=person, facts={"subject": subject}, due_at=due_at, now=NOW)
    return Message.objects.get(kind=kind, key=key or subject, recipient=person)
