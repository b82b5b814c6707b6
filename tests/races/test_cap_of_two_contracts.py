"""Two contracts of one customer, one cap: overage that is booked on both at the same moment is counted once each."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from core.dates import add_months, month_of
from customers.models import StaffProfile, User
from packages.models import Contract
from sessions.domain.overage_cap_changes import CapWanted, change_cap
from sessions.models import ConsultingSession, DiaryEntry
from tests.factories import (
    MONDAY_TO_FRIDAY,
    aino,
    customer,
    giulia,
    member_of,
    pro_lite,
    rate,
    with_terms_accepted,
)
from tests.plugin.processes import WebServer
from tests.races.rush import CROWD_OF_A_CONTROL, Call, counted, goes_wrong, rush, start_of_working_day, token_of

PEOPLE = (giulia, aino)


def a_crowd(name: str) -> list[Call]:
    """Every call books the one hour a month that the cap allows, on two contracts in turn, with two people."""
    first = start_of_working_day(-30)
    buyer = customer(name)
    admin = member_of(buyer, "Ada Admin", kind="admin")
    approver = member_of(buyer, "Berta Boss", kind="admin")
    contracts = [
        with_terms_accepted(
            pro_lite(
                buyer,
                starts_on=first.date(),
                ends_on=(first + timedelta(days=300)).date(),
                dedicated=person(),
                now=first,
            ),
            now=first,
        )
        for person in PEOPLE
    ]
    change_cap(customer=buyer, wanted=CapWanted(approver=approver, minutes=60), by=admin, now=timezone.now())
    StaffProfile.objects.update(country="ZZ")  # no holiday, whenever the test runs
    return [
        _call(token_of(admin), contracts[number % 2], PEOPLE[number % 2](), number // 2)
        for number in range(CROWD_OF_A_CONTROL)
    ]


def _call(token: str, contract: Contract, staff: User, number: int) -> Call:
    """The `number`th working day of next month."""
    next_month = add_months(month_of(timezone.now().date()), 1)
    ahead = (next_month - timezone.now().date()).days
    mornings = [start_of_working_day(ahead + day) for day in range(2, 20)]
    working_days = [morning for morning in mornings if morning.weekday() in MONDAY_TO_FRIDAY]
    return Call(
        token,
        "/sessions/",
        {
            "contract": contract.pk,
            "session_type": "supplementary-training",
            "starts_at": (working_days[number] + timedelta(hours=1)).isoformat(),
            "duration_minutes": 60,
            "staff": staff.email,
            "attendees": [{"name": "Somebody", "email": "somebody@example.com"}],
            "accept_overage": True,
        },
    )


def test_one_is_booked_and_the_others_need_the_approver(portal_server: str) -> None:
    rate("EUR", "120.00")
    answers = rush(portal_server, a_crowd("Customer 0"))
    assert counted(answers) == Counter({(201, ""): 1, (409, "overage_not_accepted"): CROWD_OF_A_CONTROL - 1})
    assert ConsultingSession.objects.count() == 1


def test_the_control_without_the_locks_goes_above_the_cap(portal_server_factory: Callable[..., WebServer]) -> None:
    rate("EUR", "120.00")
    url = portal_server_factory({"FAULT_POINTS": "skip_lock,after_check=pause:0.2"}).url
    rounds = iter(range(1, 100))

    def goes_above() -> bool:
        ConsultingSession.objects.update(status=ConsultingSession.Status.CANCELLED)
        DiaryEntry.objects.all().delete()
        return counted(rush(url, a_crowd(f"Customer {next(rounds)}")))[201, ""] > 1

    assert goes_wrong(goes_above)
