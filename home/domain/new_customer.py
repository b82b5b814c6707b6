"""Opening an account: the customer, its lead, and the invitation of its first admin, all or nothing (DOMAIN.md §12)."""

from datetime import datetime

from django.db import transaction

from customers.domain.customers import create_customer
from customers.models import Customer, Membership, User
from notifications.domain.accounts import invite


@transaction.atomic
def open_account(
    *,
    name: str,
    country: str,
    time_zone: str,
    language: str,
    currency: str,
    lead: User,
    admin_name: str,
    admin_email: str,
    by: User,
    now: datetime,
) -> Customer:
    """Create a customer with its lead and owe its first admin the mail that lets them in.

    :raises NotAllowed: if `by` does not lead operations
    :raises InvalidInput: with the field at fault; `email` is the admin's
    """
    customer = create_customer(
        name=name,
        country=country,
        time_zone=time_zone,
        language=language,
        currency=currency,
        lead=lead,
        by=by,
        now=now,
    )
    invite(customer=customer, email=admin_email, name=admin_name, kind=Membership.Kind.ADMIN, by=by, now=now)
    return customer
