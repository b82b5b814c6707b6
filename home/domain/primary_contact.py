"""Designating a primary contact who may not be in the portal yet (DOMAIN.md §9)."""

from datetime import datetime

from django.db import transaction

from customers.domain.customers import assign_contact
from customers.models import ContactAssignment, Customer, Membership, User
from notifications.domain.accounts import invite


@transaction.atomic
def invite_primary_contact(*, customer: Customer, email: str, by: User, now: datetime) -> ContactAssignment:
    """Make the person behind `email` a customer admin and the primary contact, and owe them the mail that lets them in.

    An unknown address becomes a person, named after the address until they say otherwise.

    :raises InvalidInput: if the address belongs to one of the provider's people
    """
    name = email.partition("@")[0]
    person = invite(customer=customer, email=email, name=name, kind=Membership.Kind.ADMIN, by=by, now=now)
    return assign_contact(customer=customer, kind=ContactAssignment.Kind.PRIMARY_CONTACT, person=person, by=by, now=now)
