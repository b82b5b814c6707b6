"""Somebody of the customer's side comes to a planned review no more, because they left the customer (DOMAIN.md §12)."""

from datetime import datetime

from django.db import transaction

from customers.domain.queries import primary_contact_of
from customers.models import User
from reviews.domain import invitations
from reviews.domain.places import locked_review
from reviews.models import Review, ReviewAttendee


@transaction.atomic
def take_off_review(*, review: Review, person: User, by: User, now: datetime) -> Review:
    """Have `person` come no more; they are told. Where nobody else comes, the primary contact does and is invited.

    Nothing happens to who does not come anyway, or once the review is not planned any more.
    """
    review = locked_review(review)
    if review.status != Review.Status.PLANNED:
        return review
    deleted, _by_model = ReviewAttendee.objects.filter(review=review, user=person).delete()
    if not deleted:
        return review
    review.sequence += 1
    review.save(update_fields=["sequence"])
    invitations.announce_leaving(review, person, by=by, now=now)
    contact = primary_contact_of(review.contract.customer)
    if contact is not None and not review.attendees.exists():
        ReviewAttendee.objects.create(review=review, name=contact.name, email=contact.email, user=contact)
        invitations.announce_invited(review, [contact], now=now)
    return review
