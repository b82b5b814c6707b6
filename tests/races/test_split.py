"""8 people log 60 minutes at once with 60 left: 60 are included and 420 are overage, to the minute (DOMAIN.md §4)."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import Sum
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case

from customers.models import Role
from packages.models import Contract
from sessions.domain.shares import differences
from sessions.models import EntryShare
from tests.factories import customer, giulia, logged, pro_lite, staff
from tests.plugin.processes import WebServer
from tests.races.rush import Answer, Call, counted, goes_wrong, rush, start_of_working_day, token_of

PEOPLE = 8


def contract_with_one_hour_left(name: str) -> Contract:
    """120 minutes granted and 60 used, in the hands of eight people."""
    first = start_of_working_day(-30)
    team = [staff(f"Csm {number}", Role.CSM) for number in range(PEOPLE)]
    contract = pro_lite(
        customer(name), starts_on=first.date(), ends_on=(first + timedelta(days=300)).date(), others=team, now=first
    )
    logged(contract, "kickoff", 60, first + timedelta(days=1), now=first + timedelta(days=2), staff=giulia())
    return contract


def everybody_logs(url: str, contract: Contract) -> list[Answer]:
    """Each of the eight logs an operations meeting of another day, all in the same moment."""
    team = [staff(f"Csm {number}", Role.CSM) for number in range(PEOPLE)]
    first = start_of_working_day(-20)
    calls = [
        Call(
            token_of(person),
            "/time_entries/",
            {
                "contract": contract.pk,
                "session_type": "operations",
                "started_at": (first + timedelta(days=number)).isoformat(),
                "minutes": 60,
                "note": "",
            },
        )
        for number, person in enumerate(team)
    ]
    return rush(url, calls)


def drawn_by(contract: Contract) -> tuple[int, int]:
    """Included and overage minutes of all entries but the first."""
    shares = EntryShare.objects.filter(contract=contract).exclude(entry__session_type="kickoff")
    sums = shares.aggregate(included=Sum("included_minutes"), overage=Sum("overage_minutes"))
    return sums["included"] or 0, sums["overage"] or 0


def test_60_minutes_are_included_and_420_are_overage(portal_server: str) -> None:
    for round_ in range(3):
        contract = contract_with_one_hour_left(f"Customer {round_}")
        assert counted(everybody_logs(portal_server, contract)) == Counter({(201, ""): PEOPLE})
        assert drawn_by(contract) == (60, 420)
        assert list(differences([contract])) == []


@pytest.fixture
def no_conservation(owner_connection: Connection) -> None:
    """The database no longer counts minutes at every commit: the lock alone is to be seen failing."""
    with owner_connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER ledger_entries_conserve_minutes ON ledger_entries")
        cursor.execute("DROP TRIGGER entry_shares_conserve_minutes ON entry_shares")


def test_the_control_without_the_lock_gives_minutes_twice(
    portal_server_factory: Callable[..., WebServer], no_conservation: None
) -> None:
    url = portal_server_factory({"FAULT_POINTS": "skip_lock,after_check=pause:0.2"}).url
    rounds = iter(range(100))

    def gives_minutes_twice() -> bool:
        contract = contract_with_one_hour_left(f"Customer {next(rounds)}")
        everybody_logs(url, contract)
        return drawn_by(contract)[0] > 60

    assert goes_wrong(gives_minutes_twice)
