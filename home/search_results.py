"""What was found, as lines that lead somewhere: the same on the search page and in the palette."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.models import Statement
from core import formatting
from customers.domain.roles import administered_by, rights_of
from customers.models import Customer, Membership, User
from home.domain.search import Findings, Row, Some, find, words_of
from home.navigation import Link
from home.places import places_for
from packages.domain.queries import standing_of
from packages.models import Contract
from packages.session_type_texts import TEXTS
from reviews.domain.standings import last_day_of
from reviews.domain.standings import standing_of as standing_of_review
from reviews.models import Review
from sessions.models import ConsultingSession
from support.models import Material, Order, SupportRequest


@dataclass(frozen=True, slots=True)
class Hit:
    """One line: `kind` and `status` name a look of `home.status_looks` where the row has a state."""

    title: str | Promise
    url: str
    icon: str
    note: str = ""
    kind: str = ""
    status: str = ""
    status_label: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind; `more` says that others match too."""

    title: str
    hits: list[Hit]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Results:
    """What somebody finds by `words`: only groups in which there is something."""

    words: list[str]
    groups: list[Group]

    @property
    def total(self) -> int:
        return sum(len(group.hits) for group in self.groups)


def results_for(user: User, text: str, *, most: int, now: datetime) -> Results:
    """Everything that `user` finds by `text`; without words only where they can go."""
    words = words_of(text)
    administered = administered_by(user)
    only = administered[0] if len(administered) == 1 else None
    places = places_for(words, rights=rights_of(user), customer_id=only)
    groups = [Group(_("Go to"), [_place(link) for link in places])]
    if words:
        groups = [*_found(find(user, words, most=most, now=now), user=user, now=now), *groups]
    return Results(words, [group for group in groups if group.hits])


def _found(findings: Findings, *, user: User, now: datetime) -> Iterable[Group]:
    def lines(title: str, some: Some[Row], line: Callable[[Row], Hit]) -> Group:
        return Group(title, [line(row) for row in some.rows], some.more)

    return (
        lines(_("Customers"), findings.customers, _customer),
        lines(_("Sessions"), findings.sessions, lambda session: _session(session, zone=user.time_zone)),
        lines(_("Contracts"), findings.contracts, lambda contract: _contract(contract, now=now)),
        lines(_("Statements"), findings.statements, _statement),
        lines(_("Project health checks"), findings.reviews, lambda review: _review(review, now=now)),
        lines(_("Requests"), findings.requests, _request),
        lines(_("Orders"), findings.orders, _order),
        lines(_("People"), findings.people, _person),
        lines(_("Materials"), findings.materials, _material),
    )


def _place(link: Link) -> Hit:
    return Hit(link.label, link.url, link.icon)


def _customer(customer: Customer) -> Hit:
    return Hit(customer.name, reverse("customer-detail", args=[customer.pk]), "building-2")


def _contract(contract: Contract, *, now: datetime) -> Hit:
    language = get_language() or "en"
    first, last = (formatting.format_day(day, language) for day in (contract.starts_on, contract.ends_on))
    standing = standing_of(contract, now=now)
    return Hit(
        f"{contract.customer} · {contract.package_version.package}",
        reverse("sessions:contract", args=[contract.pk]),
        "file-text",
        f"{contract.reference} · {first} – {last}",
        "contract",
        standing.value,
        standing.label,
    )


def _session(session: ConsultingSession, *, zone: str) -> Hit:
    starts = formatting.format_instant(session.starts_at, zone, get_language() or "en")
    return Hit(
        f"{session.get_session_type_display()} · {session.contract.customer}",
        reverse("sessions:detail", args=[session.pk]),
        TEXTS[session.session_type].icon,
        f"{session.reference} · {starts} · {session.staff}",
        "session",
        session.status,
        session.get_status_display(),
    )


def _statement(statement: Statement) -> Hit:
    language = get_language() or "en"
    amount = formatting.format_money(statement.amount, statement.currency, language)
    month = formatting.format_day(statement.close.month, language, style="month")
    return Hit(
        f"{statement.reference} · {statement.customer}",
        reverse("billing:statement", args=[statement.pk]),
        "receipt-text",
        f"{month} · {amount}",
    )


def _review(review: Review, *, now: datetime) -> Hit:
    language = get_language() or "en"
    first, last = (formatting.format_day(day, language) for day in (review.window_starts_on, last_day_of(review)))
    standing = standing_of_review(review, now=now)
    return Hit(
        f"{_('Project health check %(number)s') % {'number': review.number}} · {review.contract.customer}",
        reverse("reviews:detail", args=[review.pk]),
        "clipboard-check",
        f"{review.reference} · {first} – {last}",
        "review",
        standing.value,
        standing.label,
    )


def _request(request: SupportRequest) -> Hit:
    return Hit(
        request.subject,
        reverse("support:request", args=[request.pk]),
        "life-buoy",
        f"{request.reference} · {request.get_kind_display()} · {request.customer}",
        "request",
        request.status,
        request.get_status_display(),
    )


def _order(order: Order) -> Hit:
    placed = formatting.format_day(order.placed_on, get_language() or "en")
    return Hit(order.number, reverse("support:order", args=[order.pk]), "package", f"{order.customer} · {placed}")


def _person(membership: Membership) -> Hit:
    return Hit(
        membership.user.name or membership.user.email,
        reverse("customers:people", args=[membership.customer_id]),
        "circle-user-round",
        f"{membership.get_kind_display()} · {membership.customer}",
    )


def _material(material: Material) -> Hit:
    return Hit(
        material.title,
        reverse("support:material", args=[material.pk]),
        "book-open",
        str(material.get_language_display()),
    )
