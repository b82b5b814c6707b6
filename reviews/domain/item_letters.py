"""What the reminders of action items say, and when they are no longer wanted (DOMAIN.md §11)."""

from datetime import datetime
from functools import partial

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.formatting import format_day
from customers.domain.roles import Right
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.domain.moments import reminder_policy
from notifications.models import Message
from reviews.domain.item_reminders import ITEM_DUE, ITEM_OVERDUE, moment_of, open_items
from reviews.domain.queries import reviews_visible_to

LABELS: dict[str, str | Promise] = {
    ITEM_DUE: gettext_lazy("Action item: before its day"),
    ITEM_OVERDUE: gettext_lazy("Action item: its day has passed"),
}


def register_kinds() -> None:
    """Make these mails known to the outbox; called once by the app's configuration."""
    for code, label in LABELS.items():
        register(
            Kind(
                code=code,
                label=label,
                compose=partial(_write, code),
                may_be_muted=True,
                for_rights=frozenset({Right.SEE_CONTRACTS}),
            )
        )


def _write(kind: str, message: Message, now: datetime) -> Letter | None:
    owner = message.recipient
    item = open_items().filter(pk=message.subject_id or 0, owner=owner).first()
    if item is None or owner is None or str(item.due_on) != message.facts["due_on"]:
        return None
    moment = moment_of(item, reminder_policy(), zone=timezone.get_current_timezone_name(), now=now)
    if moment is None or moment.kind != kind or not reviews_visible_to(owner).filter(pk=item.review_id).exists():
        return None
    names = {
        "customer": item.review.contract.customer.name,
        "number": item.review.number,
        "what": item.text,
        "day": format_day(item.due_on, get_language() or "en", style="weekday"),
    }
    if kind == ITEM_DUE:
        subject = _("%(customer)s: an action item of yours is due on %(day)s")
        last = _("It is due on %(day)s. Tick it off once it is done.")
    else:
        subject = _("%(customer)s: an action item of yours was due on %(day)s")
        last = _("It was due on %(day)s and is still open. Tick it off once it is done, or say when it will be.")
    return Letter(
        subject=subject % names,
        template="note",
        context={
            "tag": _("Project health check"),
            "paragraphs": [
                _("You took this on in project health check %(number)s: %(what)s") % names,
                last % names,
            ],
            "action_label": _("See the health check"),
            "action_url": absolute_url("reviews:detail", item.review_id),
        },
    )
