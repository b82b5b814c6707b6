"""The mail that tells both sides who leads a customer now (DOMAIN.md §9)."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.domain.queries import admins_of, primary_contact_of
from customers.models import ContactAssignment, User
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.domain.outbox import Owed, owe_all
from notifications.models import Message

LEAD_CHANGED = "lead_changed"


def register_kinds() -> None:
    """Make this mail known to the outbox; called once by the app's configuration."""
    register(Kind(code=LEAD_CHANGED, label=gettext_lazy("Account: new lead"), compose=_write))


def owe_lead_changed(assignment: ContactAssignment, *, before: User | None, by: User, now: datetime) -> None:
    """Tell the customer's admins and primary contact, the new lead and the one before; not `by`."""
    customer = assignment.customer
    contact = primary_contact_of(customer)
    people = {*admins_of(customer), assignment.person}
    people |= {person for person in (contact, before) if person is not None and person.is_active}
    owe_all(
        [
            Owed(
                kind=LEAD_CHANGED,
                key=f"{LEAD_CHANGED}:{assignment.pk}",
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
    """None once somebody else leads."""
    assignments = ContactAssignment.objects.select_related("customer", "person__staff_profile")
    assignment = assignments.filter(pk=message.subject_id or 0, until__isnull=True).first()
    if assignment is None or message.recipient is None:
        return None
    customer, lead = assignment.customer, assignment.person
    before = User.objects.filter(pk=message.facts["before"] or 0).first()
    names = {"customer": customer.name, "lead": lead.name, "before": "" if before is None else before.name}
    if message.recipient == lead:
        first = _("You are the lead of %(customer)s now.")
        second = _("Before you it was %(before)s.")
    else:
        first = _("%(lead)s is the lead of %(customer)s now: the main point of contact at Oura.")
        second = _("Until now it was %(before)s.")
    paragraphs = [first % names]
    if before is not None:
        paragraphs.append(second % names)
    paragraphs.append(_("Meetings that changed hands have a mail of their own."))
    phone = lead.staff_profile.phone
    stays = message.recipient != before
    return Letter(
        subject=_("%(customer)s: %(lead)s is the lead now") % names,
        template="note",
        context={
            "tag": _("Account"),
            "paragraphs": paragraphs,
            "rows": [row for row in (lead.email, phone) if row],
            "action_label": _("See the customer") if stays else _("Open the portal"),
            "action_url": absolute_url("customer-detail", customer.pk) if stays else absolute_url("home"),
        },
        reply_to=[(lead.name, lead.email)],
    )
