"""Where one session takes place: a video link or an address (DOMAIN.md §3)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.refusals import InvalidInput
from customers.models import User
from packages.domain.contracts import locked
from sessions.domain import invitations
from sessions.domain.acts import Act, check_act
from sessions.domain.states import move
from sessions.models import ConsultingSession, SessionEvent

LONGEST_PLACE = 300
VIDEO_LINK = "https://"


@transaction.atomic
def change_place_of(*, session: ConsultingSession, place: str, by: User, now: datetime) -> ConsultingSession:
    """Give one session a place of its own; everybody who takes part is told once, with the calendar entry.

    :raises NotAllowed: if `by` is not of the delivery team or operations
    :raises WrongState: if the session is not booked any more
    :raises InvalidInput: if the place is empty, too long, an unsafe link, or the one that it has
    """
    locked(session.contract)
    session.refresh_from_db(fields=["starts_at", "ends_at", "status", "place", "sequence"])
    check_act(Act.CHANGE_PLACE, session=session, by=by, now=now)
    wanted = " ".join(place.split())
    if not wanted:
        raise InvalidInput(_("Enter a video link or an address."), field="place")
    if len(wanted) > LONGEST_PLACE:
        raise InvalidInput(_("At most %(most)s characters.") % {"most": LONGEST_PLACE}, field="place")
    if "://" in wanted and not wanted.startswith(VIDEO_LINK):
        raise InvalidInput(_("A link starts with https://."), field="place")
    if wanted == session.place:
        raise InvalidInput(_("The session takes place there already."), field="place")
    details = {"place": wanted, "from": session.place}
    session.place = wanted
    session.sequence += 1
    session.save(update_fields=["place", "sequence"])
    move(session, SessionEvent.Kind.PLACE, by=by, now=now, details=details)
    invitations.announce_place(session, now=now)
    return session
