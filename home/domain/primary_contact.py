"""Who deals with the lead on the customer's side: designated, or invited for it (DOMAIN.md §9)."""

from datetime import datetime

from django.db import transaction

from customers.domain.customers import assign_contact
from customers.domain.people import check_may_manage
from customers.domain.queries import primary_contact_of
from customers.models import ContactAssignment, Customer, Membership, User
from home.domain.contact_letters import owe_contact_changed
from notifications.domain.accounts import invite


@transaction.atomic
def designate_primary_contact(*, customer: Customer, person: User, by: User, now: datetime) -> ContactAssignment:
    """Make one of the customer's people its primary contact and tell both sides; who is it already stays it.

    :raises NotAllowed: if `by` does not manage the customer's people
    :raises InvalidInput: if `person` does not belong to the customer
    """
    check_may_manage(by, customer)
    before = primary_contact_of(customer)
    kind = ContactAssignment.Kind.PRIMARY_CONTACT
    current = customer.contacts.filter(kind=kind, person=person, until__isnull=True).first()
    if current is not None:
        return current
    assignment = assign_contact(customer=customer, kind=kind, person=person, by=by, now=now)
    owe_contact_changed(assignment, before=None if before == person else before, by=by, now=now)
    return assignment


@transaction.atomic
def invite_primary_contact(*, customer: Customer, email: str, by: User, now: datetime) -> ContactAssignment:
    """Make the person behind `email` a customer admin and the primary contact, and owe them the mail that lets them in.

    An unknown address becomes a person, named after the address until they say otherwise.

    :raises InvalidInput: if the address belongs to one of the provider's people
    """
    name = email.partition("@")[0]
    person = invite(customer=customer, email=email, name=name, kind=Membership.Kind.ADMIN, by=by, now=now)
    return assign_contact(customer=customer, kind=ContactAssignment.Kind.PRIMARY_CONTACT, person=person, by=by, now=now)
