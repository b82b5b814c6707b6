"""The demo's world can be loaded at any moment, and tells the same story for the same one."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from billing.domain.overage import month_overage
from core.dates import add_months, local_day, month_of
from customers.models import User
from oura_success.demo_world.world import load_world
from packages.models import Contract
from sessions.domain.shares import differences
from sessions.models import Attendee, ConsultingSession, LedgerEntry

pytestmark = pytest.mark.django_db

THE_NIGHT_CLOCKS_GO_FORWARD = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(datetime(2027, 1, 1, 0, 10, tzinfo=UTC), id="ten past midnight at new year"),
        pytest.param(datetime(2028, 2, 29, 23, 59, 30, tzinfo=UTC), id="the last minute of 29 February"),
    ],
)
def test_it_loads(now: datetime) -> None:
    assert load_world(now=now)

    finance = User.objects.get(email="finance@oura.example")
    last_month = add_months(month_of(local_day(now, finance.time_zone)), -1)
    report = month_overage(last_month, user=finance)
    assert len(report.totals()) >= 3
    assert not report.unpriced()
    assert not list(differences(list(Contract.objects.select_related("package_version"))))


def test_the_same_moment_tells_the_same_story() -> None:
    first, second = _told(THE_NIGHT_CLOCKS_GO_FORWARD), _told(THE_NIGHT_CLOCKS_GO_FORWARD)
    assert len(first) > 150
    assert first == second


def _told(now: datetime) -> list[object]:
    """Load the world, say what happened in it, and take it back."""
    with transaction.atomic():
        assert load_world(now=now)
        sessions = ConsultingSession.objects.order_by("starts_at", "contract__customer__name", "booked_at")
        entries = LedgerEntry.objects.order_by("created_at", "contract__customer__name", "minutes")
        attendees = Attendee.objects.order_by("session__starts_at", "email")
        story: list[object] = [
            *sessions.values_list("starts_at", "staff__email", "status", "contract__customer__name"),
            *entries.values_list("kind", "minutes", "started_at", "note"),
            *attendees.values_list("email", "session__starts_at"),
        ]
        transaction.set_rollback(True)
    return story
