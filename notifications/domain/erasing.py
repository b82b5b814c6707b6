"""Mail does not stay for ever: when it was sent and what kind it was does, to whom and about what does not
(docs/adr/0021)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from customers.domain.nobody import DOMAIN, address_of_nobody
from notifications.domain.states import State
from notifications.models import Message

SETTLED = (State.SENT, State.FAILED, State.UNKNOWN, State.WITHDRAWN)
UNSENT = (State.PENDING, State.CLAIMED, State.FAILED, State.UNKNOWN)
ROWS_AT_ONCE = 500


def erase_mail(mails: QuerySet[Message], *, now: datetime, called: str = "") -> int:
    """Erase recipients, particulars and errors of `mails`, once and for all; what waits is not sent any more.

    :param called: what stands instead of the recipient's name
    """
    mails.filter(state__in=UNSENT).update(state=State.WITHDRAWN, state_since=now)
    return mails.update(recipient_name=called, recipient_email=address_of_nobody(), facts={}, error="")


def erase_old_mail(*, now: datetime) -> int:
    """Erase a batch of what was settled longer ago than mail is kept; returns how many, 0 when there is nothing left.

    Run twice, or by two at once, it does what one run does.
    """
    kept_from = now - timedelta(days=settings.MAIL_KEPT_DAYS)
    old = Message.objects.filter(state__in=SETTLED, state_since__lt=kept_from)
    due = old.exclude(recipient_email__endswith=f"@{DOMAIN}").order_by("pk")
    ids = list(due.values_list("pk", flat=True)[:ROWS_AT_ONCE])
    settled = Message.objects.filter(pk__in=ids, state__in=SETTLED)
    return settled.update(recipient_name="", recipient_email=address_of_nobody(), facts={}, error="", recipient=None)
