"""Opening accounts, one or thousands: the rules of a new customer and of its first admin (DOMAIN.md §9, §12).

Many customers are written with a fixed number of queries a thousand; the rules are the same for one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.audit import record
from core.countries import is_country
from core.dates import ZONE_NAMES
from core.money import CURRENCIES
from core.refusals import InvalidInput, NotAllowed, refuse_first
from customers.domain.audit import CUSTOMER_OPENS, MEMBER_BEGINS
from customers.domain.roles import Right, is_staff, rights_of
from customers.models import ContactAssignment, Customer, Membership, User

ROWS_A_QUERY = 1000

Kind = ContactAssignment.Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCustomer:
    """An account to open. `country` is an ISO 3166 code, `time_zone` an IANA name."""

    name: str
    country: str
    time_zone: str
    language: str
    currency: str
    lead: User | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstAdmin:
    """Who comes into a customer that has nobody yet, as its admin and its primary contact."""

    customer: Customer
    email: str
    name: str


def faults_of_customer(new: NewCustomer) -> Iterator[InvalidInput]:
    """Everything that forbids to open this account, each with the field at fault."""
    if not new.name.strip():
        yield InvalidInput(_("Enter the customer's name."), field="name")
    if new.time_zone not in ZONE_NAMES:
        yield InvalidInput(_("Choose a time zone such as Europe/Rome."), field="time_zone")
    if not is_country(new.country.upper()):
        yield InvalidInput(_("Choose a country by its two letters, such as IT."), field="country")
    if new.language not in dict(settings.LANGUAGES):
        yield InvalidInput(_("The portal does not speak that language."), field="language")
    if new.currency not in CURRENCIES:
        yield InvalidInput(_("The portal does not bill in that currency."), field="currency")
    if new.lead is not None:
        yield from faults_of_lead(new.lead)


def faults_of_lead(person: User) -> Iterator[InvalidInput]:
    """A lead is of the staff."""
    if not is_staff(person):
        yield InvalidInput(_("The lead is one of the provider's people."), field="lead")


def faults_of_member(person: User) -> Iterator[InvalidInput]:
    """Nobody stands on both sides."""
    if is_staff(person):
        yield InvalidInput(_("That address belongs to one of the provider's people."), field="email")


@transaction.atomic
def create_customers(new: Sequence[NewCustomer], *, by: User, now: datetime) -> list[Customer]:
    """Open accounts for business customers, in the order of `new`, each with its lead.

    :raises NotAllowed: if `by` does not lead operations
    :raises InvalidInput: for the first fault, with its field
    """
    if Right.MANAGE_CUSTOMERS not in rights_of(by):
        raise NotAllowed(_("Accounts are opened by an operations lead."))
    for each in new:
        refuse_first(faults_of_customer(each))
    customers = Customer.objects.bulk_create(
        [
            Customer(
                name=each.name.strip(),
                country=each.country.upper(),
                time_zone=each.time_zone,
                language=each.language,
                currency=each.currency,
                created_at=now,
            )
            for each in new
        ],
        batch_size=ROWS_A_QUERY,
    )
    record(verb=CUSTOMER_OPENS, of=[(customer, {}) for customer in customers], by=by, now=now)
    _assign(
        Kind.LEAD,
        [(customer, each.lead) for customer, each in zip(customers, new, strict=True) if each.lead is not None],
        by=by,
        now=now,
    )
    return customers


@transaction.atomic
def bring_in_first_admins(admins: Sequence[FirstAdmin], *, by: User | None, now: datetime) -> list[Membership]:
    """Make each of `admins` the admin and primary contact of their customer, which has nobody yet.

    Who is new to the portal has no password: the invitation's mail lets them set one. One person may come into
    several customers; their first name and language stay.

    :raises InvalidInput: if an address belongs to one of the provider's people
    """
    people = people_behind(admin.email for admin in admins)
    for person in people.values():
        refuse_first(faults_of_member(person))
    strangers: dict[str, User] = {}
    for admin in admins:
        address = admin.email.strip().lower()
        if address not in people and address not in strangers:
            strangers[address] = _newcomer(admin, address)
    User.objects.bulk_create(strangers.values(), batch_size=ROWS_A_QUERY)
    people |= strangers
    memberships = [
        Membership(
            customer=admin.customer, user=people[admin.email.strip().lower()], kind=Membership.Kind.ADMIN, since=now
        )
        for admin in admins
    ]
    Membership.objects.bulk_create(memberships, batch_size=ROWS_A_QUERY)
    record(verb=MEMBER_BEGINS, of=[(each, {"kind": each.kind}) for each in memberships], by=by, now=now)
    _assign(Kind.PRIMARY_CONTACT, [(each.customer, each.user) for each in memberships], by=by, now=now)
    return memberships


def people_behind(emails: Iterable[str]) -> dict[str, User]:
    """Who signs in with any of `emails`, by address in small letters, with staff profiles: a query a thousand."""
    addresses = sorted({email.strip().lower() for email in emails})
    found: dict[str, User] = {}
    for start in range(0, len(addresses), ROWS_A_QUERY):
        some = addresses[start : start + ROWS_A_QUERY]
        people = User.objects.alias(address=Lower("email")).filter(address__in=some)
        found |= {person.email.lower(): person for person in people.select_related("staff_profile")}
    return found


def _newcomer(admin: FirstAdmin, address: str) -> User:
    person = User(
        email=address,
        name=admin.name.strip(),
        language=admin.customer.language,
        time_zone=admin.customer.time_zone,
    )
    person.set_unusable_password()
    return person


def _assign(kind: str, pairs: Iterable[tuple[Customer, User]], *, by: User | None, now: datetime) -> None:
    ContactAssignment.objects.bulk_create(
        [
            ContactAssignment(customer=customer, kind=kind, person=person, since=now, assigned_by=by)
            for customer, person in pairs
        ],
        batch_size=ROWS_A_QUERY,
    )
