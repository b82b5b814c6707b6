"""Carrying a plan out: all in one transaction, by the rules of the pages, a fixed number of queries a step."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import connection, transaction

from billing.domain.first_rates import negotiate_first_rates
from core import faults
from customers.domain.billing_details import BillingChange, change_billing_details
from customers.domain.new_customers import FirstAdmin, bring_in_first_admins, create_customers
from customers.models import Customer, User
from home.domain.contract_import.plans import Plan, PlannedContract
from home.models import ImportedContract, ImportRun
from notifications.domain.accounts import owe_invitations
from packages.domain.new_contracts import NewContract
from packages.models import Contract
from sessions.domain.signing import sign_contracts

ROWS_A_STEP = 500
Item = TypeVar("Item")
Progress = Callable[[int, int], None]
"""Told how many of how many things are written."""


@transaction.atomic
def write(plan: Plan, *, run: ImportRun, by: User, now: datetime, progress: Progress) -> None:
    """Open the accounts, invite their admins, sign the contracts, and keep which reference is which contract.

    :raises Refusal: whatever the rules refuse; then nothing is written
    """
    total = len(plan.customers) + len(plan.contracts)
    written = 0
    customers: dict[str, Customer] = {}
    for keys in _steps(list(plan.customers)):
        customers |= _open_accounts(plan, keys, by=by, now=now)
        _check_so_far()
        written += len(keys)
        progress(written, total)
    change_billing_details(plan.billing, by=by, now=now)
    references = [(reference, contract, False) for reference, contract in plan.references]
    rates = {}
    for some in _steps(plan.contracts):
        signed = sign_contracts([_to_sign(each, customers) for each in some], by=by, now=now)
        for planned, contract in zip(some, signed, strict=True):
            references.append((planned.reference, contract, True))
            if planned.hourly_rate is not None:
                rates[contract] = planned.hourly_rate
        _check_so_far()
        written += len(some)
        progress(written, total)
    negotiate_first_rates(rates, by=by, now=now)
    _keep_references(references, run)
    faults.reach("before_commit")


def _open_accounts(plan: Plan, keys: list[str], *, by: User, now: datetime) -> dict[str, Customer]:
    planned = [plan.customers[key] for key in keys]
    customers = create_customers([each.new for each in planned], by=by, now=now)
    pairs = list(zip(customers, planned, strict=True))
    admins = [
        FirstAdmin(customer=customer, email=each.contact_email, name=each.contact_name) for customer, each in pairs
    ]
    owe_invitations(bring_in_first_admins(admins, by=by, now=now), by=by, now=now)
    change_billing_details(
        [BillingChange(customer, each.billing) for customer, each in pairs if each.billing], by=by, now=now
    )
    return dict(zip(keys, customers, strict=True))


def _to_sign(planned: PlannedContract, customers: dict[str, Customer]) -> NewContract:
    return NewContract(
        customer=planned.customer or customers[planned.customer_key],
        package_version=planned.version,
        starts_on=planned.starts_on,
        ends_on=planned.ends_on,
        dedicated=planned.dedicated,
    )


def _keep_references(references: list[tuple[str, Contract, bool]], run: ImportRun) -> None:
    ImportedContract.objects.bulk_create(
        [
            ImportedContract(reference=reference, contract=contract, run=run, signed_here=signed)
            for reference, contract, signed in references
        ],
        batch_size=ROWS_A_STEP,
    )


def _check_so_far() -> None:
    """Let the database check what it would check at the commit, which would take longer than a statement may."""
    connection.check_constraints()


def _steps(items: list[Item]) -> list[list[Item]]:
    return [items[start : start + ROWS_A_STEP] for start in range(0, len(items), ROWS_A_STEP)]
