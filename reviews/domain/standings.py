"""Where a review stands on a day: what is stored, its window and the contract's term decide (DOMAIN.md §8)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.dates import local_day
from reviews.models import Review


class Standing(TextChoices):
    """What people are told about a review. Missed and made up are never stored."""

    UPCOMING = "upcoming", _("Still to come")
    DUE = "due", _("Due")
    PLANNED = "planned", _("Planned")
    UNRECORDED = "unrecorded", _("To be recorded")
    HELD = "held", _("Held")
    MADE_UP = "made_up", _("Made up for")
    MISSED = "missed", _("Missed")


def last_day_of(review: Review) -> date:
    """The last day of the window, which the contract's end cuts; in the contract's zone."""
    return min(review.window_ends_on, review.contract.ends_on)


def standing_of(review: Review, *, now: datetime) -> Standing:
    """Where `review` stands at `now`, by the calendar of the contract's zone; its contract must be loaded."""
    zone = review.contract.time_zone
    today = local_day(now, zone)
    if review.starts_at is not None and review.status == Review.Status.HELD:
        late = local_day(review.starts_at, zone) > review.window_ends_on
        return Standing.MADE_UP if late else Standing.HELD
    if review.ends_at is not None:
        return Standing.PLANNED if now < review.ends_at else Standing.UNRECORDED
    if today < review.window_starts_on:
        return Standing.UPCOMING
    return Standing.DUE if today <= last_day_of(review) else Standing.MISSED


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which a review may take place, both inclusive, in the contract's zone."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether `day` is one of them."""
        return self.first <= day <= self.last


def days_open(review: Review, *, now: datetime) -> Span:
    """On which days `review` may be planned: its window; once that is over, what is left until the contract's end."""
    last = last_day_of(review)
    if local_day(now, review.contract.time_zone) <= last:
        return Span(review.window_starts_on, last)
    return Span(review.window_starts_on, review.contract.ends_on)
