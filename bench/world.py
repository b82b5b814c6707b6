"""The bench's world: 2,000 customers through the portal's own rules, their history in three statements of SQL.

Entry k is of customer k mod 2,000 and staff member k mod 20, on 2026-01-01 + floor((k div 2,000) × 3.65) days, of
15 × (1 + 7k mod 4) minutes; how much the package covers follows as DOMAIN.md §4 says, in the order of the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from django.utils import timezone
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case

from billing.domain.rates import add_rate_line
from customers.domain.customers import add_member, create_customer
from customers.domain.tokens import issue_token
from customers.models import Role, StaffProfile, User
from packages.domain.catalogue import newest_version
from packages.domain.terms import accept_terms
from packages.models import Contract
from sessions.domain.signing import sign_contract
from sessions.models import WorkingHours

CUSTOMERS, STAFF = 2_000, 20
FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2036, 12, 31)
LONG_AGO = datetime(2025, 12, 1, tzinfo=UTC)
MONDAY_TO_FRIDAY = range(5)

ENTRIES = """
    INSERT INTO ledger_entries (contract_id, kind, minutes, session_type, staff_id, started_at, service_date, basis,
                                note, internal_note, reason, created_at, known_in_close)
    SELECT contracts.ids[k %% %(customers)s + 1], 'consumption', 15 * (1 + 7 * k %% 4), 'operations',
           staff.ids[k %% %(staff)s + 1], day.date + time '12:00', day.date, 'delivered',
           'What was covered in meeting ' || k, '', '', day.date + time '13:00', 1
    FROM generate_series(0, %(entries)s - 1) AS k
    CROSS JOIN LATERAL (SELECT date '2026-01-01' + floor((k / %(customers)s) * 3.65)::int AS date) AS day
    CROSS JOIN (SELECT array_agg(id ORDER BY id) AS ids FROM contracts) AS contracts
    CROSS JOIN (SELECT %(staff_ids)s::bigint[] AS ids) AS staff
"""
SHARES = """
    INSERT INTO entry_shares (entry_id, contract_id, staff_id, started_at, included_minutes, overage_minutes,
                              is_reversed)
    SELECT id, contract_id, staff_id, started_at, included, minutes - included, false
    FROM (
        SELECT entry.id, entry.contract_id, entry.staff_id, entry.started_at, entry.minutes,
               greatest(0, least(entry.minutes, granted.minutes - coalesce(sum(entry.minutes) OVER (
                   PARTITION BY entry.contract_id ORDER BY entry.started_at, entry.id
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) AS included
        FROM ledger_entries entry
        JOIN ledger_entries granted ON granted.contract_id = entry.contract_id AND granted.kind = 'grant'
        WHERE entry.kind = 'consumption'
    ) AS shared
"""
FLOOR_TABLE = "CREATE TABLE bench_entries (LIKE ledger_entries INCLUDING ALL)"


@dataclass(frozen=True)
class World:
    """Who calls, and what about: the n-th contract is delivered by the (n mod 20)-th member of staff."""

    contracts: Sequence[Contract]
    staff: Sequence[User]
    admins: Sequence[User]
    operations: User
    finance: User
    staff_tokens: Sequence[str]
    admin_tokens: Sequence[str]
    finance_token: str


def build(connection: Connection, *, entries: int) -> World:
    """Fill the migrated database. `connection` is one of the superuser, who may pass by the ledger's triggers."""
    operations = _staff("Olga Operations", Role.OPERATIONS)
    finance = _staff("Fiona Finance", Role.FINANCE)
    staff = [_staff(f"Staff {number:02}", Role.AM, Role.CSM) for number in range(STAFF)]
    add_rate_line(
        currency="EUR",
        hourly_rate=Decimal(120),
        valid_from=FIRST_DAY,
        contract=None,
        by=operations,
        now=LONG_AGO,
    )
    package = newest_version("pro-lite")
    contracts, admins = [], []
    for number in range(CUSTOMERS):
        lead = staff[number % STAFF]
        customer = create_customer(
            name=f"Customer {number:04}",
            country="IT",
            time_zone="Europe/Rome",
            language="en",
            currency="EUR",
            lead=lead,
            by=operations,
            now=LONG_AGO,
        )
        admin = User.objects.create_user(email=f"admin{number}@bench.example", name=f"Admin {number:04}")
        add_member(customer=customer, person=admin, kind="admin", now=LONG_AGO)
        contract = sign_contract(
            customer=customer,
            package_version=package,
            starts_on=FIRST_DAY,
            ends_on=LAST_DAY,
            dedicated=lead,
            others=[],
            types_switched_off=[],
            by=operations,
            now=LONG_AGO,
        )
        accept_terms(contract=contract, by=admin, language="en", from_address="192.0.2.1", now=LONG_AGO)
        contracts.append(contract)
        admins.append(admin)
    _fill_ledger(connection, staff, entries)
    return World(
        contracts=contracts,
        staff=staff,
        admins=admins,
        operations=operations,
        finance=finance,
        staff_tokens=[_token(person) for person in staff],
        admin_tokens=[_token(person) for person in admins[:STAFF]],
        finance_token=_token(finance),
    )


def _fill_ledger(connection: Connection, staff: Sequence[User], entries: int) -> None:
    amounts = {"customers": CUSTOMERS, "staff": STAFF, "entries": entries, "staff_ids": [each.pk for each in staff]}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(ENTRIES, amounts)
        cursor.execute(SHARES)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute(FLOOR_TABLE)
        cursor.execute("GRANT SELECT, INSERT ON bench_entries TO portal_app")
        cursor.execute("VACUUM ANALYZE")


def _staff(name: str, *roles: Role) -> User:
    address = f"{name.lower().replace(' ', '.')}@oura.example"
    person = User.objects.create_user(email=address, name=name, time_zone="Europe/Rome")
    StaffProfile.objects.create(user=person, roles=list(roles), country="IT", video_link="https://meet.example/1")
    WorkingHours.objects.bulk_create(
        WorkingHours(staff=person, weekday=day, starts_at=time(8), ends_at=time(18)) for day in MONDAY_TO_FRIDAY
    )
    return person


def _token(person: User) -> str:
    _row, token = issue_token(person=person, name="Bench", now=timezone.now())
    return token
