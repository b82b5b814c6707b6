"""Who comes of the customer's side: as typed, as kept, and for whom a session type is (DOMAIN.md §3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from core.refusals import InvalidInput
from customers.domain.queries import members_of
from customers.models import LANGUAGES, Customer
from packages.session_types import RULES, AttendeeRole
from sessions.models import Attendee, ConsultingSession

MOST_ATTENDEES = 50
LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class Guest:
    """An attendee as typed: one of the customer's members or anybody else.

    `roles` are values of `AttendeeRole`; `language` is that of somebody without an account, empty for the customer's.
    """

    name: str
    email: str
    roles: tuple[str, ...] = ()
    language: str = ""


def checked_guests(attendees: Sequence[Guest]) -> list[Guest]:
    """What was typed, tidied, each address once.

    :raises InvalidInput: if a name or an address is missing or malformed, or if there are none or too many
    """
    guests: dict[str, Guest] = {}
    for guest in attendees:
        email, name = guest.email.strip().lower(), " ".join(guest.name.split())
        try:
            validate_email(email)
        except ValidationError:
            raise InvalidInput(
                _("“%(email)s” is not an e-mail address.") % {"email": guest.email}, field="attendees"
            ) from None
        if not name or len(name) > LONGEST_NAME:
            raise InvalidInput(_("Each attendee needs a name."), field="attendees")
        if not set(guest.roles) <= set(AttendeeRole.values) or guest.language not in ("", *dict(LANGUAGES)):
            raise InvalidInput(_("Choose one of the values that are offered."), field="attendees")
        guests.setdefault(email, replace(guest, name=name, email=email))
    if not guests:
        raise InvalidInput(_("Name at least one attendee."), field="attendees")
    if len(guests) > MOST_ATTENDEES:
        raise InvalidInput(_("A session has at most %(most)s attendees.") % {"most": MOST_ATTENDEES}, field="attendees")
    return list(guests.values())


def write_attendees(session: ConsultingSession, guests: Iterable[Guest]) -> list[Attendee]:
    """Keep who comes: the customer's members as themselves, everybody else by name and address."""
    customer = session.contract.customer
    members = {member.email.lower(): member for member in members_of(customer)}
    return Attendee.objects.bulk_create(
        Attendee(
            session=session,
            name=guest.name,
            email=guest.email,
            user=members.get(guest.email),
            roles=list(guest.roles),
            language="" if guest.email in members else language_kept(guest, customer.language),
        )
        for guest in guests
    )


def language_kept(guest: Guest, language_of_customer: str) -> str:
    """The language that is kept of a guest: none where it is the customer's, which may change."""
    return "" if guest.language == language_of_customer else guest.language


def missing_roles(session_type: str, ticked: Iterable[str]) -> list[AttendeeRole]:
    """The parts for which a session type is and that nobody of those who come has: advice, never a refusal."""
    present = set(ticked)
    return [role for role in RULES[session_type].for_roles if role not in present]


def roles_so_far(customer: Customer) -> dict[int, set[str]]:
    """What each member of `customer` was ticked as in any session, by the person's key: to be ticked again."""
    known: dict[int, set[str]] = {}
    kept = Attendee.objects.filter(session__contract__customer=customer, user__isnull=False).exclude(roles=[])
    for person, roles in kept.order_by().values_list("user", "roles").distinct():
        known.setdefault(person, set()).update(roles)
    return known
