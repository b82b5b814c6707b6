"""Other people come to a booked session: who is added is invited, who is removed is uninvited (DOMAIN.md §3, §7)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from customers.domain.names import refer_to_all
from customers.models import User
from notifications.domain.outbox import Address
from packages.domain.contracts import locked
from sessions.domain import invitations
from sessions.domain.acts import Act, check_act
from sessions.domain.attendees import Guest, checked_guests, language_kept, write_attendees
from sessions.domain.recipients import reader_of
from sessions.domain.states import move
from sessions.models import Attendee, ConsultingSession, SessionEvent


@transaction.atomic
def change_attendees(
    *, session: ConsultingSession, attendees: Sequence[Guest], by: User, now: datetime
) -> ConsultingSession:
    """Have `attendees` come, and nobody else. Who stays keeps their answer; their part and language are kept anew.

    Who is added gets the invitation, who is removed what takes the session out of their calendar, and who delivers the
    new list. Without either there is no event and no new version of the calendar entry.

    :raises NotAllowed: if `by` is neither a customer admin nor of the delivery team or operations
    :raises WrongState: if the session is not booked any more, or over
    :raises InvalidInput: if a name or an address is missing or malformed, or if there are none or too many
    """
    guests = {guest.email: guest for guest in checked_guests(attendees)}
    locked(session.contract)
    session.refresh_from_db(fields=["starts_at", "ends_at", "duration_minutes", "staff", "status", "sequence"])
    check_act(Act.CHANGE_ATTENDEES, session=session, by=by, now=now)
    present = {each.email.lower(): each for each in session.attendees.select_related("user")}
    stay = [each for email, each in present.items() if email in guests]
    removed = [each for email, each in present.items() if email not in guests]
    added = [guest for email, guest in guests.items() if email not in present]
    if added or removed:
        session.sequence += 1
        session.save(update_fields=["sequence"])
    _keep_what_is_said_of(stay, guests, language_of_customer=session.contract.customer.language)
    gone = [reader_of(each, session) for each in removed]
    Attendee.objects.filter(pk__in=[each.pk for each in removed]).delete()
    invited = write_attendees(session, added)
    if added or removed:
        changes = {"added": refer_to_all(invited, now=now), "removed": refer_to_all(removed, now=now)}
        move(session, SessionEvent.Kind.ATTENDEES, by=by, now=now, details=changes)
        _announce(session, gone=gone, invited=invited, by=by, now=now)
    return session


def _keep_what_is_said_of(stay: Sequence[Attendee], guests: dict[str, Guest], *, language_of_customer: str) -> None:
    for each in stay:
        guest = guests[each.email.lower()]
        each.roles = list(guest.roles)
        if each.user_id is None:
            each.name, each.language = guest.name, language_kept(guest, language_of_customer)
    Attendee.objects.bulk_update(stay, ["name", "roles", "language"])


def _announce(
    session: ConsultingSession, *, gone: list[User | Address], invited: Sequence[Attendee], by: User, now: datetime
) -> None:
    invitations.announce_invited(session, [reader_of(each, session) for each in invited], by=by, now=now)
    invitations.announce_uninvited(session, gone, now=now)
    if by.pk != session.staff_id:
        invitations.announce_people(session, now=now)
