"""All scans over 2,000 customers: as many queries as over twenty (DOMAIN.md §11)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import ContactAssignment, Customer, Membership, User
from notifications.domain.scans import run_scans
from notifications.models import Message
from packages.domain.catalogue import newest_version
from packages.models import Contract, DeliveryTeamMember
from reviews.domain.windows import open_windows
from sessions.models import LedgerEntry
from tests.factories import LONG_AGO, giulia, pekka, premium

pytestmark = [pytest.mark.chaos, pytest.mark.django_db]

FEW, MANY = 20, 2000
SIGNED = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
FIRST = date(2026, 1, 31)
MORNING = datetime(2026, 4, 23, 8, 30, tzinfo=UTC)
"""A week before the ninetieth day of every Launch Kit; every Premium contract's third window is open."""


def buyers(first: int, count: int, pattern: Contract) -> None:
    """Customers with an admin, a Launch Kit and a Premium contract, made as a pattern was, but in bulk."""
    numbers = range(first, first + count)
    customers = Customer.objects.bulk_create(
        Customer(
            name=f"Customer {number}",
            country="IT",
            time_zone="Europe/Rome",
            language="en",
            currency="EUR",
            created_at=LONG_AGO,
        )
        for number in numbers
    )
    admins = User.objects.bulk_create(
        User(name=f"Admin {number}", email=f"admin-{number}@example.com", language="en") for number in numbers
    )
    Membership.objects.bulk_create(
        Membership(customer=customer, user=admin, kind=Membership.Kind.ADMIN, since=LONG_AGO)
        for customer, admin in zip(customers, admins, strict=True)
    )
    ContactAssignment.objects.bulk_create(
        ContactAssignment(customer=each, kind=ContactAssignment.Kind.LEAD, person=giulia(), since=LONG_AGO)
        for each in customers
    )
    versions = [newest_version(code) for code in ("launch-kit", "premium")]
    contracts = Contract.objects.bulk_create(
        Contract(
            customer=customer,
            package_version=version,
            starts_on=FIRST,
            ends_on=FIRST + timedelta(days=364),
            time_zone="Europe/Rome",
            currency="EUR",
            selling_entity=pattern.selling_entity,
            terms=pattern.terms,
            signed_at=SIGNED,
        )
        for customer in customers
        for version in versions
    )
    DeliveryTeamMember.objects.bulk_create(
        DeliveryTeamMember(contract=contract, staff=giulia(), dedicated=True) for contract in contracts
    )
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            contract=contract,
            kind=LedgerEntry.Kind.GRANT,
            minutes=contract.package_version.included_minutes,
            created_at=SIGNED,
            known_in_close=1,
        )
        for contract in contracts
    )
    open_windows(contracts)


def queries_of_a_scan(now: datetime) -> tuple[int, int]:
    """How many queries all scans take, and how many mails they owe."""
    with CaptureQueriesContext(connection) as queries:
        owed = run_scans(now=now)
    return len(queries), owed


def test_two_thousand_customers_cost_as_many_queries_as_twenty() -> None:
    pekka()
    pattern = premium(starts_on=FIRST, now=SIGNED)
    buyers(0, FEW, pattern)
    few, owed_few = queries_of_a_scan(MORNING)
    assert owed_few >= FEW * 2
    Message.objects.all().delete()
    buyers(FEW, MANY - FEW, pattern)
    many, owed_many = queries_of_a_scan(MORNING)
    assert owed_many >= MANY * 2
    assert many == few
    again, owed_again = queries_of_a_scan(MORNING + timedelta(minutes=1))
    assert again <= few
    assert owed_again == 0
