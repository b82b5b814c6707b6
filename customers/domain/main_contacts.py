"""The main contacts of many customers at once: what lists of customers show (DOMAIN.md §9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from customers.models import ContactAssignment, Customer, Membership, User


@dataclass(slots=True)
class MainContacts:
    """Who is the main contact on either side now, and since when they are."""

    lead: User | None = None
    lead_since: datetime | None = None
    primary_contact: User | None = None
    primary_contact_since: datetime | None = None


def main_contacts_of(customers: Iterable[Customer]) -> dict[int, MainContacts]:
    """The lead and the primary contact of each customer, by its id, in two queries however many they are.

    Until a primary contact is designated, the customer's first admin stands in.
    """
    contacts = {customer.pk: MainContacts() for customer in customers}
    for assignment in ContactAssignment.objects.filter(customer__in=contacts, until__isnull=True).select_related(
        "person"
    ):
        if assignment.kind == ContactAssignment.Kind.LEAD:
            contacts[assignment.customer_id].lead = assignment.person
            contacts[assignment.customer_id].lead_since = assignment.since
        else:
            contacts[assignment.customer_id].primary_contact = assignment.person
            contacts[assignment.customer_id].primary_contact_since = assignment.since
    admins = Membership.objects.filter(
        customer__in=contacts, kind=Membership.Kind.ADMIN, until__isnull=True, user__is_active=True
    )
    for membership in admins.order_by("since", "user").select_related("user"):
        mine = contacts[membership.customer_id]
        if mine.primary_contact is None:
            mine.primary_contact, mine.primary_contact_since = membership.user, membership.since
    return contacts
