"""The mail that tells both sides who a customer's primary contact is now (DOMAIN.md §9)."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.domain.queries import admins_of, customers_visible_to, lead_of
from customers.models import ContactAssignment, User
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.domain.outbox import Owed, owe_all
from notifications.models import Message

CONTACT_CHANGED = "primary_contact_changed"


def register_kinds() -> None:
    """Make this mail known to the outbox; called once by the app's configuration."""
    register(Kind(code=CONTACT_CHANGED, label=gettext_lazy("Account: new primary contact"), compose=_write))


def owe_contact_changed(assignment: ContactAssignment, *, before: User | None, by: User, now: datetime) -> None:
    """Tell the customer's admins, its lead, the new primary contact and the one before; not `by`."""
    customer = assignment.customer
    people = {*admins_of(customer), assignment.person}
    people |= {person for person in (lead_of(customer), before) if person is not None and person.is_active}
    owe_all(
        [
            Owed(
                kind=CONTACT_CHANGED,
                key=f"{CONTACT_CHANGED}:{assignment.pk}",
                to=person,
                facts={"before": before.pk if before is not None else None},
                due_at=now,
                subject_id=assignment.pk,
            )
            for person in people - {by}
        ],
        now=now,
    )


def _write(message: Message, _now: datetime) -> Letter | None:
    """None once somebody else is it, and for who has nothing to do with the customer any more."""
    assignments = ContactAssignment.objects.select_related("customer", "person")
    assignment = assignments.filter(pk=message.subject_id or 0, until__isnull=True).first()
    reader = message.recipient
    if assignment is None or reader is None:
        return None
    customer, contact = assignment.customer, assignment.person
    if not customers_visible_to(reader).filter(pk=customer.pk).exists():
        return None
    before, lead = User.objects.filter(pk=message.facts["before"] or 0).first(), lead_of(customer)
    names = {"customer": customer.name, "contact": contact.name, "before": "" if before is None else before.name}
    if reader == contact:
        first = _("You are the primary contact of %(customer)s now: you deal with the lead at Oura.")
        second = _("Before you it was %(before)s.")
    else:
        first = _("%(contact)s is the primary contact of %(customer)s now.")
        second = _("Until now it was %(before)s.")
    answers = lead if reader != lead and lead is not None else contact
    return Letter(
        subject=_("%(customer)s: %(contact)s is the primary contact now") % names,
        template="note",
        context={
            "tag": _("Account"),
            "paragraphs": [first % names, *([second % names] if before is not None else [])],
            "rows": [answers.name, answers.email],
            "action_label": _("See the customer"),
            "action_url": absolute_url("customer-detail", customer.pk),
        },
        reply_to=[(answers.name, answers.email)],
    )
