"""The moments of reminders are settings that an operations lead changes (DOMAIN.md, head; §11)."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.models import AuditEvent
from notifications.domain.delivery import send_batch
from notifications.domain.scans import Scan
from notifications.models import Message, ReminderPolicy
from reviews.domain.item_reminders import owe_item_reminders
from reviews.domain.records import Promise, add_action_item
from reviews.domain.reminders import owe_review_reminders
from reviews.models import Review
from sessions.domain.log_reminders import owe_not_logged
from sessions.domain.reminders import owe_session_reminders
from sessions.domain.term_reminders import owe_contract_ends, owe_unused_minutes
from tests.factories import at, booked, giulia, launch_kit, marta, premium, pro_lite, sofia
from tests.home.pages import signed_in
from tests.plugin.mail import MailServer

pytestmark = pytest.mark.django_db
SIGNED = at("2026-01-20 12:00")
FIRST = date(2026, 1, 31)
TYPED = {
    "session_first_hours": "48",
    "session_last_hours": "2",
    "not_logged_hours": "36",
    "review_unplanned_days": "10",
    "review_first_days": "5",
    "review_last_hours": "12",
    "action_item_days": "5",
    "unused_minutes_days": "20, 5",
    "contract_end_days": "90",
}


def owed(scan: Scan, wall: str) -> set[str]:
    """Scan at that moment in Rome; the kinds of what is newly owed."""
    before = set(Message.objects.values_list("pk", flat=True))
    scan(now=at(wall))
    return set(Message.objects.exclude(pk__in=before).values_list("kind", flat=True))


def choose(**moments: Any) -> None:
    """Set some moments, the others stay what they are by default."""
    ReminderPolicy.objects.create(**moments)


def test_sessions(mail_server: MailServer) -> None:
    booked(pro_lite(), "kickoff", 60, "2026-03-10 10:00")
    Message.objects.all().delete()
    choose(session_first_hours=48, session_last_hours=2)

    assert owed(owe_session_reminders, "2026-03-08 09:59") == set()
    assert owed(owe_session_reminders, "2026-03-08 10:00") == {"session_reminder_24h"}
    while send_batch(now=at("2026-03-08 10:00")).go_on:
        pass
    assert mail_server.received, "what is owed by the chosen moment is also sent by it"
    assert owed(owe_session_reminders, "2026-03-10 07:59") == set()
    assert owed(owe_session_reminders, "2026-03-10 08:00") == {"session_reminder_1h"}


def test_time_that_is_not_logged() -> None:
    booked(pro_lite(), "kickoff", 60, "2026-03-10 10:00")
    choose(not_logged_hours=48)

    assert owed(owe_not_logged, "2026-03-12 10:59") == set()
    assert owed(owe_not_logged, "2026-03-12 11:00") == {"session_not_logged"}


def test_minutes_and_contracts_that_end() -> None:
    launch_kit(starts_on=FIRST, ends_on=date(2026, 12, 31), now=SIGNED)
    choose(unused_minutes_days=[5, 10], contract_end_days=[90])

    assert owed(owe_unused_minutes, "2026-04-16 08:00") == set(), "14 days before"
    assert owed(owe_unused_minutes, "2026-04-20 08:00") == {"unused_minutes"}
    assert owed(owe_unused_minutes, "2026-04-23 08:00") == set(), "7 days before"
    assert owed(owe_unused_minutes, "2026-04-25 08:00") == {"unused_minutes"}
    assert owed(owe_contract_ends, "2026-10-02 07:59") == set()
    assert owed(owe_contract_ends, "2026-10-02 08:00") == {"contract_ends"}
    assert owed(owe_contract_ends, "2026-12-01 08:00") == set(), "30 days before"


def test_health_checks_and_what_was_agreed_in_them() -> None:
    premium(starts_on=date(2026, 2, 1), now=SIGNED)
    choose(review_unplanned_days=10, action_item_days=5)
    promise = Promise(text="Send the sizing kits", owner=marta(), due_on=date(2026, 3, 30))
    add_action_item(review=Review.objects.get(number=1), promise=promise, by=giulia(), now=at("2026-03-02 12:00"))

    assert owed(owe_review_reminders, "2026-02-01 08:00") == {"review_window_opens"}
    assert owed(owe_review_reminders, "2026-02-14 08:00") == set(), "14 days before"
    assert owed(owe_review_reminders, "2026-02-18 08:00") == {"review_not_planned"}
    assert owed(owe_item_reminders, "2026-03-25 07:59") == set()
    assert owed(owe_item_reminders, "2026-03-25 08:00") == {"action_item_due"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": 2},
        {"session_first_hours": 1},
        {"session_last_hours": 0},
        {"review_last_hours": 168},
        {"not_logged_hours": 0},
        {"action_item_days": 0},
        {"unused_minutes_days": []},
        {"contract_end_days": [30, 0]},
        {"contract_end_days": [367]},
    ],
    ids="-".join,
)
def test_the_database_refuses_moments_without_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ReminderPolicy.objects.create(**wrong)


class TestThePage:
    def test_an_operations_lead_changes_them_and_it_is_kept(self) -> None:
        assert signed_in(sofia()).post(reverse("admin:notifications_reminderpolicy_add"), TYPED).status_code == 302

        policy = ReminderPolicy.objects.get()
        assert (policy.session_first_hours, policy.unused_minutes_days) == (48, [20, 5])
        assert AuditEvent.objects.get(verb="reminderpolicy.add").actor == sofia()
        assert signed_in(sofia()).get(reverse("admin:notifications_reminderpolicy_add")).status_code == 403

    def test_nobody_else_does(self) -> None:
        answer = signed_in(giulia()).post(reverse("admin:notifications_reminderpolicy_add"), TYPED)
        assert answer.status_code == 404
        assert not ReminderPolicy.objects.exists()

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"session_first_hours": "2"}, "The first reminder of a session goes out before the last one."),
            ({"review_last_hours": "100"}, "The first reminder of a health check goes out a day or more before"),
            ({"contract_end_days": "sixty"}, "Enter a whole number"),
            ({"contract_end_days": "0"}, "Days before an end are numbers from 1 to 366."),
            ({"unused_minutes_days": "9, 400"}, "Days before an end are numbers from 1 to 366."),
            ({"unused_minutes_days": ""}, "This field is required"),
        ],
    )
    def test_what_makes_no_sense_is_refused_with_a_sentence(self, wrong: dict[str, str], sentence: str) -> None:
        answer = signed_in(sofia()).post(reverse("admin:notifications_reminderpolicy_add"), TYPED | wrong)

        assert answer.status_code == 200
        assert sentence in str(answer.context["errors"])
        assert not ReminderPolicy.objects.exists()
