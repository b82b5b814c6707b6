"""The fixtures with real processes: a web server, a worker, beat, an SMTP server, one shifted clock."""

import re
import smtplib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import pytest
import requests

from tests.plugin.mail import MailServer
from tests.plugin.processes import CeleryProcesses, WebServer, shifted_clock

AHEAD = timedelta(days=3)


def first_logged_moment(log: str) -> datetime:
    moment = re.search(r"timestamp=(\S+)", log)
    assert moment is not None
    return datetime.fromisoformat(moment[1])


def test_two_web_processes_answer(portal_server: str) -> None:
    assert requests.get(f"{portal_server}/livez", timeout=5).status_code == HTTPStatus.OK


def test_the_web_server_survives_the_renewal_of_the_database_behind_it(portal_server: str) -> None:
    answer = requests.get(f"{portal_server}/readyz", timeout=5)
    assert (answer.status_code, answer.json()["database"]) == (HTTPStatus.OK, "ok")


def test_web_worker_and_beat_share_one_shifted_clock(
    portal_server_factory: Callable[..., WebServer], celery_processes: Callable[..., CeleryProcesses]
) -> None:
    clock = shifted_clock(AHEAD.total_seconds())
    server = portal_server_factory(clock)
    celery = celery_processes(clock)
    assert celery.worker is not None
    assert celery.beat is not None
    answer = requests.get(f"{server.url}/livez", timeout=5)
    moments = [parsedate_to_datetime(answer.headers["Date"])]
    moments += [first_logged_moment(child.output()) for child in (celery.worker, celery.beat)]
    assert [round((moment - datetime.now(UTC)) / AHEAD, 2) for moment in moments] == [1, 1, 1]


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
