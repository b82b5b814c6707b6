"""`/reviews/`: what is owed, planned, held and missed; planning one, and recording that it took place."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import Instant, Text, WholeNumber
from customers.api.fields import StaffByEmail
from customers.api.views import PortalAPIView, PortalListView
from customers.domain.roles import Right
from customers.models import TokenScope, User
from packages.api.filters import OfContract
from reviews.domain.planning import plan_review
from reviews.domain.queries import reviews_visible_to
from reviews.domain.recording import LONGEST_NOTES, hold_review
from reviews.domain.records import MOST_CHARACTERS
from reviews.domain.standings import Standing, last_day_of, standing_of
from reviews.models import Review
from sessions.api.booking import NOT_ON_TEAM
from sessions.domain.cover import bookable_people

STATUS: dict[Standing, str] = {
    Standing.UPCOMING: "due",
    Standing.DUE: "due",
    Standing.PLANNED: "planned",
    Standing.UNRECORDED: "planned",
    Standing.HELD: "held",
    Standing.MADE_UP: "held",
    Standing.MISSED: "missed",
}
REFUSED = ("slot_taken", "outside_availability", "too_soon", "outside_window")


class ReviewOutput(serializers.Serializer[Any]):
    """A project health check. The window's dates are in the contract's zone, both inclusive, cut at its end."""

    id = serializers.IntegerField()
    reference = serializers.CharField()
    contract = serializers.IntegerField()
    number = serializers.IntegerField()
    window_starts_on = serializers.DateField()
    window_ends_on = serializers.DateField()
    status = serializers.ChoiceField(choices=["due", "planned", "held", "missed"])
    made_up = serializers.BooleanField(help_text="Whether it was held after its window")
    starts_at = Instant(allow_null=True)
    duration_minutes = serializers.IntegerField(allow_null=True)
    staff = serializers.ListField(child=serializers.EmailField())
    subject = serializers.ChoiceField(choices=Review.Subject.values)
    project_status = serializers.ChoiceField(choices=Review.ProjectStatus.values, allow_null=True)


class PlanInput(serializers.Serializer[Any]):
    """A meeting with everybody named, all of whom must be free: a customer success manager, and who else is wanted."""

    starts_at = Instant()
    staff = serializers.ListField(child=StaffByEmail(), min_length=1, max_length=10)
    duration_minutes = WholeNumber(min_value=1, required=False, default=60)
    subject = serializers.ChoiceField(choices=Review.Subject.values, required=False, default="progress")
    agenda = Text(max_length=MOST_CHARACTERS, required=False, allow_blank=True, default="")


class HoldInput(serializers.Serializer[Any]):
    """How the project stands, and what was said; the customer sees both."""

    project_status = serializers.ChoiceField(choices=Review.ProjectStatus.values)
    notes = Text(lines=True, max_length=LONGEST_NOTES, required=False, allow_blank=True, default="")


class _ReviewView(PortalAPIView):
    see = Right.SEE_SESSIONS

    def reviews(self) -> QuerySet[Review]:
        """The reviews that the caller sees, with what is shown of them."""
        return reviews_visible_to(self.person).prefetch_related("staff__person")

    def described(self, reviews: Sequence[Review]) -> list[dict[str, Any]]:
        """`reviews` as the API shows them."""
        rows = []
        for review in reviews:
            standing = standing_of(review, now=self.now)
            rows.append(
                {
                    "id": review.pk,
                    "reference": review.reference,
                    "contract": review.contract_id,
                    "number": review.number,
                    "window_starts_on": review.window_starts_on,
                    "window_ends_on": last_day_of(review),
                    "status": STATUS[standing],
                    "made_up": standing is Standing.MADE_UP,
                    "starts_at": review.starts_at,
                    "duration_minutes": review.duration_minutes,
                    "staff": [each.person.email for each in review.staff.all()],
                    "subject": review.subject,
                    "project_status": review.project_status or None,
                }
            )
        return list(ReviewOutput(rows, many=True).data)

    def shown(self, review: Review) -> Response:
        """The review as it stands now."""
        return Response(self.described([self.reviews().get(pk=review.pk)])[0])


class ReviewList(_ReviewView, PortalListView):
    """The reviews that the caller sees."""

    scope = TokenScope.READ
    ordering = ("window_starts_on", "pk")

    @extend_schema(parameters=[OfContract], responses=ReviewOutput(many=True))
    def get(self, request: Request) -> Response:
        """The reviews that the caller sees, by their windows."""
        return self.page_of(self.reviews().filter(**self.read_query(OfContract)), self.described)


class Plan(_ReviewView):
    """Planning a review."""

    acts: ClassVar = {"POST": Right.BOOK}
    scope = TokenScope.BOOK
    of = reviews_visible_to
    refusals = REFUSED

    @extend_schema(request=PlanInput, responses=ReviewOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Plan a review in its window, or make up for a missed one: by customer admins and the customer's team."""
        review = self.find(reviews_visible_to(self.person), pk)
        data = self.read(PlanInput)
        team = bookable_people(review.contract, now=self.now)
        people: list[User] = data.pop("staff")
        if any(person not in team for person in people):
            raise serializers.ValidationError({"staff": [NOT_ON_TEAM]}, code="does_not_exist")
        return self.shown(plan_review(review=review, staff=people, by=self.person, now=self.now, **data))


class Hold(_ReviewView):
    """Recording that a review took place."""

    acts: ClassVar = {"POST": Right.SEE_STAFF_AREA}
    scope = TokenScope.LOG_TIME
    of = reviews_visible_to
    refusals = ("in_the_future",)

    @extend_schema(request=HoldInput, responses=ReviewOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Record a planned review, from its start on: by the customer's team. It draws no minutes."""
        review = self.find(reviews_visible_to(self.person), pk)
        return self.shown(hold_review(review=review, by=self.person, now=self.now, **self.read(HoldInput)))
