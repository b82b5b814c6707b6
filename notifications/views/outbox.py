"""What was sent, to whom, when and why; and the hand that sends again what the portal does not (DOMAIN.md §11)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import Count, F, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.csv_files import Cell, csv_download, in_chunks
from core.tables import Column, Order, by_name, page_of
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from notifications.domain.kinds import UnknownKind, kind_called
from notifications.domain.queries import messages_visible_to
from notifications.domain.resending import RESENDABLE, NotResendable, send_again
from notifications.forms import OutboxFilterForm
from notifications.models import Message

NEWEST_FIRST = "-due"
COLUMNS = {
    "to": Column(gettext_lazy("To"), (by_name("recipient_name"), F("recipient_email"))),
    "kind": Column(gettext_lazy("What"), (F("kind"),)),
    "due": Column(gettext_lazy("Due"), (F("due_at"),)),
    "state": Column(gettext_lazy("State"), (F("state"),)),
}


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail as the list shows it: what kind it is, what it is about, and whether a hand may send it again."""

    message: Message
    label: str
    page: str
    resendable: bool

    @classmethod
    def of(cls, message: Message) -> Self:
        """Of a kind that no longer exists the code is shown."""
        try:
            kind = kind_called(message.kind)
        except UnknownKind:
            return cls(message, message.kind, "", resendable=False)
        page = reverse(kind.page, args=[message.subject_id]) if kind.page and message.subject_id else ""
        return cls(message, str(kind.label), page, message.state in RESENDABLE)


@requires(Right.SEE_OPERATIONS)
@require_safe
def outbox(request: PortalRequest) -> HttpResponse:
    """The mail of the portal, what was due last first. Filters stand in the address."""
    chosen = _Chosen.of(request)
    page = page_of(chosen.mails, request.GET)
    waiting = messages_visible_to(request.user).filter(state__in=RESENDABLE)
    counts = dict(waiting.order_by().values("state").annotate(number=Count("pk")).values_list("state", "number"))
    return render(
        request,
        "notifications/outbox.html",
        {
            "filters": chosen.filters,
            "order": chosen.order,
            "page": page,
            "rows": [MailRow.of(message) for message in page],
            "unknown": counts.get(Message.State.UNKNOWN, 0),
            "failed": counts.get(Message.State.FAILED, 0),
        },
    )


@requires(Right.SEE_OPERATIONS)
@require_safe
def outbox_csv(request: PortalRequest) -> StreamingHttpResponse:
    """What the page with the same query shows, all pages of it."""
    heads = [
        _("Mail"),
        _("What"),
        _("To"),
        _("E-mail address"),
        _("Due"),
        _("State"),
        _("Since"),
        _("Attempts"),
        _("Error"),
    ]
    return csv_download("mail.csv", heads, _rows(_Chosen.of(request).mails, request.user.time_zone))


@requires(Right.SEE_OPERATIONS)
@require_POST
def again(request: PortalRequest, pk: int) -> HttpResponse:
    """Send one mail again that failed or whose fate is unknown; back to the list as it was filtered."""
    message = get_object_or_404(messages_visible_to(request.user), pk=pk)
    try:
        send_again(message=message, by=request.user, now=timezone.now())
    except NotResendable as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The mail to %(address)s is sent again.") % {"address": message.recipient_email})
    query = request.GET.urlencode()
    return redirect(f"{reverse('notifications:outbox')}{'?' if query else ''}{query}")


def _rows(mails: QuerySet[Message], zone: str) -> Iterator[list[Sequence[Cell]]]:
    for chunk in in_chunks(mails):
        yield [_cells(MailRow.of(message), zone) for message in chunk]


def _cells(row: MailRow, zone: str) -> Sequence[Cell]:
    message = row.message
    due_at, since = (
        instant.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes")
        for instant in (message.due_at, message.state_since)
    )
    return (
        message.pk,
        row.label,
        message.recipient_name,
        message.recipient_email,
        due_at,
        message.get_state_display(),
        since,
        message.attempts,
        message.error,
    )


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The mail that an address asks for, and what was asked."""

    filters: OutboxFilterForm
    order: Order
    mails: QuerySet[Message]

    @classmethod
    def of(cls, request: PortalRequest) -> Self:
        filters = OutboxFilterForm(request.GET)
        order = Order.of(request.GET, COLUMNS, default=NEWEST_FIRST)
        return cls(filters, order, order.sort(filters.narrow(messages_visible_to(request.user))))
