"""What a customer admin should know and do now (UX.md: "what now?", getting started)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet, Window
from django.db.models.functions import RowNumber

from core.dates import local_day
from customers.domain.roles import administered_by
from customers.models import ContactAssignment, Customer, Membership, User
from home.domain.agenda import coming_sessions
from home.domain.attention import Concern, Watched, proposed_for_booking, watched
from home.domain.customers import leads_of
from packages.domain.contracts import contracts_visible_to
from packages.domain.queries import Standing, in_standing
from packages.domain.rates import RateBook
from packages.models import Contract
from sessions.domain.lapsing import Lapsing, about_to_lapse
from sessions.domain.queries import time_entries_visible_to
from sessions.domain.time_requests import open_requests
from sessions.models import ConsultingSession, LedgerEntry, TimeRequest

SESSIONS_SHOWN = 4
DELIVERED_SHOWN = 3


@dataclass(frozen=True, slots=True)
class GettingStarted:
    """The first steps of a customer, ticked off by the facts. Without a contract there are no terms and no sessions."""

    customer: Customer
    contract: Contract | None
    people_invited: bool
    contact_designated: bool
    terms_accepted: bool
    session_booked: bool

    @property
    def steps(self) -> tuple[bool, ...]:
        own = (self.people_invited, self.contact_designated)
        return own if self.contract is None else (*own, self.terms_accepted, self.session_booked)

    @property
    def done(self) -> int:
        return sum(self.steps)

    @property
    def finished(self) -> bool:
        return all(self.steps)


@dataclass(frozen=True, slots=True)
class ContractCard:
    """A contract that runs or is about to, and whether its terms still wait for acceptance.

    `hourly_rate`: what a further hour costs, where no included minutes are free; None where no rate is in force.
    `lapsing`: on the card of the contract whose minutes lapse first, if any do soon.
    """

    watched: Watched
    upcoming: bool
    terms_accepted: bool
    hourly_rate: Decimal | None
    lapsing: Lapsing | None


@dataclass(frozen=True, slots=True)
class CustomerHome:
    """One customer as its admin sees it on the first screen."""

    customer: Customer
    lead: User | None
    contracts: list[ContractCard]
    sessions: list[ConsultingSession]
    requests: list[TimeRequest]
    delivered: list[LedgerEntry]
    getting_started: GettingStarted | None
    book_on: Contract | None
    """The contract to propose for a booking: one that runs, or the first one to come."""

    @property
    def next_session(self) -> ConsultingSession | None:
        return self.sessions[0] if self.sessions else None


def customer_homes(user: User, *, now: datetime) -> list[CustomerHome]:
    """The customers that `user` administers, by name, in a fixed number of queries."""
    customers = list(Customer.objects.filter(pk__in=administered_by(user)))
    if not customers:
        return []
    own = contracts_visible_to(user).filter(customer__in=customers).select_related("terms_acceptance")
    running = list(in_standing(own, Standing.RUNNING, now=now).order_by("starts_on", "pk"))
    upcoming = list(in_standing(own, Standing.UPCOMING, now=now).order_by("starts_on", "pk"))
    not_started = {contract.pk for contract in upcoming}
    cards: dict[int, list[ContractCard]] = defaultdict(list)
    shown = watched([*running, *upcoming], now=now)
    rates = _rates_of_the_used_up(shown, now=now)
    first_to_lapse, lapsing = _first_to_lapse(shown, now=now)
    for each in shown:
        cards[each.contract.customer_id].append(
            ContractCard(
                watched=each,
                upcoming=each.contract.pk in not_started,
                terms_accepted=hasattr(each.contract, "terms_acceptance"),
                hourly_rate=rates.get(each.contract.pk),
                lapsing=lapsing if each is first_to_lapse else None,
            )
        )
    sessions: dict[int, list[ConsultingSession]] = defaultdict(list)
    for session in coming_sessions(user, now=now).filter(contract__customer__in=customers):
        sessions[session.contract.customer_id].append(session)
    requests: dict[int, list[TimeRequest]] = defaultdict(list)
    for asked in open_requests(user).filter(contract__customer__in=customers):
        requests[asked.contract.customer_id].append(asked)
    delivered: dict[int, list[LedgerEntry]] = defaultdict(list)
    for entry in _delivered_lately(user, customers):
        delivered[entry.contract.customer_id].append(entry)
    started = _contracts_with_a_session([*running, *upcoming])
    crowds, designated = _sizes(customers), _with_primary_contact(customers)
    leads = leads_of(customers)
    return [
        CustomerHome(
            customer=customer,
            lead=leads.get(customer.pk),
            contracts=cards[customer.pk],
            sessions=sessions[customer.pk][:SESSIONS_SHOWN],
            requests=sorted(requests[customer.pk], key=lambda asked: asked.status != TimeRequest.Status.PROPOSED),
            delivered=delivered[customer.pk],
            getting_started=_getting_started(
                customer,
                cards[customer.pk],
                started=started,
                people_invited=crowds.get(customer.pk, 0) > 1,
                contact_designated=customer.pk in designated,
            ),
            book_on=proposed_for_booking((card.watched for card in cards[customer.pk]), now=now),
        )
        for customer in customers
    ]


def _rates_of_the_used_up(contracts: list[Watched], *, now: datetime) -> dict[int, Decimal | None]:
    """What an hour costs today on the contracts without free minutes, by contract id: a query or two."""
    used_up = [each.contract for each in contracts if each.numbers.free <= 0]
    if not used_up:
        return {}
    rates = RateBook.load(used_up)
    return {each.pk: rates.rate_on(each, local_day(now, each.time_zone)) for each in used_up}


def _first_to_lapse(contracts: list[Watched], *, now: datetime) -> tuple[Watched | None, Lapsing | None]:
    """The contract whose minutes lapse first, with the times that would use them: free times are looked for once."""
    soon = [each for each in contracts if Concern.WINDOW_ENDS in each.concerns]
    first = min(soon, key=lambda each: (each.window_days_left, each.contract.pk), default=None)
    return (first, about_to_lapse(first.contract, first.numbers, now=now)) if first is not None else (None, None)


def _getting_started(
    customer: Customer,
    cards: list[ContractCard],
    *,
    started: set[int],
    people_invited: bool,
    contact_designated: bool,
) -> GettingStarted | None:
    """The first steps of a customer, with the newest contract; None once they are all done."""
    newest = max(cards, key=lambda card: (card.watched.contract.starts_on, card.watched.contract.pk), default=None)
    steps = GettingStarted(
        customer=customer,
        contract=newest.watched.contract if newest else None,
        people_invited=people_invited,
        contact_designated=contact_designated,
        terms_accepted=newest is not None and newest.terms_accepted,
        session_booked=newest is not None and newest.watched.contract.pk in started,
    )
    return None if steps.finished else steps


def _with_primary_contact(customers: list[Customer]) -> set[int]:
    """Those of `customers` who designated their primary contact; the first admin stands in for the others."""
    return set(
        ContactAssignment.objects.filter(
            customer__in=customers, kind=ContactAssignment.Kind.PRIMARY_CONTACT, until__isnull=True
        ).values_list("customer", flat=True)
    )


def _delivered_lately(user: User, customers: list[Customer]) -> QuerySet[LedgerEntry]:
    """The latest time entries of each customer that were not reversed."""
    newest_first = ("-started_at", "-pk")
    of_customer = Window(RowNumber(), partition_by="contract__customer", order_by=newest_first)
    entries = time_entries_visible_to(user).filter(contract__customer__in=customers, reversed_by__isnull=True)
    return entries.annotate(place=of_customer).filter(place__lte=DELIVERED_SHOWN).order_by(*newest_first)


def _contracts_with_a_session(contracts: list[Contract]) -> set[int]:
    """Those of `contracts` with a session that is booked or was held."""
    return set(
        ConsultingSession.objects.filter(
            contract__in=contracts,
            status__in=[ConsultingSession.Status.BOOKED, ConsultingSession.Status.HELD],
        ).values_list("contract", flat=True)
    )


def _sizes(customers: list[Customer]) -> dict[int, int]:
    """How many people belong to each customer."""
    sizes: dict[int, int] = defaultdict(int)
    for customer_id in Membership.objects.filter(customer__in=customers, until__isnull=True).values_list(
        "customer", flat=True
    ):
        sizes[customer_id] += 1
    return sizes
