"""What stands in the way of anonymising somebody: they did not leave while anything hangs on them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from customers.models import BillingDetails, ContactAssignment, User
from home.models import ImportRun
from packages.models import Contract
from reviews.models import Review
from sessions.models import ConsultingSession, OverageCap
from support.models import OrderImport


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that hangs on a person still: a sentence, and the page (the name of its URL) where it is put right."""

    sentence: str
    page: str = ""
    of: int | None = None


def obstacles(person: User, *, now: datetime) -> Iterator[Obstacle]:
    """What hangs on `person` still, in words, the most telling first."""
    for membership in person.memberships.filter(until__isnull=True).select_related("customer"):
        yield Obstacle(
            _("Belongs to %(customer)s.") % {"customer": membership.customer},
            "customers:people",
            membership.customer_id,
        )
    if person.is_superuser or (person.is_active and hasattr(person, "staff_profile")):
        yield Obstacle(_("Works for Oura: end their account in the administration first."))
    for contact in person.contact_for.filter(until__isnull=True).select_related("customer"):
        said = (
            _("Is the lead of %(customer)s.")
            if contact.kind == ContactAssignment.Kind.LEAD
            else _("Is the primary contact of %(customer)s.")
        )
        yield Obstacle(said % {"customer": contact.customer}, "customer-detail", contact.customer_id)
    team = Contract.objects.filter(team_members__staff=person, voided_at__isnull=True, ends_on__gte=now.date())
    for contract in team.order_by("pk"):
        said = _("Is of the delivery team of %(contract)s.") % {"contract": contract.reference}
        yield Obstacle(said, "sessions:contract", contract.pk)
    yield from _meetings(person, now)
    for cap in OverageCap.objects.filter(approver=person).select_related("customer"):
        yield Obstacle(
            _("Accepts overage above the cap of %(customer)s.") % {"customer": cap.customer},
            "customer-detail",
            cap.customer_id,
        )
    for details in BillingDetails.objects.filter(billing_email__iexact=person.email).select_related("customer"):
        said = _("Their address stands in the billing details of %(customer)s.") % {"customer": details.customer}
        yield Obstacle(said, "customers:billing-details", details.customer_id)
    yield from _files_that_wait(person)


def _files_that_wait(person: User) -> Iterator[Obstacle]:
    """Files to import are kept until they are written or discarded, and say what they say."""
    said = _("Their address stands in a file that waits to be imported: write or discard it first.")
    address = person.email.casefold().encode()
    waiting = (
        ("contract-import-run", ImportRun.objects.exclude(content=b"")),
        ("support:order-import-run", OrderImport.objects.exclude(content=b"")),
    )
    for page, runs in waiting:
        for run in runs.iterator(chunk_size=5):
            if address in bytes(run.content).lower():
                yield Obstacle(said, page, run.pk)


def _meetings(person: User, now: datetime) -> Iterator[Obstacle]:
    booked = ConsultingSession.objects.filter(status=ConsultingSession.Status.BOOKED)
    attended = Q(attendees__user=person) | Q(attendees__email__iexact=person.email)
    for session in booked.filter(Q(staff=person) | (attended & Q(ends_at__gt=now))).order_by("pk").distinct():
        said = _("Takes part in the session %(session)s.") % {"session": session.reference}
        yield Obstacle(said, "sessions:detail", session.pk)
    planned = Review.objects.filter(status=Review.Status.PLANNED)
    attended = Q(attendees__user=person) | Q(attendees__email__iexact=person.email)
    for review in planned.filter(Q(staff__person=person) | (attended & Q(ends_at__gt=now))).order_by("pk").distinct():
        said = _("Takes part in the project health check %(review)s.") % {"review": review.reference}
        yield Obstacle(said, "reviews:detail", review.pk)
