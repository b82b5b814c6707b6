"""The people of a customer, and who may bring more of them in (DOMAIN.md §12)."""

from django.db.models import QuerySet

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
