"""What is measured, beside which floor, and how many times the floor it may take."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import requests

from bench.client import Request
from bench.world import CUSTOMERS, STAFF, World

API = "/api/v1"
BUSIEST_MONTH = "2026-10"
LOGS_A_DAY = 90
SLOT_MINUTES = 16
Ask = Callable[[int], Request]


@dataclass(frozen=True)
class Case:
    """A request of the portal, the floor's request, and the most that their medians' ratio may be."""

    name: str
    ask: Ask
    floor: Ask
    most: float
    requests: int = 200


def cases(world: World, *, url: str, cookie: str, contract: int) -> list[Case]:
    """The cases with a bound of their own; `cookie` is of the customer's admin whose `contract` it is."""
    return [
        Case("logging one entry", logging(world), floor_insert(world), most=4),
        Case(
            "the customer's hours, 100 rows",
            lambda _number: Request(f"/contracts/{contract}/?{urlencode({'size': 100})}", headers={"Cookie": cookie}),
            lambda _number: Request(f"/rows/{contract}/"),
            most=12,
        ),
        Case("free times of 60 days", free_times(world), lambda _number: Request(f"/rows/{contract}/"), most=10),
        Case("booking", booking(world, url), floor_insert(world), most=6),
    ]


def logging(world: World) -> Ask:
    """Entries of the last days, each at a time of its own."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)

    def ask(number: int) -> Request:
        turn = number // STAFF
        day = today - timedelta(days=1 + turn // LOGS_A_DAY)
        started_at = day + timedelta(minutes=SLOT_MINUTES * (turn % LOGS_A_DAY))
        body = {
            "contract": world.contracts[number % CUSTOMERS].pk,
            "session_type": "operations",
            "started_at": started_at.isoformat(),
            "minutes": 15,
        }
        return Request(f"{API}/time_entries/", "POST", body, bearer(world.staff_tokens[number % STAFF]), status=201)

    return ask


def free_times(world: World) -> Ask:
    """Sixty days of one person's diary, as a customer admin sees them."""
    today = datetime.now(UTC).date()

    def ask(number: int) -> Request:
        place = number % STAFF
        query = _sixty_days(world, place, today)
        return Request(f"{API}/slots/?{query}", headers=bearer(world.admin_tokens[place]))

    return ask


def booking(world: World, url: str) -> Ask:
    """Bookings of times that are free and do not exclude each other, one staff member after the other."""
    today = datetime.now(UTC).date()
    free = [_apart(_free(url, world, place, today)) for place in range(STAFF)]

    def ask(number: int) -> Request:
        place, turn = number % STAFF, number // STAFF
        body = {
            "contract": world.contracts[place].pk,
            "session_type": "operations",
            "starts_at": free[place][turn],
            "duration_minutes": 30,
            "attendees": [{"name": "Admin", "email": world.admins[place].email}],
            "accept_overage": True,
        }
        return Request(f"{API}/sessions/", "POST", body, bearer(world.admin_tokens[place]), status=201)

    return ask


def floor_insert(world: World) -> Ask:
    """The bare view's insert for the same contract."""

    def ask(number: int) -> Request:
        contract, person = world.contracts[number % CUSTOMERS], world.staff[number % STAFF]
        return Request(f"/insert/{contract.pk}/{person.pk}/", status=201)

    return ask


def bearer(token: str) -> dict[str, str]:
    """The header with which an API token is shown."""
    return {"Authorization": f"Bearer {token}"}


def _sixty_days(world: World, place: int, today: date) -> str:
    return urlencode(
        {
            "contract": world.contracts[place].pk,
            "session_type": "operations",
            "duration_minutes": 30,
            "from": today.isoformat(),
            "to": (today + timedelta(days=59)).isoformat(),
        }
    )


def _free(url: str, world: World, place: int, today: date) -> list[str]:
    found: list[str] = []
    address: str | None = f"{url}{API}/slots/?{_sixty_days(world, place, today)}"
    while address:
        answer = requests.get(address, headers=bearer(world.admin_tokens[place]), timeout=60).json()
        found += [slot["starts_at"] for slot in answer["results"]]
        address = answer.get("next")
    return found


def _apart(starts: list[str]) -> list[str]:
    """Of many times those that lie an hour and a half from each other: a booking takes no other one's."""
    chosen: list[str] = []
    last: datetime | None = None
    for text in starts:
        start = datetime.fromisoformat(text)
        if last is None or start - last >= timedelta(minutes=90):
            chosen.append(text)
            last = start
    return chosen
