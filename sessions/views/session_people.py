"""Who comes to a session, as its page shows them: their part, what they answered, whether they came."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import User
from packages.session_types import AttendeeRole
from sessions.domain.attendees import missing_roles
from sessions.models import Attendee

Answer = Attendee.Answer


@dataclass(frozen=True, slots=True)
class Mark:
    """What is known of somebody's coming: in words, with an icon and a tone."""

    label: str | Promise
    icon: str
    tone: str


CAME, MISSED = Mark(_("Came"), "user-round-check", "good"), Mark(_("Did not come"), "user-round-x", "neutral")
ANSWERS: dict[str, Mark] = {
    Answer.ACCEPTED: Mark(Answer.ACCEPTED.label, "check", "good"),
    Answer.DECLINED: Mark(_("Cannot come"), "x", "warn"),
    "": Mark(_("No answer yet"), "clock", "neutral"),
}


@dataclass(frozen=True, slots=True)
class PersonShown:
    """One of those who come; `email` is empty where the reader may not know it."""

    name: str
    email: str
    parts: str
    is_guest: bool
    mark: Mark | None
    answered_at: datetime | None


def people_of(
    attendees: Iterable[Attendee], *, reader: User, with_addresses: bool, is_to_come: bool
) -> list[PersonShown]:
    """The attendees for `reader`: addresses of others are for who sees the contract."""
    return [
        PersonShown(
            name=each.name,
            email=each.email if with_addresses or each.user_id == reader.pk else "",
            parts=", ".join(str(AttendeeRole(role).label) for role in each.roles),
            is_guest=each.user_id is None,
            mark=_mark_of(each, is_to_come=is_to_come),
            answered_at=each.answered_at if each.came is None else None,
        )
        for each in attendees
    ]


def nobody_as(session_type: str, attendees: Iterable[Attendee]) -> list[str]:
    """The parts for which the session is and that nobody who comes has; one who declined does not come."""
    present = [role for each in attendees if each.answer != Answer.DECLINED for role in each.roles]
    return [str(role.label) for role in missing_roles(session_type, present)]


def _mark_of(attendee: Attendee, *, is_to_come: bool) -> Mark | None:
    if attendee.came is not None:
        return CAME if attendee.came else MISSED
    return ANSWERS[attendee.answer] if attendee.answer or is_to_come else None
