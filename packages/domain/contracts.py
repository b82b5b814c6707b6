"""Contracts: who sees them, who acts on them, who delivers them (DOMAIN.md §2, §7, §12)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core import faults
from core.dates import in_calendar, local_day
from core.refusals import InvalidInput
from customers.domain.queries import served_scope
from customers.domain.roles import (
    DELIVERY_ROLES,
    administered_by,
    delivers,
    is_admin_of,
    roles_of,
    sees_all_customers,
)
from customers.models import Customer, Role, SellingEntity, User
from packages.domain.terms import terms_in_force
from packages.models import Contract, DeliveryTeamMember, PackageVersion


def contract_scope(user: User, path: str = "") -> Q:
    """The condition "a contract that `user` sees" on whatever reaches the contract by `path`.

    Customer admins see their own customer's; delivery staff those of the customers they serve; operations leads and
    finance all. Plain members see no contract.
    """
    prefix = f"{path}__" if path else ""
    if sees_all_customers(user):
        return Q(**{f"{prefix}pk__isnull": False})
    scope = Q(**{f"{prefix}customer__in": administered_by(user)})
    if delivers(user):
        scope |= served_scope(user, f"{prefix}customer")
    return scope


def contracts_visible_to(user: User) -> QuerySet[Contract]:
    """The contracts that `user` may know of, with customer and package."""
    return Contract.objects.filter(contract_scope(user)).select_related("customer", "package_version__package")


def locked(contract: Contract) -> Contract:
    """Read `contract` anew under its lock: whoever reads a balance in order to write against it comes through here."""
    contracts = Contract.objects.select_related("customer", "package_version__package", "terms")
    if not faults.skips("lock"):
        contracts = contracts.select_for_update(no_key=True, of=("self",))
    return contracts.get(pk=contract.pk)


def may_book_for(user: User, contract: Contract) -> bool:
    """Customer admins book; staff of the delivery team and operations may book for them (DOMAIN.md §7)."""
    return (
        is_admin_of(user, contract.customer_id)
        or Role.OPERATIONS in roles_of(user)
        or (delivers(user) and is_on_team(user, contract))
    )


def may_log_on(user: User, contract: Contract) -> bool:
    """Staff log who hold a role that the package allows, for customers they serve (DOMAIN.md §4)."""
    return bool(roles_of(user) & set(contract.package_version.delivering_roles)) and (
        Contract.objects.filter(served_scope(user, "customer"), pk=contract.pk).exists()
    )


def is_on_team(user: User, contract: Contract) -> bool:
    """Whether `user` is named on the contract's delivery team."""
    return DeliveryTeamMember.objects.filter(contract=contract, staff=user).exists()


def delivery_team_of(contract: Contract) -> list[User]:
    """The staff named on the contract who hold a role that its package allows, the dedicated one first."""
    allowed = set(contract.package_version.delivering_roles)
    members = contract.team_members.select_related("staff__staff_profile").order_by("-dedicated", "staff__name", "pk")
    return [member.staff for member in members if roles_of(member.staff) & allowed]


def dedicated_of(contract: Contract) -> User | None:
    """The contract's dedicated AM or CSM; None while that person has left."""
    dedicated = contract.team_members.filter(dedicated=True, staff__is_active=True)
    member = dedicated.select_related("staff__staff_profile").first()
    return member.staff if member else None


def create_contract(
    *,
    customer: Customer,
    package_version: PackageVersion,
    starts_on: date,
    ends_on: date,
    dedicated: User,
    others: Sequence[User],
    types_switched_off: Sequence[str],
    renews: Contract | None,
    by: User | None,
    now: datetime,
) -> Contract:
    """Write the contract and its delivery team; `sessions.domain.signing` is the door that also grants the minutes.

    Zone, currency and selling entity are copied from the customer (DOMAIN.md §2); the terms are those in force when it
    is signed (§10).

    :raises InvalidInput: with the field at fault
    """
    for field, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if not in_calendar(day):
            raise InvalidInput(_("Choose a date between 1990 and 2199."), field=field)
    if ends_on < starts_on:
        raise InvalidInput(_("The contract ends before it starts."), field="ends_on")
    if package_version.dedicated_role not in roles_of(dedicated):
        role = Role(package_version.dedicated_role).label
        raise InvalidInput(
            _("%(name)s does not hold the role “%(role)s”.") % {"name": dedicated, "role": role}, field="dedicated"
        )
    for person in others:
        if not roles_of(person) & DELIVERY_ROLES:
            raise InvalidInput(_("%(name)s holds no delivery role.") % {"name": person}, field="others")
    if renews is not None:
        _check_renewal(customer, renews)
    contract = Contract.objects.create(
        customer=customer,
        package_version=package_version,
        starts_on=starts_on,
        ends_on=ends_on,
        time_zone=customer.time_zone,
        currency=customer.currency,
        selling_entity=selling_entity_for(customer),
        terms=terms_in_force(local_day(now, customer.time_zone)),
        renews=renews,
        types_switched_off=list(types_switched_off),
        signed_at=now,
        signed_by=by,
    )
    team = {dedicated.pk: True} | {person.pk: False for person in others if person.pk != dedicated.pk}
    DeliveryTeamMember.objects.bulk_create(
        DeliveryTeamMember(contract=contract, staff_id=staff, dedicated=first) for staff, first in team.items()
    )
    return contract


def _check_renewal(customer: Customer, renews: Contract) -> None:
    if renews.customer_id != customer.pk:
        raise InvalidInput(_("A renewal belongs to the same customer."), field="renews")
    locked(renews)
    if Contract.objects.filter(renews=renews).exists():
        raise InvalidInput(_("This contract was renewed before."), field="renews")


def selling_entity_for(customer: Customer) -> str:
    """Ouraring, Inc. sells in the USA, Oura Health Oy everywhere else (DOMAIN.md §2)."""
    return SellingEntity.OURARING if customer.country == "US" else SellingEntity.OURA_HEALTH
