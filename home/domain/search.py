"""Finding what one may see by a few words: customers, contracts, sessions, statements, requests … (DOMAIN.md §12)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import and_
from typing import Any, Generic, TypeVar

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Abs, Extract

from billing.domain.queries import statements_visible_to
from billing.models import Statement, StatementInvoice
from billing.models.statements import PREFIXES
from core.folding import folded
from customers.domain.queries import customers_visible_to, memberships_visible_to
from customers.models import Customer, Membership, StaffProfile, User
from packages.domain.contracts import contracts_visible_to
from packages.models import Contract, Package
from packages.session_types import SessionType
from reviews.domain.queries import reviews_visible_to
from reviews.models import Review
from sessions.domain.queries import sessions_visible_to
from sessions.models import Attendee, ConsultingSession
from support.domain.materials import matching, materials_visible_to
from support.domain.queries import orders_visible_to, requests_visible_to
from support.models import Material, Order, SupportRequest

MOST_WORDS = 6
LONGEST_WORD = 60
STATEMENT = re.compile(r"(?:(?P<prefix>[a-z]{2})-?)?(?P<number>\d{1,9})", re.IGNORECASE)
AMOUNT = re.compile(r"-?\d{1,9}(?:[.,]\d{1,2})?")
REFERENCE = re.compile(r"(?P<letter>[cqrs]?)-?(?P<number>\d{1,12})", re.IGNORECASE)

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Some(Generic[Row]):
    """The first rows of a kind, and whether there are more."""

    rows: list[Row]
    more: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found, by kind; a person appears once for each customer they belong to."""

    customers: Some[Customer]
    contracts: Some[Contract]
    sessions: Some[ConsultingSession]
    statements: Some[Statement]
    reviews: Some[Review]
    people: Some[Membership]
    requests: Some[SupportRequest]
    orders: Some[Order]
    materials: Some[Material]


def words_of(text: str) -> list[str]:
    """The words to look for; what is too much to be meant is left out."""
    return [word[:LONGEST_WORD] for word in text.replace("\0", " ").split()[:MOST_WORDS]]


def find(user: User, words: Sequence[str], *, most: int, now: datetime) -> Findings:
    """What `user` sees and in which every one of `words` occurs, at most `most` of each kind. One query a kind.

    Neither capitals nor accents count. A reference (`S-000123`, `C-00012`, `R-00003`, `Q-000123`, or its number alone)
    means just that one. Statements are also found by an amount (`90.00`, `90,00`) and by the number of their invoice.
    Sessions nearest to `now` come first.
    """

    def every(condition: Callable[[str], Q]) -> Q:
        return reduce(and_, (condition(word) for word in words))

    def some(rows: QuerySet[Any]) -> Some[Any]:
        found = list(rows[: most + 1])
        return Some(found[:most], len(found) > most)

    far = Abs(Extract(F("starts_at") - now, "epoch"))
    return Findings(
        customers=some(customers_visible_to(user).filter(every(_customer)).order_by("name", "pk")),
        contracts=some(contracts_visible_to(user).filter(every(_contract)).order_by("-ends_on", "-pk")),
        sessions=some(sessions_visible_to(user).filter(every(_session)).order_by(far, "pk")),
        statements=some(
            statements_visible_to(user).filter(every(_statement)).order_by("-close", "selling_entity", "-number")
        ),
        reviews=some(
            reviews_visible_to(user).filter(every(_review)).order_by(F("starts_at").desc(nulls_last=True), "pk")
        ),
        people=some(memberships_visible_to(user).filter(every(_person)).order_by("user__name", "pk")),
        requests=some(requests_visible_to(user).filter(every(_request)).order_by("-changed_at", "-pk")),
        orders=some(orders_visible_to(user).filter(every(_order)).order_by("-placed_on", "-pk")),
        materials=some(matching(materials_visible_to(user), words).order_by("title", "pk")),
    )


def _holds(path: str, word: str) -> Q:
    return Q(**{f"{path}__unaccent__icontains": word})


def _referred(word: str, letter: str) -> Q:
    """The row whose reference `word` is; none where it is no reference of that letter."""
    reference = REFERENCE.fullmatch(word)
    if reference is None or reference["letter"].lower() not in {"", letter}:
        return Q(pk__in=[])
    return Q(pk=int(reference["number"]))


# What is pointed at is looked through once a word, and not once for each row that points at it.
def _customers_named(word: str) -> QuerySet[Any]:
    return Customer.objects.filter(_holds("name", word)).order_by().values("pk")


def _customer(word: str) -> Q:
    return _holds("name", word)


def _contract(word: str) -> Q:
    return (
        Q(customer__in=_customers_named(word))
        | Q(package_version__package__in=Package.objects.filter(_holds("name", word)).values("pk"))
        | _referred(word, "c")
    )


def _session(word: str) -> Q:
    types = [value for value, label in SessionType.choices if folded(word) in folded(str(label))]
    staff = StaffProfile.objects.filter(_holds("user__name", word)).values("pk")
    return (
        Q(contract__customer__in=_customers_named(word))
        | Q(staff__in=staff)
        | Q(pk__in=Attendee.objects.filter(_holds("name", word)).values("session"))
        | Q(session_type__in=types)
        | _referred(word, "s")
    )


def _statement(word: str) -> Q:
    invoiced = StatementInvoice.objects.filter(reference__icontains=word).values("statement")
    found = Q(customer__in=_customers_named(word)) | Q(pk__in=invoiced)
    reference = STATEMENT.fullmatch(word)
    if reference is not None:
        numbered = Q(number=int(reference["number"]))
        prefix = reference["prefix"]
        if prefix is not None:
            entities = [entity for entity, letters in PREFIXES.items() if letters == prefix.upper()]
            numbered &= Q(selling_entity__in=entities)
        found |= numbered
    if AMOUNT.fullmatch(word) is not None:
        found |= Q(amount=Decimal(word.replace(",", ".")))
    return found


def _review(word: str) -> Q:
    """Reviews are found by their reference, or by their customer where they have a meeting."""
    return _referred(word, "r") | Q(contract__customer__in=_customers_named(word), starts_at__isnull=False)


def _request(word: str) -> Q:
    """By what everybody who sees it sees: never by what was written, where the staff's notes stand too."""
    kinds = [value for value, label in SupportRequest.Kind.choices if folded(word) in folded(str(label))]
    return (
        _holds("subject", word)
        | Q(customer__in=_customers_named(word))
        | Q(kind__in=kinds)
        | Q(order__number__iexact=word)
        | _referred(word, "q")
    )


def _order(word: str) -> Q:
    return _holds("number", word) | Q(customer__in=_customers_named(word))


def _person(word: str) -> Q:
    return _holds("user__name", word) | _holds("user__email", word) | Q(customer__in=_customers_named(word))
