"""What has been chosen so far while a review is planned or moved. It travels in the address."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import User
from customers.permissions import PortalRequest
from packages.domain.contracts import dedicated_of
from reviews.domain.common_times import CommonSlot, common_days, dedicated_role_holders
from reviews.forms import ChoicesForm
from reviews.models import Review
from sessions.domain.availability import Day, Slot
from sessions.domain.cover import bookable_people
from sessions.domain.diaries import Obstacle
from sessions.views.booking_choices import Meeting
from sessions.views.time_choice import zone_asked_for

USUAL_MINUTES = 60
_TOGETHER = _("Not everybody who takes part is free on this day.")
_OUTSIDE = _("This review does not take place on this day.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewMeeting(Meeting):
    """The people, the length and the subject of a review: a meeting with several members of staff."""

    review: Review
    people: tuple[User, ...]
    subject: str

    @property
    def books_anew(self) -> bool:
        return False

    def days_between(self, first: date, last: date, *, zone: str, now: datetime) -> list[Day]:
        return common_days(
            self.review, self.people, first=first, last=last, zone=zone, duration_minutes=self.minutes, now=now
        )

    def at(self, slot: Slot) -> Self:
        people = slot.people if isinstance(slot, CommonSlot) else (slot.staff,)
        return replace(self, staff=people[0], people=people)

    def words_for(self, obstacle: Obstacle) -> str | Promise:
        if obstacle is Obstacle.OUTSIDE_TERM:
            return _OUTSIDE
        together = len(self.people) > 1 and obstacle not in {Obstacle.TOO_SOON, Obstacle.BEYOND_HORIZON}
        return _TOGETHER if together else ""

    def stands_at(self, slot: Slot) -> bool:
        review = self.review
        return (slot.starts_at, self.minutes) == (review.starts_at, review.duration_minutes) and {
            person.pk for person in self.at(slot).people
        } == {each.person_id for each in review.staff.all()}

    @property
    def choices(self) -> dict[str, str]:
        staff = ",".join(str(person.pk) for person in self.people)
        query = {"staff": staff, "minutes": str(self.minutes), "subject": self.subject}
        return {**query, "zone": self.zone} if self.zone else query

    @property
    def subject_label(self) -> str:
        """The subject in words."""
        return str(Review.Subject(self.subject).label)

    def _page(self, of_booking: str, of_move: str) -> str:
        name = {"sessions:book-time": "reviews:plan"}.get(of_booking, "reviews:plan-confirm")
        return reverse(name, args=[self.review.pk])


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who could take part, and whether they do."""

    person: User
    is_chosen: bool
    is_dedicated: bool


def meeting_of(request: PortalRequest, review: Review) -> ReviewMeeting | None:
    """What the address chooses; None where nobody delivers for the contract."""
    team = bookable_people(review.contract, now=timezone.now())
    planned = [each.person for each in review.staff.all()]
    usual = [person for person in planned if person in team] or _usual_people(review, team)
    if not usual:
        return None
    form = ChoicesForm(
        request.GET,
        team=team,
        usual=usual,
        minutes=review.duration_minutes or USUAL_MINUTES,
        subject=review.subject,
    )
    people = tuple(form.people)
    return ReviewMeeting(
        contract=review.contract,
        session_type="",
        minutes=form.length,
        staff=people[0],
        zone=zone_asked_for(request),
        review=review,
        people=people,
        subject=form.about,
    )


def people_to_choose(meeting: ReviewMeeting) -> list[Choice]:
    """Everybody who could take part."""
    dedicated = dedicated_of(meeting.contract)
    team = bookable_people(meeting.contract, now=timezone.now())
    return [Choice(person, person in meeting.people, person == dedicated) for person in team]


def _usual_people(review: Review, team: list[User]) -> list[User]:
    """The dedicated person, or else the first who holds their role."""
    dedicated = dedicated_of(review.contract)
    if dedicated in team and dedicated is not None:
        return [dedicated]
    return dedicated_role_holders(team, review.contract)[:1] or team[:1]
