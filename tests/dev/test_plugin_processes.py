"""The fixtures with real processes: a web server, a worker, beat, an SMTP server, one shifted clock."""

import smtplib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import pytest
import requests

from tests.plugin.mail import MailServer
from tests.plugin.processes import CeleryProcesses, WebServer, shifted_clock


def test_two_web_processes_answer(portal_server: str) -> None:
    assert requests.get(f"{portal_server}/livez", timeout=5).status_code == HTTPStatus.OK


def test_the_web_server_survives_the_renewal_of_the_database_behind_it(portal_server: str) -> None:
    answer = requests.get(f"{portal_server}/readyz", timeout=5)
    assert (answer.status_code, answer.json()["database"]) == (HTTPStatus.OK, "ok")


def test_a_server_of_ones_own_lives_on_a_shifted_clock(portal_server_factory: Callable[..., WebServer]) -> None:
    server = portal_server_factory(shifted_clock(timedelta(days=3).total_seconds()))
    answer = requests.get(f"{server.url}/accounts/login/", timeout=5)
    csrf = next(cookie for cookie in answer.cookies if cookie.name == "portal_csrf")
    assert csrf.expires is not None
    ahead = datetime.fromtimestamp(csrf.expires, UTC) - datetime.now(UTC) - timedelta(weeks=52)
    assert ahead > timedelta(days=2)
    assert parsedate_to_datetime(answer.headers["Date"]) - datetime.now(UTC) > timedelta(days=2)


def test_a_worker_and_beat_start_and_survive_the_loss_of_a_pool_process(
    celery_processes: Callable[..., CeleryProcesses],
) -> None:
    celery = celery_processes()
    assert celery.worker is not None
    assert celery.beat is not None
    assert celery.kill_pool_children()
    assert celery.worker.running
    assert celery.beat.running


def test_the_smtp_server_keeps_what_it_accepts_and_refuses_when_told(smtp_server: MailServer) -> None:
    with smtplib.SMTP("127.0.0.1", smtp_server.port) as client:
        client.sendmail("a@oura.example", ["b@acme.example"], "Subject: Caffè\n\nHello".encode())
        (mail,) = smtp_server.wait_for(1, seconds=5)
        assert (mail.recipients, mail.text.strip()) == (("b@acme.example",), "Hello")
        smtp_server.refuse_with = "451 4.3.0 try later"
        with pytest.raises(smtplib.SMTPDataError):
            client.sendmail("a@oura.example", ["b@acme.example"], b"Subject: no\n\n")
    assert (len(smtp_server.received), smtp_server.refused) == (1, 1)
