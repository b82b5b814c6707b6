"""The mail with the summary of a session (DOMAIN.md §3, §13)."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import local_day
from customers.domain.roles import is_admin_of
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.models import Message
from sessions.domain.letter_parts import any_session_of, meeting_for
from sessions.domain.recipients import still_takes_part
from sessions.domain.summaries import SUMMARY


def register_kinds() -> None:
    """Make this mail known to the outbox; called once by the app's configuration."""
    register(
        Kind(code=SUMMARY, label=gettext_lazy("Session: summary"), compose=_tell_what_was_covered, at_least_once=True)
    )


def _tell_what_was_covered(message: Message, now: datetime) -> Letter | None:
    """Not once a correction was sent, or to who has left."""
    session, reader = any_session_of(message), message.recipient
    if session is None or not still_takes_part(session, person=reader, email=message.recipient_email):
        return None
    summary = session.summaries.filter(sent_at__isnull=False).select_related("written_by").last()
    if summary is None or summary.version != message.facts["version"]:
        return None
    contract = session.contract
    runs_on = local_day(now, contract.time_zone) <= contract.ends_on and contract.voided_at is None
    books_next = reader is not None and is_admin_of(reader, contract.customer_id) and runs_on
    said = _("Corrected summary: %(type)s") if summary.version > 1 else _("Summary: %(type)s")
    return Letter(
        subject=said % {"type": session.get_session_type_display()},
        template="session_summary",
        context={
            **meeting_for(message, session, now=now),
            "summary": summary,
            "book_url": absolute_url("sessions:book", contract.pk) if books_next else "",
        },
        reply_to=[(session.staff.name, session.staff.email)],
    )
