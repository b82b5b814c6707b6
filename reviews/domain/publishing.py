"""Reviews where other meetings stand too: in diaries, in private feeds, and as a file (DOMAIN.md §7, §8)."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Event

from customers.models import User
from notifications.domain.letters import absolute_url
from reviews.domain.calendar_entries import event_of
from reviews.domain.queries import reviews_visible_to
from reviews.models import Review, ReviewEvent, ReviewStaff
from sessions.domain.calendar_entries import PUBLISH, calendar_of
from sessions.domain.other_meetings import OtherMeeting


def describe(entries: Collection[int]) -> dict[int, OtherMeeting]:
    """The reviews behind diary entries, by the entries' ids. One query."""
    places = ReviewStaff.objects.filter(diary_entry__in=entries).select_related("review__contract__customer")
    return {
        place.diary_entry_id: OtherMeeting(
            title=_("Project health check"),
            customer=place.review.contract.customer.name,
            url=reverse("reviews:detail", args=[place.review_id]),
        )
        for place in places
    }


def published_for(person: User, since: datetime) -> list[tuple[Event, datetime]]:
    """The reviews in which `person` takes part and that they may see, as events of their feed. Two queries."""
    takes_part = Q(staff__person=person) | Q(attendees__user=person)
    visible = reviews_visible_to(person).filter(takes_part, ends_at__gte=since).values("pk")
    reviews = list(
        Review.objects.filter(pk__in=visible).select_related("contract__customer").order_by("starts_at", "pk")
    )
    latest = ReviewEvent.objects.filter(review__in=reviews).values("review").annotate(last=Max("at")).order_by()
    changed = dict(latest.values_list("review", "last"))
    return [(_published(review, changed[review.pk]), changed[review.pk]) for review in reviews]


def review_file(review: Review) -> bytes:
    """One planned or held review as a calendar file to download, in the active language."""
    changed_at = review.events.aggregate(last=Max("at"))["last"]
    return calendar_of([_published(review, changed_at)], method=PUBLISH)


def _published(review: Review, changed_at: datetime) -> Event:
    """Without attendees: RFC 5546 §3.2.1 has none in what is published."""
    assert review.starts_at is not None
    assert review.duration_minutes is not None
    event = event_of(
        review,
        starts_at=review.starts_at,
        minutes=review.duration_minutes,
        page=absolute_url("reviews:detail", review.pk),
        stamp=changed_at,
    )
    event.add("status", "CONFIRMED")
    return event
