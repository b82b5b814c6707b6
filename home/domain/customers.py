"""Customers with what hangs on them: contracts and their numbers, people, the next session."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from billing.domain.queries import statements_visible_to
from billing.models import Statement
from customers.domain.queries import customers_visible_to
from customers.models import ContactAssignment, Customer, Membership, User
from home.domain.agenda import coming_sessions, past_sessions
from home.domain.attention import Watched, proposed_for_booking, watched
from home.domain.reviews import reviews_waiting
from packages.domain.contracts import contracts_visible_to
from packages.domain.queries import Standing, in_standing, standing_of
from packages.models import Contract, DeliveryTeamMember
from reviews.domain.overview import Stand
from sessions.models import ConsultingSession
from support.domain.queries import requests_visible_to
from support.domain.states import UNDER_WAY
from support.models import SupportRequest

COMING_SHOWN = 5
PAST_SHOWN = 5
REQUESTS_SHOWN = 5
STATEMENTS_SHOWN = 3


def customers_matching(user: User, words: str) -> QuerySet[Customer]:
    """The customers that `user` sees and whose name, or one of whose people's names, holds `words`."""
    customers = customers_visible_to(user)
    words = words.replace("\0", "").strip()
    if words:
        people = Membership.objects.filter(
            Q(user__name__icontains=words) | Q(user__email__icontains=words), until__isnull=True
        ).values("customer")
        customers = customers.filter(Q(name__icontains=words) | Q(pk__in=people))
    return customers


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A line of the list of customers: its running contracts, its lead, its next session."""

    customer: Customer
    lead: User | None
    contracts: list[Watched]
    next_session: ConsultingSession | None

    @property
    def wants_attention(self) -> bool:
        return any(contract.concerns for contract in self.contracts)


def customer_rows(customers: Sequence[Customer], *, user: User, now: datetime) -> list[CustomerRow]:
    """What a list shows of `customers`, as far as `user` sees it: six queries, however many there are."""
    running = in_standing(
        contracts_visible_to(user).filter(customer__in=customers), Standing.RUNNING, now=now
    ).order_by("starts_on", "pk")
    contracts: dict[int, list[Watched]] = defaultdict(list)
    for each in watched(running, now=now):
        contracts[each.contract.customer_id].append(each)
    leads = leads_of(customers)
    first_session = {
        session.contract.customer_id: session
        for session in coming_sessions(user, now=now)
        .filter(contract__customer__in=customers)
        .order_by("contract__customer_id", "starts_at", "pk")
        .distinct("contract__customer_id")
    }
    return [
        CustomerRow(
            customer=customer,
            lead=leads.get(customer.pk),
            contracts=contracts[customer.pk],
            next_session=first_session.get(customer.pk),
        )
        for customer in customers
    ]


def leads_of(customers: Iterable[Customer]) -> dict[int, User]:
    """The leads of several customers, by customer id, with their staff profiles. One query."""
    assignments = ContactAssignment.objects.filter(
        customer__in=list(customers), kind=ContactAssignment.Kind.LEAD, until__isnull=True
    ).select_related("person__staff_profile")
    return {assignment.customer_id: assignment.person for assignment in assignments}


@dataclass(frozen=True, slots=True)
class ContractLine:
    """A contract on its customer's page: its numbers, its standing, the people who deliver it."""

    watched: Watched
    standing: Standing
    team: list[User]


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody of the customer's side."""

    person: User
    kind: str
    primary_contact: bool


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Everything that one customer's page shows."""

    customer: Customer
    lead: User | None
    contracts: list[ContractLine]
    people: list[PersonLine]
    coming: list[ConsultingSession]
    past: list[ConsultingSession]
    book_on: Contract | None
    """The running contract to propose for a booking."""
    reviews: list[Stand]
    requests: list[SupportRequest]
    """Those under way, the one that changed last first."""
    statements: list[Statement]
    """The latest."""


def customer_page(customer: Customer, *, user: User, now: datetime) -> CustomerPage:
    """What `user` sees of `customer`: running contracts first, then those to come, then the ended ones."""
    contracts = list(contracts_visible_to(user).filter(customer=customer).order_by("-starts_on", "-pk"))
    teams = _teams(contracts)
    order = {standing: place for place, standing in enumerate(Standing)}
    lines = [
        ContractLine(each, standing_of(each.contract, now=now), teams[each.contract.pk])
        for each in watched(contracts, now=now)
    ]
    of_customer = {"contract__customer": customer}
    requests = requests_visible_to(user).filter(customer=customer, status__in=UNDER_WAY)
    statements = statements_visible_to(user).filter(customer=customer)
    return CustomerPage(
        customer=customer,
        lead=leads_of([customer]).get(customer.pk),
        contracts=sorted(lines, key=lambda line: order[line.standing]),
        people=_people(customer),
        coming=list(coming_sessions(user, now=now).filter(**of_customer)[:COMING_SHOWN]),
        past=list(past_sessions(user, now=now).filter(**of_customer)[:PAST_SHOWN]),
        book_on=proposed_for_booking((line.watched for line in lines if line.standing is Standing.RUNNING), now=now),
        reviews=reviews_waiting(user, now=now, customer=customer),
        requests=list(requests.order_by("-changed_at", "-pk")[:REQUESTS_SHOWN]),
        statements=list(statements.order_by("-close__month", "-pk")[:STATEMENTS_SHOWN]),
    )


def _teams(contracts: Iterable[Contract]) -> dict[int, list[User]]:
    teams: dict[int, list[User]] = defaultdict(list)
    members = DeliveryTeamMember.objects.filter(contract__in=list(contracts), staff__is_active=True)
    for member in members.select_related("staff").order_by("-dedicated", "staff__name", "pk"):
        teams[member.contract_id].append(member.staff)
    return teams


def _people(customer: Customer) -> list[PersonLine]:
    """The customer's people: the primary contact first (the first admin stands in), then admins, then members."""
    memberships = list(
        customer.memberships.filter(until__isnull=True, user__is_active=True)
        .select_related("user")
        .order_by("kind", "since", "user__name", "pk")
    )
    designated = ContactAssignment.objects.filter(
        customer=customer, kind=ContactAssignment.Kind.PRIMARY_CONTACT, until__isnull=True
    ).first()
    admins = [membership.user_id for membership in memberships if membership.kind == Membership.Kind.ADMIN]
    primary = designated.person_id if designated else next(iter(admins), None)
    lines = [
        PersonLine(membership.user, membership.get_kind_display(), membership.user_id == primary)
        for membership in memberships
    ]
    return sorted(lines, key=lambda line: not line.primary_contact)
