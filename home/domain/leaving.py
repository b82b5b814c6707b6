"""A person leaves a customer: they lose at once all that they had through it (DOMAIN.md §12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from core.refusals import InvalidInput
from customers.domain.customers import end_membership, faults_of_leaving
from customers.domain.people import check_may_manage
from customers.domain.queries import primary_contact_of
from customers.domain.roles import is_staff
from customers.models import ApiToken, Customer, Membership, User
from packages.domain.contracts import locked
from packages.models import Contract
from reviews.domain.leaving import take_off_review
from reviews.models import Review
from sessions.domain.attendee_changes import change_attendees
from sessions.domain.attendees import Guest
from sessions.domain.feeds import revoke_feed
from sessions.models import ConsultingSession


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a person's leaving does. `elsewhere` are the other customers that they belong to.

    Who belongs to nothing else loses sign-in, API tokens and calendar address too: `loses_account`.
    """

    obstacles: Sequence[InvalidInput]
    sessions: Sequence[ConsultingSession]
    reviews: Sequence[Review]
    elsewhere: Sequence[Customer]
    loses_account: bool


def preview_leaving(membership: Membership, *, now: datetime) -> Leaving:
    """What it would do to end `membership`, or what forbids it. Changes nothing."""
    elsewhere = list(Customer.objects.filter(pk__in=_others(membership).values("customer")))
    return Leaving(
        obstacles=list(faults_of_leaving(membership)),
        sessions=_coming_sessions(membership, now),
        reviews=_planned_reviews(membership, now),
        elsewhere=elsewhere,
        loses_account=not elsewhere and not is_staff(membership.user),
    )


@transaction.atomic
def remove_member(*, membership: Membership, by: User, now: datetime) -> Membership:
    """End a membership. From the next request on nothing of the customer answers to the person any more.

    They are taken off coming meetings and told; where nobody else of the customer came, the primary contact does. Who
    belongs to no customer any more is signed out everywhere, and their tokens and calendar address end.

    :raises NotAllowed: if `by` does not manage the customer's people
    :raises InvalidInput: if the customer would be left without an admin, or the person is the primary contact
    """
    check_may_manage(by, membership.customer)
    # Whoever books or plans does it under the contract's lock: after it, what is read is all there is.
    for contract in Contract.objects.filter(customer=membership.customer_id, voided_at=None).order_by("pk"):
        locked(contract)
    sessions, reviews = _coming_sessions(membership, now), _planned_reviews(membership, now)
    # The customer keeps its primary contact, so that nobody is taken off before it is known that the person may go.
    membership = end_membership(membership=membership, by=by, now=now)
    for session in sessions:
        _take_off(session, membership.user, by=by, now=now)
    for review in reviews:
        take_off_review(review=review, person=membership.user, by=by, now=now)
    if not is_staff(membership.user) and not _others(membership).exists():
        _close_account(membership.user, now=now)
    return membership


def _take_off(session: ConsultingSession, person: User, *, by: User, now: datetime) -> None:
    stay = [
        Guest(each.name, each.email, tuple(each.roles), each.language)
        for each in session.attendees.all()
        if each.user_id != person.pk
    ]
    contact = primary_contact_of(session.contract.customer)
    if not stay and contact is not None:
        stay = [Guest(contact.name, contact.email)]
    change_attendees(session=session, attendees=stay, by=by, now=now)


def _close_account(person: User, *, now: datetime) -> None:
    """Sign somebody out everywhere. A new invitation lets them set a new password."""
    ApiToken.objects.filter(person=person, revoked_at__isnull=True).update(revoked_at=now)
    revoke_feed(person=person, now=now)
    person.set_unusable_password()  # what every session of theirs is checked against
    person.save(update_fields=["password"])


def _others(membership: Membership) -> QuerySet[Membership]:
    return Membership.objects.filter(user=membership.user_id, until__isnull=True).exclude(pk=membership.pk)


def _coming_sessions(membership: Membership, now: datetime) -> list[ConsultingSession]:
    sessions = ConsultingSession.objects.filter(
        contract__customer=membership.customer_id,
        attendees__user=membership.user_id,
        status=ConsultingSession.Status.BOOKED,
        ends_at__gt=now,
    )
    related = sessions.select_related("contract__customer", "contract__package_version__package", "staff")
    return list(related.prefetch_related("attendees").order_by("starts_at", "pk"))


def _planned_reviews(membership: Membership, now: datetime) -> list[Review]:
    reviews = Review.objects.filter(
        contract__customer=membership.customer_id,
        attendees__user=membership.user_id,
        status=Review.Status.PLANNED,
        ends_at__gt=now,
    )
    return list(reviews.select_related("contract__customer").order_by("starts_at", "pk"))
