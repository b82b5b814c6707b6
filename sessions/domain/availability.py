"""When a member of staff can be booked: working hours less time off, holidays and the diary (DOMAIN.md §7)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.utils.translation import gettext as _

from core import dates
from core.refusals import Refusal
from customers.models import User
from packages.models import Contract
from sessions.domain.cover import covers_of
from sessions.domain.diaries import Diary, Obstacle
from sessions.domain.refusals import OutsideAvailability, SlotTaken, TooSoon
from sessions.domain.term import is_within_term
from sessions.models import BookingPolicy, ConsultingSession


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that can be had. Instants in UTC."""

    starts_at: datetime
    ends_at: datetime
    staff: User


@dataclass(slots=True)
class Day:
    """A calendar date in the zone that was asked for, with its free times; an empty one says why."""

    date: date
    slots: list[Slot] = field(default_factory=list)
    empty_because: Obstacle | None = None
    holiday: str | None = None


def policy() -> BookingPolicy:
    """The numbers of booking that operations can change; the defaults until they do."""
    return BookingPolicy.objects.first() or BookingPolicy()


def days(
    *,
    staff: User,
    first: date,
    last: date,
    zone: str,
    duration_minutes: int,
    now: datetime,
    contract: Contract | None = None,
    without: ConsultingSession | None = None,
    leaving_out: Collection[int] = (),
) -> list[Day]:
    """The free times of `staff` on each date of `zone` from `first` to `last`, both inclusive.

    While `staff` are away, the times are those of the colleague who covers for them: each slot says whose it is.

    :param contract: whose term they lie in, and for whose customer a cover counts; without one, all times of `staff`
    :param without: a session that would be moved: its old place counts as free
    :param leaving_out: diary entries whose places count as free, by id
    """
    start, end = dates.start_of_day(first, zone), dates.start_of_day(last + timedelta(days=1), zone)
    found = {first + timedelta(days=n): Day(first + timedelta(days=n)) for n in range((last - first).days + 1)}
    obstacles: dict[date, Counter[Obstacle]] = defaultdict(Counter)
    wanted = _Wanted(duration_minutes, now, policy(), contract, without, leaving_out)
    diary = wanted.diary_of(staff, start, end)
    for candidate in wanted.starts(diary, start, end):
        day = found[dates.local_day(candidate, zone)]
        obstacle = wanted.obstacle(diary, candidate)
        if obstacle is None:
            day.slots.append(wanted.slot(diary, candidate))
        else:
            obstacles[day.date][obstacle] += 1
            if obstacle is Obstacle.HOLIDAY:
                day.holiday = diary.holiday_on(dates.local_day(candidate, diary.zone))
    for slot in _slots_of_covers(staff, wanted, start, end):
        found[dates.local_day(slot.starts_at, zone)].slots.append(slot)
    for day in found.values():
        day.slots.sort(key=lambda slot: slot.starts_at)
        if not day.slots:
            counted = obstacles[day.date].most_common(1)
            day.empty_because = counted[0][0] if counted else Obstacle.NOT_WORKING
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What times are looked for; the same whoever's diary is looked at."""

    duration_minutes: int
    now: datetime
    policy: BookingPolicy
    contract: Contract | None
    without: ConsultingSession | None
    leaving_out: Collection[int]

    def diary_of(self, person: User, start: datetime, end: datetime) -> Diary:
        return Diary.read(person, start, end, policy=self.policy, without=self.without, leaving_out=self.leaving_out)

    def starts(self, diary: Diary, start: datetime, end: datetime) -> Iterator[datetime]:
        """Every start of the working time between two instants."""
        local_date = dates.local_day(start, diary.zone)
        while local_date <= dates.local_day(end, diary.zone):
            for candidate in diary.starts_on(local_date, self.duration_minutes):
                if start <= candidate < end:
                    yield candidate
            local_date += timedelta(days=1)

    def obstacle(self, diary: Diary, start: datetime) -> Obstacle | None:
        obstacle = diary.obstacle(start, self.duration_minutes, self.now)
        if obstacle is None and self.contract is not None and not is_within_term(self.contract, start):
            return Obstacle.OUTSIDE_TERM
        return obstacle

    def slot(self, diary: Diary, start: datetime) -> Slot:
        return Slot(start, dates.after_minutes(start, self.duration_minutes), diary.staff)


def _slots_of_covers(staff: User, wanted: _Wanted, start: datetime, end: datetime) -> Iterator[Slot]:
    """What those who cover for `staff` can offer meanwhile; at each time the one whose absence began first."""
    if wanted.contract is None:
        return
    offered: set[datetime] = set()
    for cover in covers_of(staff, contract=wanted.contract, start=start, end=end):
        since, until = max(start, cover.starts_at), min(end, cover.ends_at)
        diary = wanted.diary_of(cover.colleague, since, until)
        for candidate in wanted.starts(diary, since, until):
            if candidate not in offered and wanted.obstacle(diary, candidate) is None:
                offered.add(candidate)
                yield wanted.slot(diary, candidate)


def nearest_free(
    *,
    staff: User,
    around: datetime,
    duration_minutes: int,
    now: datetime,
    contract: Contract | None = None,
    without: ConsultingSession | None = None,
    count: int = 3,
) -> list[Slot]:
    """The free times of `staff` nearest to `around`, in the order of their starts; looks two weeks either way.

    :param contract, without: as with `days`
    """
    day = dates.local_day(max(around, now), staff.time_zone)
    window = timedelta(days=14)
    free = [
        slot
        for each in days(
            staff=staff,
            first=max(day - window, dates.local_day(now, staff.time_zone)),
            last=day + window,
            zone=staff.time_zone,
            duration_minutes=duration_minutes,
            now=now,
            contract=contract,
            without=without,
        )
        for slot in each.slots
    ]
    nearest = sorted(free, key=lambda slot: abs(slot.starts_at - around))[:count]
    return sorted(nearest, key=lambda slot: slot.starts_at)


def check_slot(
    *,
    staff: User,
    starts_at: datetime,
    duration_minutes: int,
    bound_by_hours: bool,
    now: datetime,
    contract: Contract | None = None,
    without: ConsultingSession | None = None,
    leaving_out: Collection[int] = (),
) -> None:
    """Refuse a time that cannot be had. Customers are bound by hours and notice, staff by the diary alone.

    :raises TooSoon: if a customer's start is less than the notice ahead, or anybody's has passed
    :raises OutsideAvailability: beyond the horizon, off the working hours, on a holiday or during time off
    :raises SlotTaken: if a meeting or a busy time stands there, or the day is full; like the former with the nearest
        free times, in the term of `contract`
    """
    starts_at = starts_at.astimezone(UTC)
    ends_at = dates.after_minutes(starts_at, duration_minutes)
    diary = Diary.read(staff, starts_at, ends_at, policy=policy(), without=without, leaving_out=leaving_out)
    if starts_at < now:
        raise TooSoon(_("This time has passed."))
    if not bound_by_hours:
        if diary.meetings.touch(starts_at, ends_at):
            raise slot_taken(staff, starts_at, duration_minutes, now, contract, without)
        return
    obstacle = diary.obstacle(starts_at, duration_minutes, now)
    if obstacle is Obstacle.TOO_SOON:
        raise TooSoon(_("Sessions are booked at least %(hours)s hours ahead.") % {"hours": diary.policy.notice_hours})
    if obstacle is Obstacle.FULLY_BOOKED:
        raise slot_taken(staff, starts_at, duration_minutes, now, contract, without)
    if obstacle is not None or not diary.is_start(starts_at, duration_minutes):
        raise OutsideAvailability(
            _("%(name)s cannot be booked at this time.") % {"name": staff.name},
            nearest=_nearest(staff, starts_at, duration_minutes, now, contract, without),
        )


def slot_taken(
    staff: User,
    starts_at: datetime,
    duration_minutes: int,
    now: datetime,
    contract: Contract | None,
    without: ConsultingSession | None = None,
) -> Refusal:
    """The loser's message, with the nearest free times; the place of the session `without` counts as free."""
    nearest = _nearest(staff, starts_at, duration_minutes, now, contract, without)
    return SlotTaken(_("This time has just been taken."), nearest=nearest)


def _nearest(
    staff: User,
    around: datetime,
    duration_minutes: int,
    now: datetime,
    contract: Contract | None,
    without: ConsultingSession | None,
) -> list[dict[str, str]]:
    slots = nearest_free(
        staff=staff, around=around, duration_minutes=duration_minutes, now=now, contract=contract, without=without
    )
    return [
        {"starts_at": slot.starts_at.isoformat(), "ends_at": slot.ends_at.isoformat(), "staff": slot.staff.email}
        for slot in slots
    ]
