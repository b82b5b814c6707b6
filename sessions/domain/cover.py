"""Who stands in for somebody who is away (DOMAIN.md §7): a cover counts as of the delivery team meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from customers.domain.roles import roles_of
from customers.models import Customer, User
from packages.domain.contracts import delivery_team_of
from packages.models import Contract
from sessions.models import TimeOff


@dataclass(frozen=True, slots=True)
class Cover:
    """A colleague who stands in for `person` from one instant until another."""

    person: User
    colleague: User
    starts_at: datetime
    ends_at: datetime


def covers_of(staff: User, *, contract: Contract, start: datetime, end: datetime) -> list[Cover]:
    """Who stands in for `staff` on a contract between two instants, by the beginning of the absence.

    Left out is who holds no role that the contract's package allows.
    """
    return _covers([staff], contract, _touching(start, end))


def may_deliver(person: User, contract: Contract, *, at: datetime) -> bool:
    """Whether `person` may deliver a meeting that starts at `at`: of the delivery team, or covering for one of it."""
    team = delivery_team_of(contract)
    if person in team:
        return True
    return any(cover.colleague == person for cover in _covers(team, contract, Q(starts_at__lte=at, ends_at__gt=at)))


def bookable_people(contract: Contract, *, now: datetime) -> list[User]:
    """Who may be asked for free times from now on: the delivery team, then who covers for one of them or will."""
    team = delivery_team_of(contract)
    covers = _covers(team, contract, Q(ends_at__gt=now))
    return list(dict.fromkeys([*team, *(cover.colleague for cover in covers)]))


def who_answers_for(person: User, *, customer: Customer, at: datetime) -> list[User]:
    """Who is written to about `customer` in the place of `person`: the person, and whoever covers for them at `at`.

    The person stays in: what they were told while they were away is there when they come back.
    """
    away = TimeOff.objects.filter(_for_customer(customer.pk), staff=person, starts_at__lte=at, ends_at__gt=at)
    return list(dict.fromkeys([person, *(each.cover for each in _with_cover(away) if each.cover is not None)]))


def _covers(people: Sequence[User], contract: Contract, when: Q) -> list[Cover]:
    allowed = set(contract.package_version.delivering_roles)
    by_pk = {person.pk: person for person in people}
    away = TimeOff.objects.filter(_for_customer(contract.customer_id), when, staff__in=by_pk)
    return [
        Cover(by_pk[each.staff_id], each.cover, each.starts_at, each.ends_at)
        for each in _with_cover(away)
        if each.cover is not None and roles_of(each.cover) & allowed
    ]


def _with_cover(away: QuerySet[TimeOff]) -> QuerySet[TimeOff]:
    covered = away.filter(cover__is_active=True).select_related("cover__staff_profile")
    return covered.order_by("starts_at", "pk").distinct()


def _for_customer(customer_id: int) -> Q:
    return Q(cover_customers__isnull=True) | Q(cover_customers=customer_id)


def _touching(start: datetime, end: datetime) -> Q:
    return Q(starts_at__lt=end, ends_at__gt=start)
