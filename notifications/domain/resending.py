"""Sending by hand what the portal does not send again by itself (DOMAIN.md §11)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.models import AuditEvent
from core.refusals import Refusal
from customers.models import User
from notifications.domain.states import State, move
from notifications.models import Message

RESENDABLE = (State.UNKNOWN, State.FAILED)


class NotResendable(Refusal):
    """The mail is on its way, arrived, or no longer wanted."""

    code = "not_resendable"


@transaction.atomic
def send_again(*, message: Message, by: User, now: datetime) -> None:
    """Let a worker try a mail once more whose fate is unknown or that failed; whether it is still wanted is asked anew.

    :raises NotResendable: in any other state, or if somebody else was quicker
    """
    if message.state not in RESENDABLE or not move(message, State.PENDING, now=now, next_attempt_at=now):
        raise NotResendable(_("Only mail that failed, or whose fate is unknown, is sent again."))
    AuditEvent.objects.create(
        at=now,
        actor=by,
        verb="message.send_again",
        object_type="message",
        object_id=message.pk,
        details={"kind": message.kind},
    )
