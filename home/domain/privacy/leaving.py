"""Anonymising a person who left: what stands in the way, what goes, what stays (docs/adr/0021)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.audit import record
from core.models import IdempotencyKey
from core.refusals import InvalidInput, NotAllowed, Refusal
from customers.domain.names import refer_to
from customers.domain.nobody import DOMAIN, address_of_nobody
from customers.domain.roles import Right, rights_of
from customers.models import ApiToken, Membership, NamedGuest, User
from home.domain.privacy.obstacles import obstacles
from home.domain.privacy.traces import Trace, write_over
from notifications.domain.erasing import erase_mail
from notifications.models import Message, MutedKind
from reviews.models import Review, ReviewAttendee
from sessions.models import Attendee, BusyCalendar, CalendarFeed, ConsultingSession, TimeOff

ANONYMISED = "person.anonymise"
LONGEST_REASON = 500
PATIENCE = "60s"
"""How long one statement may take: each reads a whole table once."""


class StillNeeded(Refusal):
    """The person did not leave: something still hangs on them."""

    code = "person_still_needed"


@dataclass(frozen=True, slots=True)
class Kept:
    """How much of what is named by number stays when a person is anonymised."""

    sessions: int
    reviews: int
    requests: int
    mails: int
    tokens: int


def pseudonym_of(person: User) -> str:
    """What a person is called once they are anonymised: the same in every language, and another for everybody."""
    return f"P-{person.pk:05d}"


def address_under(pseudonym: str) -> str:
    """The address of an anonymised person, which reaches nobody."""
    return f"{pseudonym.lower()}@{DOMAIN}"


def people_visible_to(user: User) -> QuerySet[User]:
    """The people whose data `user` may have to take away: everybody who is not anonymised, for operations leads."""
    people = User.objects.filter(anonymised_at__isnull=True).exclude(pk=user.pk).select_related("staff_profile")
    return people if Right.MANAGE_CUSTOMERS in rights_of(user) else people.none()


def who_left(people: QuerySet[User]) -> QuerySet[User]:
    """Those of `people` who belong to no customer and do not work for the provider (any more)."""
    belonging = Membership.objects.filter(until__isnull=True).values("user")
    working = Q(staff_profile__isnull=False, is_active=True)
    return people.exclude(pk__in=belonging).exclude(working).exclude(is_superuser=True)


def what_stays(person: User) -> Kept:
    """The figures of the preview: facts that stay under another name, and what is erased of mail and tokens."""
    return Kept(
        sessions=ConsultingSession.objects.filter(Q(attendees__user=person) | Q(staff=person)).distinct().count(),
        reviews=Review.objects.filter(Q(attendees__user=person) | Q(staff__person=person)).distinct().count(),
        requests=person.requests.count(),
        mails=_mails_of(person).count(),
        tokens=person.api_tokens.count(),
    )


def is_name_shared(person: User) -> bool:
    """Whether somebody else is called the same: notes that name one of them do not say which."""
    others = (
        User.objects.exclude(pk=person.pk).filter(name__iexact=person.name),
        Attendee.objects.exclude(_is(person)).filter(name__iexact=person.name),
        ReviewAttendee.objects.exclude(_is(person)).filter(name__iexact=person.name),
        NamedGuest.objects.exclude(email__iexact=person.email).filter(name__iexact=person.name),
    )
    return any(found.exists() for found in others)


@transaction.atomic
def anonymise(*, person: User, reason: str, by: User, now: datetime) -> None:
    """Take name, address and everything that leads to `person` out of what the portal keeps; it cannot be undone.

    What happened stays, under their number. Asked again of somebody who is anonymised nothing changes.

    :raises NotAllowed: if `by` does not lead operations, or is that person
    :raises StillNeeded: if something hangs on the person still, with the first sentence of what it is
    :raises InvalidInput: without a reason, or if it names the person: it is kept for ever
    """
    if Right.MANAGE_CUSTOMERS not in rights_of(by) or by.pk == person.pk:
        raise NotAllowed(_("An operations lead takes a person's data away, never their own."))
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.anonymised_at is not None:
        return
    for obstacle in obstacles(person, now=now):
        raise StillNeeded(obstacle.sentence)
    reason = _checked_reason(reason, person)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = %s", [PATIENCE])
    traces = list(_traces_of(person))
    _end_every_way_in(person)
    erase_mail(
        Message.objects.filter(pk__in=list(_mails_of(person).values_list("pk", flat=True))),
        now=now,
        called=pseudonym_of(person),
    )
    _rename_where_named_by_number(person)
    _close_account(person, now)
    write_over(traces)
    record(verb=ANONYMISED, of=[(person, refer_to(person))], by=by, now=now, reason=reason)


def _checked_reason(reason: str, person: User) -> str:
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise InvalidInput(_("Say why, in at most %(most)s characters.") % {"most": LONGEST_REASON}, field="reason")
    told = reason.casefold()
    if person.email.casefold() in told or (person.name and person.name.casefold() in told):
        raise InvalidInput(_("Leave the person's name and address out: the reason is kept."), field="reason")
    return reason


def _traces_of(person: User) -> Iterator[Trace]:
    name, address = pseudonym_of(person), address_under(pseudonym_of(person))
    yield Trace(person.email, address)
    known_as = {person.name, *Attendee.objects.filter(_is(person)).values_list("name", flat=True)}
    known_as |= set(ReviewAttendee.objects.filter(_is(person)).values_list("name", flat=True))
    if not is_name_shared(person):
        yield from (Trace(each, name, whole=" " not in each) for each in sorted(known_as) if each)
    profile = getattr(person, "staff_profile", None)
    if profile is not None:
        yield from (Trace(each, "") for each in (profile.video_link, profile.phone) if each)


def _is(person: User) -> Q:
    return Q(user=person) | Q(email__iexact=person.email)


def _mails_of(person: User) -> QuerySet[Message]:
    return Message.objects.filter(Q(recipient=person) | Q(recipient_email__iexact=person.email))


def _end_every_way_in(person: User) -> None:
    """Sessions of browsers, tokens, feeds, second factors: the next request is a stranger's."""
    for session in Session.objects.iterator(chunk_size=1000):
        if session.get_decoded().get(SESSION_KEY) == str(person.pk):
            session.delete()
    ApiToken.objects.filter(person=person).delete()
    CalendarFeed.objects.filter(person=person).delete()
    BusyCalendar.objects.filter(staff=person).delete()
    EmailAddress.objects.filter(Q(user=person) | Q(email__iexact=person.email)).delete()
    Authenticator.objects.filter(user=person).delete()
    IdempotencyKey.objects.filter(Q(person=person) | Q(body__icontains=person.email)).delete()
    MutedKind.objects.filter(person=person).delete()


def _rename_where_named_by_number(person: User) -> None:
    name = pseudonym_of(person)
    for attendees in (Attendee.objects.filter(_is(person)), ReviewAttendee.objects.filter(_is(person))):
        attendees.update(name=name, email=address_of_nobody())
    NamedGuest.objects.filter(email__iexact=person.email).update(name="", email="")
    LogEntry.objects.filter(content_type__model__in=["user", "staffprofile"], object_id=str(person.pk)).update(
        object_repr=name, change_message=""
    )


def _close_account(person: User, now: datetime) -> None:
    TimeOff.objects.filter(staff=person).update(reason="")
    profile = getattr(person, "staff_profile", None)
    if profile is not None:
        profile.phone = profile.video_link = ""
        profile.save(update_fields=["phone", "video_link"])
    person.name, person.email = pseudonym_of(person), address_under(pseudonym_of(person))
    person.is_active, person.anonymised_at = False, now
    person.set_unusable_password()
    person.save(update_fields=["name", "email", "is_active", "anonymised_at", "password"])
