"""The people of a customer, and who may bring more of them in (DOMAIN.md §12)."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.refusals import NotAllowed
from customers.domain.customers import change_kind
from customers.domain.roles import Right, is_admin_of, rights_of
from customers.models import Customer, Membership, User


def memberships_now(customer: Customer) -> QuerySet[Membership]:
    """Who belongs to `customer` now: admins first, then by name."""
    return (
        customer.memberships.filter(until__isnull=True, user__is_active=True)
        .select_related("user")
        .order_by("kind", "user__name", "pk")
    )


def may_manage_people(user: User, customer: Customer) -> bool:
    """Customer admins manage their own people, operations leads those of every customer."""
    return is_admin_of(user, customer.pk) or Right.MANAGE_CUSTOMERS in rights_of(user)


def check_may_manage(user: User, customer: Customer) -> None:
    """Refuse who does not manage the people of `customer`.

    :raises NotAllowed: if `user` is neither its admin nor an operations lead
    """
    if not may_manage_people(user, customer):
        raise NotAllowed(_("People are managed by a customer admin or an operations lead."))


def change_rights(*, membership: Membership, kind: str, by: User, now: datetime) -> Membership:
    """Make a member an admin, or an admin a member.

    :param kind: of membership, `admin` or `member`
    :raises NotAllowed: if `by` does not manage the customer's people
    :raises InvalidInput: if the customer would be left without an admin, or the person left meanwhile
    """
    check_may_manage(by, membership.customer)
    return change_kind(membership=membership, kind=kind, by=by, now=now)
