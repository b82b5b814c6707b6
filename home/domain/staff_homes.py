"""What the provider's people should know and do now: delivery, operations, finance (UX.md: "what now?")."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from billing.domain.overage import OverageLine, OverageReport, overage_of_months
from core.dates import add_months, local_day, month_of
from customers.domain.queries import customers_visible_to
from customers.models import ContactAssignment, Customer, Role, User
from home.domain.agenda import Agenda, agenda_of
from home.domain.attention import Watched, pressing
from packages.domain.contracts import contracts_visible_to
from packages.domain.queries import Standing, in_standing
from sessions.domain.queries import time_entries_visible_to
from sessions.models import ConsultingSession, LedgerEntry

WITHOUT_LEAD_SHOWN = 8
WAIVERS_SHOWN = 5
DAYS_OF_MEETINGS = 7


@dataclass(frozen=True, slots=True)
class DeliveryHome:
    """The day of somebody who delivers, and the customers of theirs who need them."""

    agenda: Agenda
    pressing: list[Watched]


def delivery_home(user: User, *, now: datetime) -> DeliveryHome:
    """Own meetings, sessions over but not logged, own contracts near the end of minutes or days."""
    own = contracts_visible_to(user).filter(team_members__staff=user)
    return DeliveryHome(agenda=agenda_of(user, now=now), pressing=pressing(own, now=now))


@dataclass(frozen=True, slots=True)
class FinanceHome:
    """This month's overage so far, the month before, and what stands in the way of closing either."""

    this_month: OverageReport
    last_month: OverageReport

    @property
    def unpriced(self) -> list[OverageLine]:
        """The lines of both months without a rate in force."""
        return [*self.last_month.unpriced(), *self.this_month.unpriced()]

    @property
    def last_month_waits(self) -> bool:
        """Whether the month that is over has overage and is not closed yet."""
        return self.last_month.provisional and bool(self.last_month.lines)


def finance_home(user: User, *, now: datetime) -> FinanceHome:
    """The two months that finance has to do with, by the calendar of `user`."""
    last_month, this_month = _two_months(user, now)
    return FinanceHome(this_month=this_month, last_month=last_month)


def _two_months(user: User, now: datetime) -> tuple[OverageReport, OverageReport]:
    """The overage of last month and of this one."""
    this_month = month_of(local_day(now, user.time_zone))
    last_month = add_months(this_month, -1)
    reports = overage_of_months([last_month, this_month], user=user)
    return reports[last_month], reports[this_month]


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
    staff: list[StaffLoad]


def operations_home(user: User, *, now: datetime) -> OperationsHome:
    """What an operations lead looks after, by the calendar of `user`."""
    running = in_standing(contracts_visible_to(user), Standing.RUNNING, now=now)
    return OperationsHome(
        customers=customers_visible_to(user).count(),
        without_lead=list(_without_lead(user)[:WITHOUT_LEAD_SHOWN]),
        running=running.count(),
        pressing=pressing(contracts_visible_to(user), now=now),
        unpriced=[line for report in _two_months(user, now) for line in report.unpriced()],
        waivers=list(_waivers_to_decide(user)[:WAIVERS_SHOWN]),
        waivers_waiting=_waivers_to_decide(user).count(),
        staff=_staff_loads(now),
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
