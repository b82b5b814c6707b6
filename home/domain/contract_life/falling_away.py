"""What a contract no longer covers once its term is cut, or once it is voided: meetings, and wishes for some (§2, §7).

Shown before, called off in the transaction of the change, everybody told.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from core.dates import local_day, start_of_day
from core.refusals import InvalidInput
from customers.models import User
from packages.models import Contract
from reviews.domain.planning import cancel_review
from reviews.domain.queries import planned_reviews
from reviews.models import Review
from sessions.domain.cancelling import cancel_session
from sessions.domain.time_requests import OPEN, decline_request
from sessions.models import ConsultingSession, TimeRequest


@dataclass(frozen=True, slots=True)
class FallingAway:
    """What would be called off. `begun` are meetings that took place or should have, and that nobody recorded yet."""

    sessions: Sequence[ConsultingSession] = ()
    reviews: Sequence[Review] = ()
    requests: Sequence[TimeRequest] = ()
    begun: Sequence[ConsultingSession | Review] = ()

    def __bool__(self) -> bool:
        return bool(self.sessions or self.reviews or self.requests)

    @property
    def mark(self) -> str:
        """What tells this from anything else that would be called off; empty where nothing is."""
        groups = (self.sessions, self.reviews, self.requests)
        words = "/".join(str(each) for group in groups for each in group)
        return hashlib.sha256(words.encode()).hexdigest()[:16] if words else ""


def falling_away(contract: Contract, *, after: date | None, now: datetime) -> FallingAway:
    """What `contract` would no longer cover after the day `after` (in its zone), or at all where that is None.

    Three queries. Changes nothing.
    """
    sessions = _sessions(contract)
    reviews = planned_reviews().filter(contract=contract)
    requests = TimeRequest.objects.filter(contract=contract, status__in=OPEN).select_related("contract__customer")
    if after is not None:
        since = start_of_day(after + timedelta(days=1), contract.time_zone)
        sessions, reviews = sessions.filter(starts_at__gte=since), reviews.filter(starts_at__gte=since)
        if after >= local_day(now, contract.time_zone):
            requests = requests.filter(starts_at__gte=since)
    meetings: list[ConsultingSession | Review] = [*sessions, *reviews]
    coming = [each for each in meetings if each.starts_at is not None and each.starts_at > now]
    return FallingAway(
        sessions=[each for each in coming if isinstance(each, ConsultingSession)],
        reviews=[each for each in coming if isinstance(each, Review)],
        requests=list(requests.order_by("pk")),
        begun=[each for each in meetings if each not in coming],
    )


def check_nothing_begun(falling: FallingAway, *, field: str, sentence: str) -> None:
    """Refuse while a meeting that has begun waits to be recorded: calling it off afterwards would hide what happened.

    :param sentence: with `%(meetings)s`
    :raises InvalidInput: naming `field`
    """
    if falling.begun:
        names = ", ".join(each.reference for each in falling.begun)
        raise InvalidInput(sentence % {"meetings": names}, field=field)


def call_off(falling: FallingAway, *, reason: str, by: User, now: datetime) -> None:
    """Cancel every meeting and decline every wish; who takes part is told. The caller holds the contract's lock.

    The latest session first, so that nobody is told of overage that the next cancellation takes back.
    """
    for session in reversed(falling.sessions):
        cancel_session(session=session, by=by, reason=reason, now=now)
    for review in falling.reviews:
        cancel_review(review=review, by=by, reason=reason, now=now)
    for request in falling.requests:
        decline_request(asked=request, reason=reason, by=by, now=now)


def _sessions(contract: Contract) -> "QuerySet[ConsultingSession]":
    booked = ConsultingSession.objects.filter(contract=contract, status=ConsultingSession.Status.BOOKED)
    return booked.select_related("staff", "contract__customer").order_by("starts_at", "pk")
