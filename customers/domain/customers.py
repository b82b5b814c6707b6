"""Customers, their members, and the main contact on either side (DOMAIN.md §9, §12)."""

from collections.abc import Iterator
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import faults
from core.audit import record
from core.database_errors import constraint_of
from core.refusals import InvalidInput, refuse_first
from customers.domain.audit import MEMBER_BEGINS, MEMBER_ENDS, RIGHTS_CHANGE
from customers.domain.names import refer_to
from customers.domain.new_customers import NewCustomer, create_customers, faults_of_lead, faults_of_member
from customers.domain.queries import admins_of
from customers.models import ContactAssignment, Customer, Membership, User


def create_customer(
    *,
    name: str,
    country: str,
    time_zone: str,
    language: str,
    currency: str,
    lead: User | None,
    by: User,
    now: datetime,
) -> Customer:
    """Open an account for a business customer.

    :raises NotAllowed: if `by` does not lead operations
    :raises InvalidInput: with the field at fault
    """
    new = NewCustomer(name=name, country=country, time_zone=time_zone, language=language, currency=currency, lead=lead)
    return create_customers([new], by=by, now=now)[0]


@transaction.atomic
def assign_contact(*, customer: Customer, kind: str, person: User, by: User | None, now: datetime) -> ContactAssignment:
    """Make `person` the lead or the primary contact of `customer`; whoever it was before stays in the history.

    :raises InvalidInput: if a lead is not of the staff, or a primary contact does not belong to the customer
    """
    _lock(customer.pk)
    if kind == ContactAssignment.Kind.LEAD:
        refuse_first(faults_of_lead(person))
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
def add_member(*, customer: Customer, person: User, kind: str, now: datetime, by: User | None = None) -> Membership:
    """Make `person` a member or an admin of `customer`; who is one already only changes their rights.

    :raises InvalidInput: if the customer would be left without an admin
    """
    _lock(customer.pk)
    membership = customer.memberships.filter(user=person, until__isnull=True).first()
    if membership is None:
        membership = Membership.objects.create(customer=customer, user=person, kind=kind, since=now)
        record(verb=MEMBER_BEGINS, of=[(membership, {"kind": kind})], by=by, now=now)
    else:
        _give_rights(membership, kind, by=by, now=now)
    return membership


@transaction.atomic
def change_kind(*, membership: Membership, kind: str, by: User, now: datetime) -> Membership:
    """Make a member an admin, or an admin a member.

    :raises InvalidInput: if the customer would be left without an admin, or the person left meanwhile
    """
    _lock(membership.customer_id)
    membership = Membership.objects.select_related("customer", "user").get(pk=membership.pk)
    if membership.until is not None:
        names = {"name": membership.user, "customer": membership.customer}
        raise InvalidInput(_("%(name)s does not belong to %(customer)s any more.") % names, field="person")
    _give_rights(membership, kind, by=by, now=now)
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, by: User, now: datetime) -> Membership:
    """Let a person belong to a customer no more. What hangs on it stands in `home.domain.leaving`.

    :raises InvalidInput: if the customer would be left without an admin, or the person is the primary contact
    """
    _lock(membership.customer_id)
    membership = Membership.objects.select_related("customer", "user").get(pk=membership.pk)
    if membership.until is not None:
        return membership
    refuse_first(faults_of_leaving(membership))
    faults.reach("after_check")
    membership.until = now
    membership.save(update_fields=["until"])
    record(verb=MEMBER_ENDS, of=[(membership, {})], by=by, now=now)
    membership.user.memberships_read = None
    return membership


def faults_of_leaving(membership: Membership) -> Iterator[InvalidInput]:
    """Everything that forbids a person to leave a customer now."""
    yield from faults_of_giving_up(membership)
    kind = ContactAssignment.Kind.PRIMARY_CONTACT
    if membership.customer.contacts.filter(kind=kind, person=membership.user_id, until__isnull=True).exists():
        yield InvalidInput(
            _("%(name)s is the primary contact. Make somebody else the primary contact first.")
            % {"name": membership.user},
            field="person",
        )


def faults_of_giving_up(membership: Membership) -> Iterator[InvalidInput]:
    """A customer is never left without an admin: everything that forbids this person to be one no more."""
    if membership.kind != Membership.Kind.ADMIN:
        return
    others = admins_of(membership.customer).exclude(pk=membership.user_id)
    if not others.exists():
        yield InvalidInput(
            _("%(name)s is the only customer admin. Make somebody else an admin first.") % {"name": membership.user},
            field="person",
        )


@transaction.atomic
def invite_member(
    *, customer: Customer, email: str, name: str, kind: str, now: datetime, by: User | None = None
) -> tuple[User, bool]:
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
    refuse_first(faults_of_member(person))
    add_member(customer=customer, person=person, kind=kind, now=now, by=by)
    return person, is_new


def _lock(customer_id: int) -> None:
    """Let who changes a customer's people queue: of two admins who remove each other the second is refused."""
    if not faults.skips("lock"):
        Customer.objects.select_for_update(no_key=True).get(pk=customer_id)


def _give_rights(membership: Membership, kind: str, *, by: User | None, now: datetime) -> None:
    if membership.kind == kind:
        return
    refuse_first(faults_of_giving_up(membership))
    membership.kind = kind
    membership.save(update_fields=["kind"])
    details = {**refer_to(membership.user), "kind": kind}
    record(verb=RIGHTS_CHANGE, of=[(membership.customer, details)], by=by, now=now)


def _person_behind(email: str) -> User | None:
    return User.objects.filter(email__iexact=email.strip()).select_related("staff_profile").first()


def _belongs(person: User, customer: Customer) -> bool:
    return customer.memberships.filter(user=person, until__isnull=True).exists()
