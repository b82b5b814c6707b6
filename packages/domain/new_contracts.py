"""Writing contracts, one or thousands: the rules of a new one (DOMAIN.md §2, §10).

`sessions.domain.signing` is the door that also grants the minutes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.utils.translation import gettext_lazy as _

from core import faults
from core.dates import in_calendar, local_day
from core.refusals import InvalidInput, refuse_first
from core.sentences import said_later
from customers.domain.roles import DELIVERY_ROLES, roles_of
from customers.models import Customer, Role, SellingEntity, User
from packages.domain.contracts import locked
from packages.domain.terms import terms_in_force
from packages.models import Contract, DeliveryTeamMember, PackageVersion

ROWS_A_QUERY = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class NewContract:
    """A contract to sign. Dates are inclusive, in the customer's zone."""

    customer: Customer
    package_version: PackageVersion
    starts_on: date
    ends_on: date
    dedicated: User
    others: Sequence[User] = ()
    types_switched_off: Sequence[str] = ()
    renews: Contract | None = None


def faults_of_term(starts_on: date, ends_on: date) -> Iterator[InvalidInput]:
    """Everything that is wrong with a contract's first and last day, each with the field at fault."""
    outside = [
        InvalidInput(_("Choose a date between 1990 and 2199."), field=field)
        for field, day in (("starts_on", starts_on), ("ends_on", ends_on))
        if not in_calendar(day)
    ]
    yield from outside
    if not outside and ends_on < starts_on:
        yield InvalidInput(_("The contract ends before it starts."), field="ends_on")


def faults_of_dedicated(person: User, package_version: PackageVersion) -> Iterator[InvalidInput]:
    """The dedicated person holds the role that the package names."""
    role = Role(package_version.dedicated_role)
    if role not in roles_of(person):
        sentence = _("%(name)s does not hold the role “%(role)s”.")
        yield InvalidInput(said_later(sentence, {"name": person, "role": role.label}), field="dedicated")


def faults_of_contract(new: NewContract) -> Iterator[InvalidInput]:
    """Everything that forbids to sign this contract, renewals apart, each with the field at fault."""
    yield from faults_of_term(new.starts_on, new.ends_on)
    yield from faults_of_dedicated(new.dedicated, new.package_version)
    for person in new.others:
        if not roles_of(person) & DELIVERY_ROLES:
            yield InvalidInput(said_later(_("%(name)s holds no delivery role."), {"name": person}), field="others")


def create_contracts(new: Sequence[NewContract], *, by: User | None, now: datetime) -> list[Contract]:
    """Write contracts with their delivery teams, in the order of `new`.

    Zone, currency and selling entity are copied from the customer (DOMAIN.md §2); the terms are those in force when it
    is signed (§10).

    :raises InvalidInput: for the first fault, with its field
    :raises NoTerms: if no service terms are published
    """
    for each in new:
        refuse_first(faults_of_contract(each))
        if each.renews is not None:
            refuse_first(_faults_of_renewal(each.customer, each.renews))
    faults.reach("after_check")
    terms_on = cache(terms_in_force)
    contracts = Contract.objects.bulk_create(
        [
            Contract(
                customer=each.customer,
                package_version=each.package_version,
                starts_on=each.starts_on,
                ends_on=each.ends_on,
                time_zone=each.customer.time_zone,
                currency=each.customer.currency,
                selling_entity=selling_entity_for(each.customer),
                terms=terms_on(local_day(now, each.customer.time_zone)),
                renews=each.renews,
                types_switched_off=list(each.types_switched_off),
                signed_at=now,
                signed_by=by,
            )
            for each in new
        ],
        batch_size=ROWS_A_QUERY,
    )
    DeliveryTeamMember.objects.bulk_create(
        [
            DeliveryTeamMember(contract=contract, staff_id=staff, dedicated=first)
            for contract, each in zip(contracts, new, strict=True)
            for staff, first in _team_of(each).items()
        ],
        batch_size=ROWS_A_QUERY,
    )
    return contracts


def _team_of(new: NewContract) -> dict[int, bool]:
    """Who delivers, by id, and whether they are the dedicated one."""
    return {new.dedicated.pk: True} | {person.pk: False for person in new.others if person.pk != new.dedicated.pk}


def _faults_of_renewal(customer: Customer, renews: Contract) -> Iterator[InvalidInput]:
    if renews.customer_id != customer.pk:
        yield InvalidInput(_("A renewal belongs to the same customer."), field="renews")
    if locked(renews).voided_at is not None:
        yield InvalidInput(_("A voided contract is not renewed: sign a new one."), field="renews")
    if Contract.objects.filter(renews=renews, voided_at__isnull=True).exists():
        yield InvalidInput(_("This contract was renewed before."), field="renews")


def selling_entity_for(customer: Customer) -> str:
    """Ouraring, Inc. sells in the USA, Oura Health Oy everywhere else (DOMAIN.md §2)."""
    return SellingEntity.OURARING if customer.country == "US" else SellingEntity.OURA_HEALTH
