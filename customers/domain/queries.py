"""The only way to a customer and its people: what is not visible does not exist (DOMAIN.md §12)."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from customers.domain.roles import administered_by, delivers, is_staff, memberships_of, sees_all_customers
from customers.models import ContactAssignment, Customer, Membership, User

COVER_LINGERS = timedelta(days=14)


def customer_scope(user: User, path: str = "") -> Q:
    """The condition "a customer that `user` sees" on whatever reaches the customer by `path` (`"contract__customer"`).

    Members see their own customer; delivery staff those of whose lead or delivery team they are; operations leads and
    finance all. Delivery teams stand in a higher app and are reached by relation names, not by import.
    """
    prefix = f"{path}__" if path else ""
    if sees_all_customers(user):
        return Q(**{f"{prefix}pk__isnull": False})
    scope = Q(**{f"{prefix}pk__in": list(memberships_of(user))})
    if delivers(user):
        scope |= served_scope(user, path)
    return scope


def served_scope(user: User, path: str = "") -> Q:
    """The condition "a customer whose lead `user` is, or on whose delivery team they are", voided contracts apart.

    Who covers for a colleague counts like them (docs/adr/0013).
    """
    prefix = f"{path}__" if path else ""
    led = ContactAssignment.objects.filter(kind=ContactAssignment.Kind.LEAD, person=user, until__isnull=True).values(
        "customer"
    )
    delivered = Customer.objects.filter(contracts__team_members__staff=user, contracts__voided_at__isnull=True).values(
        "pk"
    )
    served = Q(**{f"{prefix}pk__in": led}) | Q(**{f"{prefix}pk__in": delivered})
    return served | Q(**{f"{prefix}pk__in": _covered_by(user).values("pk")})


def covered_absence(user: User, path: str = "") -> Q:
    """The condition "time off for which `user` covers", from the moment that was set until some days after its end.

    The days after are for logging what was held. The clock is read here because access hangs on it: no door may
    forget to pass it. Time off stands in a higher app and is reached by relation names.
    """
    prefix = f"{path}__" if path else ""
    return Q(**{f"{prefix}cover": user, f"{prefix}ends_at__gt": timezone.now() - COVER_LINGERS})


def _covered_by(user: User) -> QuerySet[Customer]:
    """The customers of the colleagues for whom `user` covers, or those of them that the cover names."""
    absences = user.covers.filter(covered_absence(user))
    of_all = absences.filter(cover_customers__isnull=True).values("staff")
    led = Q(contacts__kind=ContactAssignment.Kind.LEAD, contacts__until__isnull=True, contacts__person__in=of_all)
    delivered = Q(contracts__voided_at__isnull=True, contracts__team_members__staff__in=of_all)
    named = Q(pk__in=absences.filter(cover_customers__isnull=False).values("cover_customers"))
    return Customer.objects.filter(led | delivered | named)


def customers_visible_to(user: User) -> QuerySet[Customer]:
    """The customers that `user` may know of."""
    return Customer.objects.filter(customer_scope(user))


def memberships_visible_to(user: User) -> QuerySet[Membership]:
    """Who belongs to which customer now, as far as `user` may know: staff those they serve, customer admins their own.

    Plain members see nobody's list of people.
    """
    own = Q(customer__in=administered_by(user))
    scope = own | customer_scope(user, "customer") if is_staff(user) else own
    return Membership.objects.filter(scope, until__isnull=True, user__is_active=True).select_related("user", "customer")


def staff_holding(roles: Iterable[str]) -> QuerySet[User]:
    """The provider's active people who hold any of `roles`, with their profiles, by name."""
    return (
        User.objects.filter(is_active=True, staff_profile__roles__overlap=list(roles))
        .select_related("staff_profile")
        .order_by("name", "pk")
    )


def members_of(customer: Customer) -> QuerySet[User]:
    """The people who belong to `customer` now."""
    return User.objects.filter(memberships__customer=customer, memberships__until__isnull=True, is_active=True)


def admins_of(customer: Customer) -> QuerySet[User]:
    """The customer admins of `customer` now."""
    return User.objects.filter(
        memberships__customer=customer,
        memberships__until__isnull=True,
        memberships__kind="admin",
        is_active=True,
    )


def lead_of(customer: Customer) -> User | None:
    """The provider's main point of contact for `customer` now."""
    return User.objects.filter(
        contact_for__customer=customer, contact_for__kind=ContactAssignment.Kind.LEAD, contact_for__until__isnull=True
    ).first()


def primary_contact_of(customer: Customer) -> User | None:
    """The designated primary contact; until there is one the customer's first admin stands in (DOMAIN.md §9)."""
    designated = User.objects.filter(
        contact_for__customer=customer,
        contact_for__kind=ContactAssignment.Kind.PRIMARY_CONTACT,
        contact_for__until__isnull=True,
    ).first()
    return designated or admins_of(customer).order_by("memberships__since", "pk").first()
