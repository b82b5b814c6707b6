"""Customers, their members, and the main contact on either side (DOMAIN.md §9, §12)."""

import re
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.database_errors import constraint_of
from core.dates import ZONE_NAMES
from core.money import CURRENCIES
from core.refusals import InvalidInput
from customers.domain.roles import is_staff
from customers.models import ContactAssignment, Customer, Membership, User


@transaction.atomic
def create_customer(
    *,
    name: str,
    country: str,
    time_zone: str,
    language: str,
    currency: str,
    lead: User | None,
    by: User | None,
    now: datetime,
) -> Customer:
    """Open an account for a business customer.

    :raises InvalidInput: with the field at fault
    """
    if not name.strip():
        raise InvalidInput(_("Enter the customer's name."), field="name")
    if time_zone not in ZONE_NAMES:
        raise InvalidInput(_("Choose a time zone such as Europe/Rome."), field="time_zone")
    if not re.fullmatch("[A-Z]{2}", country.upper()):
        raise InvalidInput(_("Choose a country by its two letters, such as IT."), field="country")
    if language not in dict(settings.LANGUAGES):
        raise InvalidInput(_("The portal does not speak that language."), field="language")
    if currency not in CURRENCIES:
        raise InvalidInput(_("The portal does not bill in that currency."), field="currency")
    customer = Customer.objects.create(
        name=name.strip(),
        country=country.upper(),
        time_zone=time_zone,
        language=language,
        currency=currency,
        created_at=now,
    )
    if lead is not None:
        assign_contact(customer=customer, kind=ContactAssignment.Kind.LEAD, person=lead, by=by, now=now)
    return customer


@transaction.atomic
def assign_contact(*, customer: Customer, kind: str, person: User, by: User | None, now: datetime) -> ContactAssignment:
    """Make `person` the lead or the primary contact of `customer`; whoever it was before stays in the history.

    :raises InvalidInput: if a lead is not of the staff, or a primary contact does not belong to the customer
    """
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    if kind == ContactAssignment.Kind.LEAD and not is_staff(person):
        raise InvalidInput(_("The lead is one of the provider's people."), field="lead")
    if kind == ContactAssignment.Kind.PRIMARY_CONTACT and not _belongs(person, customer):
        raise InvalidInput(_("The primary contact is one of the customer's people."), field="primary_contact")
    current = customer.contacts.filter(kind=kind, until__isnull=True).first()
    if current is not None:
        if current.person_id == person.pk:
            return current
        current.until = now
        current.save(update_fields=["until"])
    return ContactAssignment.objects.create(customer=customer, kind=kind, person=person, since=now, assigned_by=by)


@transaction.atomic
def add_member(*, customer: Customer, person: User, kind: str, now: datetime) -> Membership:
    """Make `person` a member or an admin of `customer`; who is one already only changes their rights."""
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    membership = customer.memberships.filter(user=person, until__isnull=True).first()
    if membership is None:
        return Membership.objects.create(customer=customer, user=person, kind=kind, since=now)
    if membership.kind != kind:
        membership.kind = kind
        membership.save(update_fields=["kind"])
    return membership


@transaction.atomic
def invite_member(*, customer: Customer, email: str, name: str, kind: str, now: datetime) -> tuple[User, bool]:
    """Bring the person behind `email` into `customer`: the person, and whether they are new to the portal.

    A new person has no password: the invitation's mail lets them set one.

    :raises InvalidInput: if the address belongs to one of the provider's people
    """
    person = _person_behind(email)
    is_new = False
    if person is None:
        try:
            with transaction.atomic():
                person = User.objects.create_user(
                    email, name=name.strip(), language=customer.language, time_zone=customer.time_zone
                )
            is_new = True
        except IntegrityError as error:
            # Somebody invited the same person at the same moment: theirs is the row.
            if constraint_of(error) != "users_email_unique":
                raise
            person = User.objects.select_related("staff_profile").get(email__iexact=email.strip())
    if is_staff(person):
        raise InvalidInput(_("That address belongs to one of the provider's people."), field="email")
    add_member(customer=customer, person=person, kind=kind, now=now)
    return person, is_new


def _person_behind(email: str) -> User | None:
    return User.objects.filter(email__iexact=email.strip()).select_related("staff_profile").first()


def _belongs(person: User, customer: Customer) -> bool:
    return customer.memberships.filter(user=person, until__isnull=True).exists()
