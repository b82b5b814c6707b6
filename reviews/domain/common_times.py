"""When everybody who is to take part in a review is free: the slots engine of sessions, person by person (§7, §8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.dates import local_day
from customers.models import User
from packages.models import Contract
from reviews.domain.places import own_places
from reviews.domain.standings import days_open
from reviews.models import Review
from sessions.domain.availability import Day, Slot, days
from sessions.domain.diaries import Obstacle

LOOKS_EITHER_WAY = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class CommonSlot(Slot):
    """A time at which everybody is free. `people` are those who come: whoever is away is covered by a colleague."""

    people: tuple[User, ...]


def common_days(
    review: Review,
    people: Sequence[User],
    *,
    first: date,
    last: date,
    zone: str,
    duration_minutes: int,
    now: datetime,
) -> list[Day]:
    """The times on each date of `zone` at which all `people` are free and the review may take place.

    The number of queries grows with the people, not with their meetings. The review's own place counts as free.
    """
    contract, open_days = review.contract, days_open(review, now=now)
    own = own_places(review)
    of_each = [
        days(
            staff=person,
            first=first,
            last=last,
            zone=zone,
            duration_minutes=duration_minutes,
            now=now,
            contract=contract,
            leaving_out=own,
        )
        for person in people
    ]
    found = []
    for together in zip(*of_each, strict=True):
        day = Day(together[0].date)
        for slots in _in_common(together):
            if open_days.holds(local_day(slots[0].starts_at, contract.time_zone)):
                people_then = tuple(dict.fromkeys(slot.staff for slot in slots))
                day.slots.append(CommonSlot(slots[0].starts_at, slots[0].ends_at, slots[0].staff, people_then))
        if not day.slots:
            whole = next((each for each in together if each.empty_because is not None), None)
            day.empty_because = whole.empty_because if whole is not None else Obstacle.FULLY_BOOKED
            day.holiday = whole.holiday if whole is not None else None
            if whole is None and not open_days.holds(day.date):
                day.empty_because = Obstacle.OUTSIDE_TERM
        found.append(day)
    return found


def nearest_common(
    review: Review, people: Sequence[User], *, around: datetime, duration_minutes: int, now: datetime, count: int = 3
) -> list[CommonSlot]:
    """The common times nearest to `around`, in the order of their starts; looks two weeks either way."""
    zone = review.contract.time_zone
    day, today = local_day(max(around, now), zone), local_day(now, zone)
    found = common_days(
        review,
        people,
        first=max(day - LOOKS_EITHER_WAY, today),
        last=day + LOOKS_EITHER_WAY,
        zone=zone,
        duration_minutes=duration_minutes,
        now=now,
    )
    free = [slot for each in found for slot in each.slots if isinstance(slot, CommonSlot)]
    nearest = sorted(free, key=lambda slot: abs(slot.starts_at - around))[:count]
    return sorted(nearest, key=lambda slot: slot.starts_at)


def _in_common(together: Sequence[Day]) -> list[list[Slot]]:
    """Of the same day of several people: each start that all of them have, with everybody's slot."""
    by_start = [{slot.starts_at: slot for slot in each.slots} for each in together]
    return [
        [slots[start] for slots in by_start] for start in sorted(by_start[0]) if all(start in each for each in by_start)
    ]


def dedicated_role_holders(people: Sequence[User], contract: Contract) -> list[User]:
    """Those of `people` who hold the role that the package dedicates: a CSM, where there are reviews."""
    role = contract.package_version.dedicated_role
    return [person for person in people if role in person.staff_profile.roles]
