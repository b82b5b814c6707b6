"""What billing knows of an entry, a session or a correction, for pages of the apps below that show it.

Those apps import nothing from here: a template that loads these tags says so itself, and each asks a fixed number of
queries, once a page.
"""

from decimal import Decimal
from typing import Any

from django import template
from django.db.models import Q
from django.template.context import Context

from billing.domain.next_close import changes_of_next_close, sum_of
from billing.domain.queries import lines_visible_to, questions_visible_to
from customers.domain.roles import is_admin_of
from customers.models import User
from packages.models import Contract
from sessions.models import ConsultingSession, LedgerEntry
from sessions.views.moves import MovesShown

register = template.Library()


@register.inclusion_tag("billing/_billed_entry.html", takes_context=True)
def billed_entry(context: Context, entry: LedgerEntry) -> dict[str, Any]:
    """The way from a time entry to its statements, to who came and to what was accepted; four queries at most."""
    user: User = context["request"].user
    session = entry.session
    return {
        "entry": entry,
        "lines": _lines(user, Q(entry=entry)),
        "questions": questions_visible_to(user).filter(entry=entry).order_by("-pk"),
        "attendees": session.attendees.all() if session is not None else [],
        "acceptances": session.overage_acceptances.select_related("accepted_by", "terms") if session else [],
        "may_ask": is_admin_of(user, entry.contract.customer_id) and not hasattr(entry, "reversed_by"),
        "zone": user.time_zone,
    }


@register.inclusion_tag("billing/_billed_session.html", takes_context=True)
def billed_session(context: Context, session: ConsultingSession) -> dict[str, Any]:
    """The statements that bill what was logged for a session; one query."""
    return {"lines": _lines(context["request"].user, Q(entry__session=session))}


@register.inclusion_tag("billing/_next_close.html")
def next_close(contract: Contract, *, moves: MovesShown | None = None, entry: LedgerEntry | None = None) -> Any:
    """What becomes a difference of the next close when `moves` happen and `entry` costs nothing any more."""
    after: list[tuple[LedgerEntry, Decimal | None]] = [] if entry is None else [(entry, Decimal(0))]
    if moves is not None:
        after += [(row.move.entry, row.move.amount_after) for row in moves.rows]
    changes = changes_of_next_close(after, currency=contract.currency)
    return {"changes": changes, "currency": contract.currency, "together": sum_of(changes)}


def _lines(user: User, of: Q) -> Any:
    return lines_visible_to(user).filter(of).select_related("statement__close").order_by("close", "pk")
