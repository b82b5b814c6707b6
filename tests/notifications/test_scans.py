"""The minute's scans: each on its own, harmless twice, and what readiness tells of them (DOMAIN.md §11)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from notifications.domain import scans
from notifications.domain.delivery import send_batch
from notifications.domain.kinds import Kind
from notifications.models import Message, ScanRun
from notifications.tasks import scan_reminders, send_due
from tests.factories import at, booked, launch_kit, logged, pekka, premium, pro_lite, rate
from tests.notifications.conftest import NOW, owed
from tests.plugin.mail import MailServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Registers scans of this test in place of the portal's."""
    monkeypatch.setattr(scans, "_scans", {})
    return scans.register_scan


def test_one_that_fails_stops_no_other(alone: Callable[..., None]) -> None:
    def broken(*, now: datetime) -> int:
        raise ZeroDivisionError(now)

    alone("broken", broken)
    alone("sound", lambda *, now: 3)
    assert scans.run_scans(now=NOW) == 3
    assert ScanRun.objects.get(code="broken").error.startswith("ZeroDivisionError")
    assert ScanRun.objects.get(code="sound").finished_at == NOW


def test_two_cannot_have_one_name(alone: Callable[..., None]) -> None:
    alone("same", lambda *, now: 0)
    with pytest.raises(ValueError, match="same"):
        alone("same", lambda *, now: 0)


def test_a_scan_that_recovers_is_not_failing_any_more(alone: Callable[..., None]) -> None:
    answers = iter([ZeroDivisionError(), None])

    def unsteady(*, now: datetime) -> int:
        if error := next(answers):
            raise error
        return int(now.timestamp() * 0)

    alone("unsteady", unsteady)
    scans.run_scans(now=NOW)
    scans.run_scans(now=NOW + timedelta(minutes=1))
    run = ScanRun.objects.get()
    assert (run.error, run.failed_at, run.finished_at) == ("", NOW, NOW + timedelta(minutes=1))


def everything_due() -> None:
    """Something for every scan on 28 April 2026, 10:00 in Rome."""
    pekka()
    rate("EUR", "120.00")
    signed_at = at("2026-01-20 12:00")
    kit, lite = launch_kit(now=signed_at), pro_lite(ends_on=at("2026-05-20 10:00").date(), now=signed_at)
    premium(starts_on=at("2026-04-28 00:00").date(), now=signed_at)
    logged(lite, "operations", 60, "2026-03-03 10:00", now=at("2026-04-27 12:00"))
    logged(lite, "operations", 60, "2026-03-04 10:00", now=at("2026-04-27 12:00"))
    logged(lite, "supplementary-training", 30, "2026-03-05 10:00", now=at("2026-04-27 12:00"))
    booked(kit, "kickoff", 60, "2026-04-20 10:00")
    booked(kit, "operations", 60, "2026-04-28 14:00")


def test_run_twice_they_do_nothing_more(mail_server: MailServer) -> None:
    everything_due()
    now = at("2026-04-28 10:00")
    assert scans.run_scans(now=now) > 0
    kinds = set(Message.objects.values_list("kind", flat=True))
    assert kinds >= {
        "session_reminder_24h",
        "session_not_logged",
        "included_minutes_100",
        "unused_minutes",
        "contract_ends",
        "overage_digest",
        "month_ready",
        "review_window_opens",
    }
    rows = list(Message.objects.order_by("pk").values())
    assert scans.run_scans(now=now) == 0
    assert list(Message.objects.order_by("pk").values()) == rows
    while send_batch(now=now).go_on:
        pass
    after = list(Message.objects.order_by("pk").values())
    received = len(mail_server.received)
    assert scans.run_scans(now=now) == 0
    while send_batch(now=now).go_on:
        pass
    assert list(Message.objects.order_by("pk").values()) == after
    assert len(mail_server.received) == received


class TestReadiness:
    def report(self, client: Client) -> dict[str, object]:
        answer = client.get("/readyz")
        assert answer.status_code == 200, "what is late only degrades"
        mail = answer.json()["mail"]
        assert isinstance(mail, dict)
        return mail

    def test_before_the_first_scan_it_is_late(self, client: Client) -> None:
        assert self.report(client) == {
            "state": "late",
            "waiting": 0,
            "lag_seconds": 0,
            "failed_last_day": 0,
            "unknown_last_day": 0,
            "last_scan": None,
            "failing_scans": [],
        }

    def test_after_it_all_is_well(self, client: Client) -> None:
        scan_reminders()
        send_due()
        report = self.report(client)
        assert report["state"] == "ok"
        assert datetime.now(UTC) - datetime.fromisoformat(str(report["last_scan"])) < timedelta(minutes=1)

    def test_mail_that_waits_too_long(self, client: Client, new_kind: Callable[..., Kind]) -> None:
        scan_reminders()
        new_kind("news")
        owed("news", "A", due_at=timezone.now() - timedelta(minutes=10))
        report = self.report(client)
        assert (report["state"], report["waiting"]) == ("late", 1)
        assert report["lag_seconds"] in range(600, 700)

    def test_a_scan_that_fails(self, client: Client) -> None:
        scan_reminders()
        ScanRun.objects.filter(code="reviews").update(error="Oh no")
        assert self.report(client)["failing_scans"] == ["reviews"]
