"""The mails about a request: once an act, to the other side, each in its language (DOMAIN.md §9).

Only what the other side may read is in them: an internal note makes no event, so it can be in no mail.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy

from customers.domain.queries import staff_holding
from customers.models import Role, User
from notifications.domain.kinds import Kind as MailKind
from notifications.domain.kinds import register
from notifications.domain.letters import Letter, absolute_url
from notifications.domain.outbox import Owed, owe_all
from notifications.models import Message
from support.domain.acts import leads_at
from support.domain.queries import requests_visible_to
from support.models import RequestEvent, RequestMessage, SupportRequest

NEWS = "request_news"
Kind = RequestEvent.Kind


def register_kinds() -> None:
    """Make this mail known to the outbox; called once by the app's configuration."""
    register(MailKind(code=NEWS, label=gettext_lazy("Request: news"), compose=_write))


def owe_news(event: RequestEvent, *, now: datetime) -> None:
    """Owe the other side of the request a mail about `event`: the staff of what the customer did, and the reverse."""
    request = event.request
    from_customer = event.by.pk in _writers_of_customer(request, event)
    readers = _staff_readers(request, now=now) if from_customer else _customer_readers(request)
    owe_all(
        [
            Owed(kind=NEWS, key=f"{NEWS}:{event.pk}", to=reader, facts={}, due_at=now, subject_id=event.pk)
            for reader in readers
            if reader != event.by
        ],
        now=now,
    )


def _writers_of_customer(request: SupportRequest, event: RequestEvent) -> set[int]:
    """The ids of those who act for the customer: members of it now."""
    return set(request.customer.memberships.filter(until__isnull=True, user=event.by).values_list("user", flat=True))


def _staff_readers(request: SupportRequest, *, now: datetime) -> Iterable[User]:
    """The lead, who covers for them, and whoever of the staff wrote in the request; operations while nobody leads."""
    leads = leads_at(request.customer, now=now) or list(staff_holding([Role.OPERATIONS]))
    wrote = User.objects.filter(pk__in=_authors(request, from_staff=True), is_active=True)
    return dict.fromkeys([*leads, *wrote])


def _customer_readers(request: SupportRequest) -> Iterable[User]:
    """Who opened the request and who else of the customer wrote in it, as far as they still belong to it."""
    return User.objects.filter(
        pk__in={request.opened_by_id, *_authors(request, from_staff=False)},
        is_active=True,
        memberships__customer=request.customer,
        memberships__until__isnull=True,
    )


def _authors(request: SupportRequest, *, from_staff: bool) -> list[int]:
    written = RequestMessage.objects.filter(request=request, from_staff=from_staff)
    return list(written.order_by().values_list("author", flat=True).distinct())


_SUBJECTS = {
    Kind.OPENED: gettext_lazy("%(customer)s asks: %(subject)s"),
    Kind.REPLIED: gettext_lazy("%(customer)s wrote: %(subject)s"),
    Kind.ANSWERED: gettext_lazy("Answer: %(subject)s"),
    Kind.ASKED: gettext_lazy("A question for you: %(subject)s"),
    Kind.RESOLVED: gettext_lazy("Resolved: %(subject)s"),
    Kind.KEPT: gettext_lazy("Our staff answer you: %(subject)s"),
    Kind.SENT_ON: gettext_lazy("Who can help with: %(subject)s"),
    Kind.CLOSED: gettext_lazy("Closed: %(subject)s"),
    Kind.CALLED_OFF: gettext_lazy("Called off: %(subject)s"),
}


def _write(message: Message, _now: datetime) -> Letter | None:
    event = (
        RequestEvent.objects.select_related("request__customer", "by", "message", "decision")
        .filter(pk=message.subject_id or 0)
        .first()
    )
    reader = message.recipient
    if event is None or reader is None or not requests_visible_to(reader).filter(pk=event.request_id).exists():
        return None
    request = event.request
    written = event.message
    assert written is None or not written.internal, "notes of the staff make no event"
    facts = {"customer": request.customer, "subject": request.subject}
    return Letter(
        subject=f"{_SUBJECTS[Kind(event.kind)] % facts} ({request.reference})",
        template="request_news",
        context={
            "event": event,
            "request": request,
            "name": str(event.by),
            "body": written.body if written else "",
            "files": written.attachments.count() if written else 0,
            "decision": event.decision,
            "kind": request.get_kind_display(),
            "state": SupportRequest.Status(event.status).label,
            "request_url": absolute_url("support:request", request.pk),
        },
    )
