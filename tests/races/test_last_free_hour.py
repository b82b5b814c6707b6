"""50 people book the last free hour at 50 different times: one gets it for nothing, the others are asked for money."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from customers.models import StaffProfile
from packages.models import Contract
from sessions.domain.numbers import numbers_of
from sessions.models import ConsultingSession
from tests.factories import (
    MONDAY_TO_FRIDAY,
    admin_of,
    customer,
    giulia,
    logged,
    member_of,
    pro_lite,
    rate,
    with_terms_accepted,
)
from tests.plugin.processes import WebServer
from tests.races.rush import CROWD_OF_A_CONTROL, Call, counted, goes_wrong, rush, start_of_working_day, token_of

CLIENTS = 50
ONE_FREE_REST_ASKED = Counter({(201, ""): 1, (409, "overage_not_accepted"): CLIENTS - 1})


def contract_with_one_hour_left(name: str) -> Contract:
    """120 minutes granted, 60 used, terms accepted; its term holds today and the next months."""
    first = start_of_working_day(-30)
    contract = pro_lite(customer(name), starts_on=first.date(), ends_on=(first + timedelta(days=300)).date(), now=first)
    member_of(contract.customer, "Ada Admin", kind="admin")
    logged(contract, "kickoff", 60, first + timedelta(days=1), now=first + timedelta(days=2))
    return with_terms_accepted(contract, now=first)


def a_crowd(contract: Contract) -> list[Call]:
    """One booking every two hours, by the customer's admin, none accepting overage, all within Giulia's hours."""
    StaffProfile.objects.filter(user=giulia()).update(country="ZZ")  # no holiday, whenever the test runs
    token = token_of(admin_of(contract))
    mornings = (start_of_working_day(days_ahead) for days_ahead in range(3, 50))
    starts = [
        morning + timedelta(hours=hours)
        for morning in mornings
        if morning.weekday() in MONDAY_TO_FRIDAY
        for hours in (0, 2, 4)
    ]
    return [
        Call(
            token,
            "/sessions/",
            {
                "contract": contract.pk,
                "session_type": "operations",
                "starts_at": start.isoformat(),
                "duration_minutes": 60,
                "staff": giulia().email,
                "attendees": [{"name": "Somebody", "email": "somebody@example.com"}],
                "accept_overage": False,
            },
        )
        for start in starts[:CLIENTS]
    ]


def test_one_is_booked_and_49_are_asked_to_accept_overage(portal_server: str) -> None:
    rate("EUR", "120.00")
    contract = contract_with_one_hour_left("Customer 0")
    assert counted(rush(portal_server, a_crowd(contract))) == ONE_FREE_REST_ASKED
    booked = ConsultingSession.objects.get(contract=contract)
    numbers = numbers_of(contract, now=booked.booked_at)
    assert (numbers.left, numbers.booked_included, numbers.free) == (60, 60, 0)


def test_the_control_without_the_lock_gives_the_hour_away_twice(
    portal_server_factory: Callable[..., WebServer],
) -> None:
    rate("EUR", "120.00")
    url = portal_server_factory({"FAULT_POINTS": "skip_lock,after_check=pause:0.2"}).url
    rounds = iter(range(1, 100))

    def gives_it_twice() -> bool:
        contract = contract_with_one_hour_left(f"Customer {next(rounds)}")
        return counted(rush(url, a_crowd(contract)[:CROWD_OF_A_CONTROL]))[201, ""] > 1

    assert goes_wrong(gives_it_twice)
