"""A person's private calendar address: made, renewed and revoked by them, read by their calendar (DOMAIN.md §7)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import Event

from core.dates import add_months, local_day, start_of_day
from customers.domain.tokens import digest_of
from customers.models import User
from notifications.domain.letters import absolute_url
from sessions.domain import other_meetings
from sessions.domain.calendar_entries import PUBLISH, calendar_of, event_of
from sessions.domain.queries import sessions_visible_to
from sessions.models import CalendarFeed, ConsultingSession, SessionEvent

SECRET_BYTES = 32
MONTHS_BACK = 3
REFRESH_EVERY, REFRESH_EVERY_AS_TEXT = timedelta(hours=1), "PT1H"
READ_IS_NOTED_EVERY = timedelta(hours=1)
Status = ConsultingSession.Status


@dataclass(frozen=True, slots=True)
class Content:
    """What the address gives: an iCalendar file, and when anything in it last changed (None if it is empty)."""

    ical: bytes
    changed_at: datetime | None


@transaction.atomic
def make_feed(*, person: User, now: datetime) -> str:
    """Give `person` a new calendar address, whose secret is returned this once; the one before ends."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    revoke_feed(person=person, now=now)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    CalendarFeed.objects.create(person=person, digest=digest_of(secret), created_at=now)
    return secret


def revoke_feed(*, person: User, now: datetime) -> None:
    """End the calendar address of `person`, from the next request on; without one nothing changes."""
    CalendarFeed.objects.filter(person=person, revoked_at__isnull=True).update(revoked_at=now)


def feed_of(person: User) -> CalendarFeed | None:
    """The calendar address of `person` that works, if there is one."""
    return CalendarFeed.objects.filter(person=person, revoked_at__isnull=True).first()


def feed_behind(secret: str) -> CalendarFeed | None:
    """The calendar address with that secret, with its person; None if it was revoked or the person has left."""
    return (
        CalendarFeed.objects.filter(digest=digest_of(secret), revoked_at__isnull=True, person__is_active=True)
        .select_related("person__staff_profile")
        .first()
    )


def note_reading(*, feed: CalendarFeed, now: datetime) -> None:
    """Keep when `feed` was last read, to the hour: its owner sees whether anybody does."""
    if feed.last_read_at is None or now - feed.last_read_at >= READ_IS_NOTED_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(last_read_at=now)


def feed_content(*, person: User, now: datetime) -> Content:
    """The meetings in which `person` takes part and that they may see: three months back, and all to come.

    In their language; a fixed number of queries, and the same bytes until something changes.
    """
    since = start_of_day(add_months(local_day(now, person.time_zone), -MONTHS_BACK), person.time_zone)
    sessions = _with_changes(_of(person).filter(ends_at__gte=since).order_by("starts_at", "pk"))
    with override(person.language):
        events = [
            (_published(session, changed_at, page=absolute_url("sessions:detail", session.pk)), changed_at)
            for session, changed_at in sessions
        ]
        events += other_meetings.published(person, since=since)
        ical = calendar_of(
            [event for event, _changed_at in events],
            method=PUBLISH,
            x_wr_calname=_("Oura Success sessions"),
            x_published_ttl=REFRESH_EVERY_AS_TEXT,
            refresh_interval=REFRESH_EVERY,
        )
    return Content(ical, max((changed_at for _event, changed_at in events), default=None))


def session_file(session: ConsultingSession) -> bytes:
    """One session as a calendar file to download, in the active language."""
    return published_file(session, page=absolute_url("sessions:detail", session.pk))


def published_file(session: ConsultingSession, *, page: str) -> bytes:
    """As `session_file`, leading to `page`; to nowhere for a guest, who has a private one."""
    ((complete, changed_at),) = _with_changes(ConsultingSession.objects.filter(pk=session.pk))
    return calendar_of([_published(complete, changed_at, page=page)], method=PUBLISH)


def _of(person: User) -> QuerySet[ConsultingSession]:
    takes_part = Q(staff=person) | Q(attendees__user=person)
    visible = sessions_visible_to(person).filter(takes_part).exclude(status=Status.CANCELLED)
    return ConsultingSession.objects.filter(pk__in=visible.values("pk"))


def _with_changes(sessions: QuerySet[ConsultingSession]) -> list[tuple[ConsultingSession, datetime]]:
    """Sessions with what their entry names, each with when something last happened to it."""
    found = list(sessions.select_related("contract__customer", "staff"))
    latest = SessionEvent.objects.filter(session__in=found).values("session").annotate(at=Max("at")).order_by()
    changed = dict(latest.values_list("session", "at"))
    return [(session, changed.get(session.pk, session.booked_at)) for session in found]


def _published(session: ConsultingSession, changed_at: datetime, *, page: str) -> Event:
    """Without attendees: RFC 5546 §3.2.1 has none in what is published."""
    event = event_of(session, page=page, stamp=changed_at)
    event.add("status", "CANCELLED" if session.status == Status.CANCELLED else "CONFIRMED")
    return event
