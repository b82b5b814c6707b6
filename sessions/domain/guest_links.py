"""The private address of a guest's own page: signed, not stored (docs/adr/0017).

The key names one attendee of one session, so it dies with the invitation: whom somebody takes off the session keeps an
address that only says so.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.core.signing import BadSignature, Signer

from notifications.domain.letters import absolute_url
from sessions.models import Attendee, ConsultingSession

_SIGNER = "sessions.guest_links"


class Standing(StrEnum):
    """What a guest's address still opens."""

    OPEN = "open"
    OVER = "over"
    CANCELLED = "cancelled"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What stands behind a guest's address; `attendee` is None once they are no longer invited."""

    session: ConsultingSession
    attendee: Attendee | None

    def standing(self, *, now: datetime) -> Standing:
        """What the address opens at `now`."""
        if self.attendee is None:
            return Standing.REMOVED
        if self.session.status == ConsultingSession.Status.CANCELLED:
            return Standing.CANCELLED
        booked = self.session.status == ConsultingSession.Status.BOOKED
        return Standing.OPEN if booked and now < self.session.ends_at else Standing.OVER

    @property
    def language(self) -> str:
        """The language that the guest reads in."""
        chosen = self.attendee.language if self.attendee is not None else ""
        return chosen or self.session.contract.customer.language


def guest_url(attendee: Attendee) -> str:
    """The address of a guest's page, for their mail alone."""
    return absolute_url("sessions:guest-meeting", key_of(attendee))


def key_of(attendee: Attendee) -> str:
    """What stands for `attendee` in an address: nobody can make one without the portal's own secret."""
    return _signer().sign(f"{attendee.session_id}-{attendee.pk}").replace(":", "-", 1)


def invitation_behind(key: str) -> Invitation | None:
    """The invitation that `key` was made for; None for a key that the portal never made."""
    session_id, _dash, rest = key.partition("-")
    attendee_id, _dash, signature = rest.partition("-")
    try:
        _signer().unsign(f"{session_id}-{attendee_id}:{signature}")
    except BadSignature:
        return None
    session = (
        ConsultingSession.objects.select_related("contract__customer", "staff__staff_profile", "booked_by")
        .prefetch_related("attendees")
        .filter(pk=int(session_id))
        .first()
    )
    if session is None:
        return None
    invited = (each for each in session.attendees.all() if each.pk == int(attendee_id) and each.user_id is None)
    return Invitation(session, next(invited, None))


def _signer() -> Signer:
    return Signer(salt=_SIGNER)
