"""What the provider's people should know and do now: delivery, operations, finance (UX.md: "what now?")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from billing.domain.obstacles import Obstacles, obstacles
from billing.domain.overage import OverageLine, OverageReport, month_overage, unpriced_overage
from billing.domain.preview import previews
from billing.domain.totals import Total, totals_of_closes
from billing.domain.year import Year, year_until
from billing.models import Close
from core.dates import add_months, local_day, month_of
from customers.domain.queries import customers_visible_to
from customers.models import ContactAssignment, Customer, Role, User
from home.domain.agenda import Agenda, agenda_of
from home.domain.attention import Watched, pressing
from packages.domain.contracts import contracts_visible_to
from packages.domain.queries import Standing, in_standing
from sessions.domain.queries import time_entries_visible_to
from sessions.domain.time_requests import open_requests
from sessions.models import ConsultingSession, LedgerEntry, TimeRequest
from support.domain.work import waiting_for_staff
from support.models import SupportRequest

WITHOUT_LEAD_SHOWN = 8
WAIVERS_SHOWN = 5
REQUESTS_SHOWN = 8
SUPPORT_SHOWN = 5
DAYS_OF_MEETINGS = 7
CLOSES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class DeliveryHome:
    """The day of somebody who delivers, and the customers of theirs who need them."""

    agenda: Agenda
    pressing: list[Watched]
    requests: list[TimeRequest]
    support_requests: list[SupportRequest]
    support_waiting: int


def delivery_home(user: User, *, now: datetime) -> DeliveryHome:
    """Own meetings, sessions over but not logged, own contracts near the end of minutes or days."""
    own = contracts_visible_to(user).filter(team_members__staff=user)
    waiting = waiting_for_staff(user)
    return DeliveryHome(
        agenda=agenda_of(user, now=now),
        pressing=pressing(own, now=now),
        requests=list(open_requests(user)[:REQUESTS_SHOWN]),
        support_requests=list(waiting[:SUPPORT_SHOWN]),
        support_waiting=waiting.count(),
    )


@dataclass(frozen=True, slots=True)
class RecentClose:
    """A close with its totals by currency and the number of its statements."""

    close: Close
    totals: Mapping[str, Total]
    statements: int


@dataclass(frozen=True, slots=True)
class FinanceHome:
    """This month's overage so far, what stands in the way of the next close, the last closes, the year behind.

    `to_close` is about the oldest open month that is over by the calendar and has something to bill or time to log;
    None where there is none. `coming` are its totals by currency.
    """

    this_month: OverageReport
    to_close: Obstacles | None
    coming: Mapping[str, Total]
    closes: Sequence[RecentClose]
    year: Year

    @property
    def unpriced(self) -> list[OverageLine]:
        """The lines of this month without a rate in force; those of the month to close are its obstacles."""
        return self.this_month.unpriced()


def finance_home(user: User, *, now: datetime) -> FinanceHome:
    """What finance has to do with now, by the calendar of `user`: a fixed number of queries."""
    this_month = month_of(local_day(now, user.time_zone))
    coming = previews(until=this_month)
    to_close = min(coming.delivered_before(this_month), default=None)
    return FinanceHome(
        this_month=month_overage(this_month, user=user),
        to_close=None
        if to_close is None
        else obstacles(to_close, coming=coming, earlier_months=(), user=user, now=now),
        coming={} if to_close is None else coming.of(to_close).totals,
        closes=_recent_closes(),
        year=year_until(this_month, coming=coming),
    )


def _recent_closes() -> list[RecentClose]:
    closes = list(
        Close.objects.select_related("closed_by").annotate(count=Count("statements")).order_by("-number")[:CLOSES_SHOWN]
    )
    totals = totals_of_closes(close.month for close in closes)
    return [RecentClose(close, totals.get(close.month, {}), close.count) for close in closes]


def _unpriced_of_two_months(user: User, now: datetime) -> list[OverageLine]:
    this_month = month_of(local_day(now, user.time_zone))
    return unpriced_overage(add_months(this_month, -1), this_month, user=user)


@dataclass(frozen=True, slots=True)
class StaffLoad:
    """A member of staff and their booked meetings of the coming week."""

    person: User
    meetings: int

    @property
    def roles(self) -> str:
        """What the person does, as a list in words."""
        return ", ".join(str(Role(role).label) for role in self.person.staff_profile.roles)


@dataclass(frozen=True, slots=True)
class OperationsHome:
    """Customers, contracts that want attention or end soon, waivers to decide, staff and their week."""

    customers: int
    without_lead: list[Customer]
    running: int
    pressing: list[Watched]
    unpriced: list[OverageLine]
    waivers: list[LedgerEntry]
    waivers_waiting: int
    requests: list[TimeRequest]
    staff: list[StaffLoad]
    support_requests: list[SupportRequest]
    support_waiting: int


def operations_home(user: User, *, now: datetime) -> OperationsHome:
    """What an operations lead looks after, by the calendar of `user`."""
    running = in_standing(contracts_visible_to(user), Standing.RUNNING, now=now)
    waiting = waiting_for_staff(user)
    return OperationsHome(
        customers=customers_visible_to(user).count(),
        without_lead=list(_without_lead(user)[:WITHOUT_LEAD_SHOWN]),
        running=running.count(),
        pressing=pressing(contracts_visible_to(user), now=now),
        unpriced=_unpriced_of_two_months(user, now),
        waivers=list(_waivers_to_decide(user)[:WAIVERS_SHOWN]),
        waivers_waiting=_waivers_to_decide(user).count(),
        requests=list(open_requests(user)[:REQUESTS_SHOWN]),
        staff=_staff_loads(now),
        support_requests=list(waiting[:SUPPORT_SHOWN]),
        support_waiting=waiting.count(),
    )


def _without_lead(user: User) -> QuerySet[Customer]:
    lead = ContactAssignment.objects.filter(
        customer=OuterRef("pk"), kind=ContactAssignment.Kind.LEAD, until__isnull=True
    )
    return customers_visible_to(user).filter(~Exists(lead))


def _waivers_to_decide(user: User) -> QuerySet[LedgerEntry]:
    return (
        time_entries_visible_to(user)
        .filter(waiver__isnull=False, waiver__decision__isnull=True, reversed_by__isnull=True)
        .select_related("waiver__proposed_by")
        .order_by("waiver__proposed_at")
    )


def _staff_loads(now: datetime) -> list[StaffLoad]:
    coming = Q(
        sessions__status=ConsultingSession.Status.BOOKED,
        sessions__starts_at__gte=now,
        sessions__starts_at__lt=now + timedelta(days=DAYS_OF_MEETINGS),
    )
    staff = (
        User.objects.filter(staff_profile__isnull=False, is_active=True)
        .select_related("staff_profile")
        .annotate(meetings=Count("sessions", filter=coming))
        .order_by("name", "pk")
    )
    return [StaffLoad(person, person.meetings) for person in staff]
