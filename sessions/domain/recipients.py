"""Who is written to about a session, and how they read (DOMAIN.md §11, §13)."""

from customers.models import Membership, User
from notifications.domain.outbox import Address
from sessions.models import Attendee, ConsultingSession


def attendees_to_write_to(session: ConsultingSession) -> list[User | Address]:
    """The customer's side: members as themselves; guests in the customer's language and the contract's zone.

    Read the session with `contract__customer` and `attendees__user`, or each call queries.
    """
    return [_reader(attendee, session) for attendee in session.attendees.all()]


def people_to_write_to(session: ConsultingSession) -> list[User | Address]:
    """Everybody who takes part: the attendees and the staff member."""
    return [*attendees_to_write_to(session), session.staff]


def still_takes_part(session: ConsultingSession, *, person: User | None, email: str) -> bool:
    """Whether a recipient belongs to the session at this moment: its staff member, a guest of it, or an attendee who is
    still a member of the customer.
    """
    if person is None:
        return session.attendees.filter(user__isnull=True, email__iexact=email).exists()
    if person.pk == session.staff_id:
        return True
    return (
        session.attendees.filter(user=person).exists()
        and Membership.objects.filter(user=person, customer=session.contract.customer_id, until__isnull=True).exists()
    )


def _reader(attendee: Attendee, session: ConsultingSession) -> User | Address:
    if attendee.user is not None:
        return attendee.user
    contract = session.contract
    return Address(
        name=attendee.name, email=attendee.email, language=contract.customer.language, time_zone=contract.time_zone
    )
