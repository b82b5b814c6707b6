"""Contracts: who sees them, who acts on them, who delivers them (DOMAIN.md §2, §7, §12)."""

from django.db.models import Q, QuerySet

from core import faults
from core.locks import waited_for_once
from customers.domain.queries import covered_absence, served_scope
from customers.domain.roles import (
    administered_by,
    delivers,
    is_admin_of,
    roles_of,
    sees_all_customers,
)
from customers.models import Role, User
from packages.models import Contract, DeliveryTeamMember


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
    if faults.skips("lock"):
        return contracts.get(pk=contract.pk)
    with waited_for_once():
        return contracts.select_for_update(no_key=True, of=("self",)).get(pk=contract.pk)


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
    """Whether `user` is named on the contract's delivery team, or covers for somebody who is (docs/adr/0013)."""
    covers = covered_absence(user, "staff__time_off") & (
        Q(staff__time_off__cover_customers__isnull=True) | Q(staff__time_off__cover_customers=contract.customer_id)
    )
    return DeliveryTeamMember.objects.filter(Q(staff=user) | covers, contract=contract).exists()


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
