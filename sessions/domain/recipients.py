"""Who is written to about a session, and how they read (DOMAIN.md §11, §13)."""

from customers.models import Membership, User
from notifications.domain.outbox import Address
from sessions.models import Attendee, ConsultingSession


def people_to_write_to(session: ConsultingSession) -> list[User | Address]:
    """Everybody who takes part: the attendees and the staff member.

    Members are written to as themselves, guests in their own or the customer's language and the contract's zone. Read
    the session with `staff`, `contract__customer` and `attendees__user`, or each call queries.
    """
    return [*(reader_of(attendee, session) for attendee in session.attendees.all()), session.staff]


def attendees_to_remind(session: ConsultingSession) -> list[User | Address]:
    """The attendees but those who said that they cannot come; `session` read as for `people_to_write_to`."""
    return [reader_of(each, session) for each in session.attendees.all() if not _declined(each)]


def has_declined(session: ConsultingSession, *, person: User | None, email: str) -> bool:
    """Whether a recipient is an attendee who said that they cannot come."""
    return any(
        _declined(each)
        for each in session.attendees.all()
        if (each.user_id is None and each.email == email if person is None else each.user_id == person.pk)
    )


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


def reader_of(attendee: Attendee, session: ConsultingSession) -> User | Address:
    """An attendee as mail reaches them."""
    if attendee.user is not None:
        return attendee.user
    contract = session.contract
    return Address(
        name=attendee.name,
        email=attendee.email,
        language=attendee.language or contract.customer.language,
        time_zone=contract.time_zone,
    )


def _declined(attendee: Attendee) -> bool:
    return attendee.answer == Attendee.Answer.DECLINED
