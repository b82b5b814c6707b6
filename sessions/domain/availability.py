"""When a member of staff can be booked: working hours less time off, holidays and the diary (DOMAIN.md §7)."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from core import dates
from core.refusals import Refusal
from customers.models import User
from packages.models import Contract
from sessions.domain.holidays import holiday_on
from sessions.domain.refusals import OutsideAvailability, SlotTaken, TooSoon
from sessions.domain.term import is_within_term
from sessions.models import BookingPolicy, ConsultingSession, DiaryEntry, TimeOff, WorkingHours


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that can be had. Instants in UTC."""

    starts_at: datetime
    ends_at: datetime
    staff: User


class Obstacle(StrEnum):
    """Why a time cannot be had."""

    NOT_WORKING = "not_working"
    HOLIDAY = "holiday"
    TIME_OFF = "time_off"
    FULLY_BOOKED = "fully_booked"
    TOO_SOON = "too_soon"
    BEYOND_HORIZON = "beyond_horizon"
    OUTSIDE_TERM = "outside_term"


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


@dataclass(frozen=True, slots=True)
class Diary:
    """What decides about one person's time between two instants, read once: four queries."""

    staff: User
    zone: str
    country: str
    policy: BookingPolicy
    hours: dict[int, list[tuple[time, time]]]
    away: list[tuple[datetime, datetime]]
    meetings: list[tuple[datetime, datetime]]

    @classmethod
    def read(cls, staff: User, start: datetime, end: datetime, *, without: ConsultingSession | None = None) -> "Diary":
        """Read the diary of `staff`, leaving out the meeting of the session `without` (its old place)."""
        margin = timedelta(days=1)
        near = Q(starts_at__lt=end + margin, ends_at__gt=start - margin)
        meetings = DiaryEntry.objects.filter(near, staff=staff)
        if without is not None:
            meetings = meetings.exclude(session=without)
        profile = getattr(staff, "staff_profile", None)
        return cls(
            staff=staff,
            zone=staff.time_zone,
            country=profile.country if profile is not None else "",
            policy=policy(),
            hours=_working_hours(staff),
            away=list(TimeOff.objects.filter(near, staff=staff).values_list("starts_at", "ends_at")),
            meetings=list(meetings.values_list("starts_at", "ends_at")),
        )

    def candidates(self, local_date: date, duration_minutes: int) -> Iterator[datetime]:
        """Every start on a date of the staff member's clock that lies in their working hours; holidays too."""
        step = timedelta(minutes=self.policy.step_minutes)
        midnight = datetime.combine(local_date, datetime.min.time())
        for starts_at, ends_at in self.hours.get(local_date.weekday(), []):
            wall = datetime.combine(local_date, starts_at)
            wall += (midnight - wall) % step
            end_wall = datetime.combine(local_date, ends_at)
            while wall < end_wall:
                if dates.exists(wall, self.zone):
                    start = dates.instant_of(wall, self.zone)
                    end = dates.after_minutes(start, duration_minutes).astimezone(ZoneInfo(self.zone))
                    if end.replace(tzinfo=None) <= end_wall:
                        yield start
                wall += step

    def obstacle(self, start: datetime, duration_minutes: int, now: datetime) -> Obstacle | None:
        """What keeps a customer from booking `duration_minutes` at `start`, working hours apart."""
        end = dates.after_minutes(start, duration_minutes)
        if start < now + timedelta(hours=self.policy.notice_hours):
            return Obstacle.TOO_SOON
        if start > now + timedelta(days=self.policy.horizon_days):
            return Obstacle.BEYOND_HORIZON
        if holiday_on(dates.local_day(start, self.zone), self.country):
            return Obstacle.HOLIDAY
        if any(away_from < end and start < away_until for away_from, away_until in self.away):
            return Obstacle.TIME_OFF
        if self.has_meeting(start, end):
            return Obstacle.FULLY_BOOKED
        return None

    def has_meeting(self, start: datetime, end: datetime) -> bool:
        """Whether a meeting, or the free minutes after one, lies in the way."""
        buffer = timedelta(minutes=self.policy.buffer_minutes)
        return any(start < until + buffer and since < end + buffer for since, until in self.meetings)

    def overlaps_meeting(self, start: datetime, end: datetime) -> bool:
        """Whether a meeting itself lies in the way: all that binds staff."""
        return any(start < until and since < end for since, until in self.meetings)

    def holds(self, start: datetime, duration_minutes: int) -> bool:
        """Whether `start` is one of the starts of the working hours."""
        return start in self.candidates(dates.local_day(start, self.zone), duration_minutes)


def _working_hours(staff: User) -> dict[int, list[tuple[time, time]]]:
    """The stretches of each weekday by the wall clock; those that touch or overlap are one."""
    hours: dict[int, list[tuple[time, time]]] = defaultdict(list)
    for stretch in WorkingHours.objects.filter(staff=staff).order_by("weekday", "starts_at"):
        day = hours[stretch.weekday]
        if day and stretch.starts_at <= day[-1][1]:
            day[-1] = day[-1][0], max(day[-1][1], stretch.ends_at)
        else:
            day.append((stretch.starts_at, stretch.ends_at))
    return dict(hours)


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
) -> list[Day]:
    """The free times of `staff` on each date of `zone` from `first` to `last`, both inclusive.

    :param contract: whose term they lie in; without one, all of them
    :param without: a session that would be moved: its old place counts as free
    """
    start, end = dates.start_of_day(first, zone), dates.start_of_day(last + timedelta(days=1), zone)
    diary = Diary.read(staff, start, end, without=without)
    found = {first + timedelta(days=n): Day(first + timedelta(days=n)) for n in range((last - first).days + 1)}
    obstacles: dict[date, Counter[Obstacle]] = defaultdict(Counter)
    local_date = dates.local_day(start, diary.zone)
    while local_date <= dates.local_day(end, diary.zone):
        for candidate in diary.candidates(local_date, duration_minutes):
            day = found.get(dates.local_day(candidate, zone))
            if day is None:
                continue
            obstacle = diary.obstacle(candidate, duration_minutes, now)
            if obstacle is None and contract is not None and not is_within_term(contract, candidate):
                obstacle = Obstacle.OUTSIDE_TERM
            if obstacle is None:
                day.slots.append(Slot(candidate, dates.after_minutes(candidate, duration_minutes), staff))
            else:
                obstacles[day.date][obstacle] += 1
                if obstacle is Obstacle.HOLIDAY:
                    day.holiday = holiday_on(local_date, diary.country)
        local_date += timedelta(days=1)
    for day in found.values():
        if not day.slots:
            counted = obstacles[day.date].most_common(1)
            day.empty_because = counted[0][0] if counted else Obstacle.NOT_WORKING
    return list(found.values())


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
) -> None:
    """Refuse a time that cannot be had. Customers are bound by hours and notice, staff by the diary alone.

    :raises TooSoon: if a customer's start is less than the notice ahead, or anybody's has passed
    :raises OutsideAvailability: beyond the horizon, off the working hours, on a holiday or during time off
    :raises SlotTaken: if a meeting stands there; both with the nearest free times, in the term of `contract`
    """
    starts_at = starts_at.astimezone(UTC)
    ends_at = dates.after_minutes(starts_at, duration_minutes)
    diary = Diary.read(staff, starts_at, ends_at, without=without)
    if starts_at < now:
        raise TooSoon(_("This time has passed."))
    if not bound_by_hours:
        if diary.overlaps_meeting(starts_at, ends_at):
            raise slot_taken(staff, starts_at, duration_minutes, now, contract, without)
        return
    obstacle = diary.obstacle(starts_at, duration_minutes, now)
    if obstacle is Obstacle.TOO_SOON:
        raise TooSoon(_("Sessions are booked at least %(hours)s hours ahead.") % {"hours": diary.policy.notice_hours})
    if obstacle is Obstacle.FULLY_BOOKED:
        raise slot_taken(staff, starts_at, duration_minutes, now, contract, without)
    if obstacle is not None or not diary.holds(starts_at, duration_minutes):
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
