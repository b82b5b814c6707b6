"""Which facts make the history of a customer or of a contract (UX #14). Most keep who and when themselves; the audit
trail holds the rest."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, QuerySet, TextChoices, Value
from django.utils.translation import gettext_lazy as _

from billing.models import LineQuestion
from core.models import AuditEvent
from customers.domain.audit import RIGHTS_CHANGE
from customers.domain.billing_details import CHANGED as BILLING_CHANGE
from customers.models import Customer
from home.domain.contract_life.ends import END_MOVES
from home.domain.contract_life.voiding import VOIDS
from home.domain.lead_handover import TEAM_CHANGES
from packages.models import Contract, RateLine, TermsAcceptance
from reviews.models import ReviewEvent
from sessions.domain.overage_cap_changes import CHANGED as CAP_CHANGE
from sessions.models import LedgerEntry, OverageAcceptance, SessionEvent, TimeRequestEvent, Waiver, WaiverDecision
from support.models import Order, RequestEvent, ReturnException

TOLD_ACTS = (RIGHTS_CHANGE, BILLING_CHANGE, CAP_CHANGE)
"""What of the audit trail is told: a customer reads it too, so nothing internal may stand here."""


class Topic(TextChoices):
    """What a history can be narrowed to."""

    PEOPLE = "people", _("Account and people")
    CONTRACTS = "contracts", _("Contracts and terms")
    SESSIONS = "sessions", _("Sessions")
    REVIEWS = "reviews", _("Project health checks")
    HOURS = "hours", _("Hours")
    MONEY = "money", _("Overage and rates")
    SUPPORT = "support", _("Support and orders")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose history: a customer's, or one contract's. Customers are not told what is internal.

    `reads_requests`: whether requests for a time are told, which are conversations.
    """

    customer: Customer
    contract: Contract | None
    for_staff: bool
    reads_requests: bool = True

    def contracts(self) -> QuerySet[Contract]:
        contracts = Contract.objects.filter(customer=self.customer)
        return contracts if self.contract is None else contracts.filter(pk=self.contract.pk)


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of fact: its rows, and the field that says when."""

    name: str
    topic: Topic
    rows: "QuerySet[Any, Any]"
    when: str


def happenings(scope: Scope, topic: str = "") -> "QuerySet[Any, tuple[Any, str, int]]":
    """When, of which source, and the row's id: newest first, for a paginator. `topic` narrows it."""
    first, *others = [_keys(source) for source in sources(scope) if topic in ("", source.topic)]
    together = first.union(*others, all=True) if others else first
    return together.order_by("-moment", "-row_id", "source")


def topics_of(scope: Scope) -> list[Topic]:
    """The topics that a history can be narrowed to: a contract has no people of its own."""
    offered = {source.topic for source in sources(scope)}
    return [topic for topic in Topic if topic in offered]


def _keys(source: Source) -> "QuerySet[Any, tuple[Any, str, int]]":
    named = source.rows.order_by().annotate(
        moment=F(source.when), source=Value(source.name, output_field=CharField()), row_id=F("pk")
    )
    keys: QuerySet[Any, tuple[Any, str, int]] = named.values_list("moment", "source", "row_id")
    return keys


def sources(scope: Scope) -> Iterator[Source]:
    """Every kind of fact that belongs to `scope` and that its reader may know."""
    contracts = scope.contracts()
    if scope.contract is None:
        yield from _of_customer(scope.customer)
        if scope.reads_requests:
            yield from _of_support(scope.customer)
    yield Source("signed", Topic.CONTRACTS, contracts, "signed_at")
    changes = AuditEvent.objects.filter(object_type="contract", object_id__in=contracts.values("pk"))
    yield Source("change", Topic.CONTRACTS, changes.filter(verb__in=(END_MOVES, VOIDS, TEAM_CHANGES)), "at")
    yield Source("terms", Topic.CONTRACTS, TermsAcceptance.objects.filter(contract__in=contracts), "accepted_at")
    yield Source("rate", Topic.MONEY, RateLine.objects.filter(contract__in=contracts), "created_at")
    yield Source("ledger", Topic.HOURS, LedgerEntry.objects.filter(contract__in=contracts), "created_at")
    yield Source(
        "accepted", Topic.MONEY, OverageAcceptance.objects.filter(session__contract__in=contracts), "accepted_at"
    )
    questions = LineQuestion.objects.filter(entry__contract__in=contracts)
    yield Source("question", Topic.MONEY, questions, "asked_at")
    yield Source("settled", Topic.MONEY, questions.filter(settled_at__isnull=False), "settled_at")
    # The ledger tells what was logged and reversed.
    told_elsewhere = [SessionEvent.Kind.LOGGED, SessionEvent.Kind.REOPENED]
    events = SessionEvent.objects.filter(session__contract__in=contracts).exclude(kind__in=told_elsewhere)
    yield Source("session", Topic.SESSIONS, events, "at")
    if scope.reads_requests:
        requests = TimeRequestEvent.objects.filter(request__contract__in=contracts)
        yield Source("time_request", Topic.SESSIONS, requests, "at")
    yield Source("review", Topic.REVIEWS, ReviewEvent.objects.filter(review__contract__in=contracts), "at")
    decisions = WaiverDecision.objects.filter(waiver__entry__contract__in=contracts)
    if scope.for_staff:
        yield Source("waiver", Topic.MONEY, Waiver.objects.filter(entry__contract__in=contracts), "proposed_at")
        yield Source("decision", Topic.MONEY, decisions, "decided_at")
    else:
        yield Source("decision", Topic.MONEY, decisions.filter(confirmed=True), "decided_at")


def _of_support(customer: Customer) -> Iterator[Source]:
    """Requests without what was said in them, and orders."""
    said = [RequestEvent.Kind.REPLIED, RequestEvent.Kind.ANSWERED]
    events = RequestEvent.objects.filter(request__customer=customer).exclude(kind__in=said)
    yield Source("request", Topic.SUPPORT, events, "at")
    yield Source("order", Topic.SUPPORT, Order.objects.filter(customer=customer), "entered_at")
    exceptions = ReturnException.objects.filter(line__order__customer=customer)
    yield Source("exception", Topic.SUPPORT, exceptions, "granted_at")


def _of_customer(customer: Customer) -> Iterator[Source]:
    yield Source("opened", Topic.PEOPLE, Customer.objects.filter(pk=customer.pk), "created_at")
    yield Source("joined", Topic.PEOPLE, customer.memberships.all(), "since")
    yield Source("left", Topic.PEOPLE, customer.memberships.filter(until__isnull=False), "until")
    yield Source("contact", Topic.PEOPLE, customer.contacts.all(), "since")
    acts = AuditEvent.objects.filter(object_type="customer", object_id=customer.pk, verb__in=TOLD_ACTS)
    yield Source("act", Topic.PEOPLE, acts, "at")
