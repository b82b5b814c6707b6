"""The mail that says that somebody cannot come (DOMAIN.md §3, §13)."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter
from notifications.models import Message
from sessions.domain.answers import DECLINED
from sessions.domain.letter_parts import any_session_of, meeting_for, when_of
from sessions.domain.queries import sessions_visible_to
from sessions.models import Attendee, ConsultingSession


def register_kinds() -> None:
    """Make this mail known to the outbox; called once by the app's configuration."""
    register(Kind(code=DECLINED, label=gettext_lazy("Session: somebody cannot come"), compose=_tell_of_refusal))


def _tell_of_refusal(message: Message, now: datetime) -> Letter | None:
    """Not once they come after all, the session is over, off or moved, or the reader has nothing to do with it."""
    session, reader = any_session_of(message), message.recipient
    if session is None or reader is None or not sessions_visible_to(reader).filter(pk=session.pk).exists():
        return None
    attendee = session.attendees.filter(pk=message.facts["attendee"], answer=Attendee.Answer.DECLINED).first()
    moved = session.starts_at != datetime.fromisoformat(message.facts["starts_at"])
    if attendee is None or moved or session.status != ConsultingSession.Status.BOOKED or now >= session.ends_at:
        return None
    return Letter(
        subject=_("%(name)s cannot come: %(type)s, %(time)s")
        % {"name": attendee.name, "type": session.get_session_type_display(), "time": when_of(session, day=True)},
        template="session_declined",
        context={**meeting_for(message, session, now=now), "declined_by": attendee.name},
        reply_to=[(attendee.name, attendee.email)],
    )
