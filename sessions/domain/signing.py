"""Signing a contract: the contract with its team, and the grant that opens its ledger (DOMAIN.md §2, §4; ADR 0005)."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.refusals import NotAllowed
from customers.domain.roles import Right, rights_of
from customers.models import Customer, User
from packages.domain.new_contracts import ROWS_A_QUERY, NewContract, create_contracts
from packages.models import Contract, PackageVersion
from sessions.domain.periods import next_close_number
from sessions.models import LedgerEntry

Follow = Callable[[Sequence[Contract]], None]

_follows: list[Follow] = []


def let_follow(write: Follow) -> None:
    """Have `write` called with newly signed contracts, in their transaction: what an app above opens with a contract.

    Called once, by that app's configuration (docs/adr/0019).
    """
    _follows.append(write)


def sign_contract(
    *,
    customer: Customer,
    package_version: PackageVersion,
    starts_on: date,
    ends_on: date,
    dedicated: User,
    by: User,
    now: datetime,
    others: Sequence[User] = (),
    types_switched_off: Sequence[str] = (),
    renews: Contract | None = None,
) -> Contract:
    """Sign `customer` up for a package version; dates are inclusive, in the customer's zone.

    :raises NotAllowed: if `by` does not lead operations
    :raises InvalidInput: with the field at fault
    :raises NoTerms: if no service terms are published
    """
    new = NewContract(
        customer=customer,
        package_version=package_version,
        starts_on=starts_on,
        ends_on=ends_on,
        dedicated=dedicated,
        others=others,
        types_switched_off=types_switched_off,
        renews=renews,
    )
    return sign_contracts([new], by=by, now=now)[0]


@transaction.atomic
def sign_contracts(new: Sequence[NewContract], *, by: User, now: datetime) -> list[Contract]:
    """Sign many contracts, in the order of `new`: a fixed number of queries a thousand.

    :raises NotAllowed: if `by` does not lead operations
    :raises InvalidInput: for the first fault, with its field
    :raises NoTerms: if no service terms are published
    """
    if Right.SIGN_CONTRACTS not in rights_of(by):
        raise NotAllowed(_("Contracts are signed by an operations lead."))
    contracts = create_contracts(new, by=by, now=now)
    known_in_close = next_close_number()
    LedgerEntry.objects.bulk_create(
        [
            LedgerEntry(
                contract=contract,
                kind=LedgerEntry.Kind.GRANT,
                minutes=contract.package_version.included_minutes,
                created_at=now,
                created_by=by,
                known_in_close=known_in_close,
            )
            for contract in contracts
        ],
        batch_size=ROWS_A_QUERY,
    )
    for write in _follows:
        write(contracts)
    return contracts
