"""What waits for whom: the requests that home pages put before their readers."""

from django.db.models import QuerySet

from customers.models import User
from support.domain.queries import requests_answered_by, requests_visible_to
from support.domain.states import UNDER_WAY
from support.models import SupportRequest

Status = SupportRequest.Status


def waiting_for_staff(user: User) -> QuerySet[SupportRequest]:
    """The requests of the customers that `user` serves which wait for an answer of ours, the longest first."""
    return requests_answered_by(user).filter(status__in=[Status.NEW, Status.OPEN]).order_by("changed_at", "pk")


def own_under_way(user: User) -> QuerySet[SupportRequest]:
    """The requests under way that `user` sees as a person of the customer; those that wait for them come first."""
    return requests_visible_to(user).filter(status__in=UNDER_WAY).order_by("-status", "-changed_at", "pk")
