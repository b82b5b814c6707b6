"""All running contracts at a glance: who is behind, who is over, what is left (DOMAIN.md §8, §11, §12)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum, TextChoices
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from customers.domain.queries import staff_holding
from customers.domain.roles import DELIVERY_ROLES
from customers.models import User
from home.domain.attention import Watched, watched
from home.domain.customers import leads_of
from packages.domain.contracts import contracts_visible_to
from packages.domain.queries import Standing, in_standing
from packages.models import Contract
from reviews.domain.queries import missed_and_not_planned
from sessions.domain.workload import Workload, workloads
from sessions.models import ConsultingSession, EntryShare


class Show(TextChoices):
    """Which of the contracts."""

    BEHIND = "behind", _("Behind: late reviews, or time not logged")
    OVER = "over", _("Over: overage")


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """A running contract: the reviews that are late, sessions over but not logged, its numbers, its customer's lead."""

    watched: Watched
    late_reviews: int
    unlogged: int
    lead: User | None

    @property
    def contract(self) -> Contract:
        return self.watched.contract


def running_contracts(user: User, *, now: datetime, words: str = "", show: str = "") -> QuerySet[Contract]:
    """The running contracts that `user` sees, with what a list of them is narrowed to and sorted by.

    :param show: a value of `Show`, or nothing for all
    """
    late = missed_and_not_planned(now=now).filter(contract=OuterRef("pk")).order_by().values("contract")
    unlogged = ConsultingSession.objects.filter(
        contract=OuterRef("pk"), status=ConsultingSession.Status.BOOKED, ends_at__lte=now
    )
    counted = unlogged.order_by().values("contract").annotate(number=Count("pk")).values("number")
    over = EntryShare.objects.filter(contract=OuterRef("pk")).order_by().values("contract")
    contracts = in_standing(contracts_visible_to(user), Standing.RUNNING, now=now).annotate(
        late_reviews=Coalesce(Subquery(late.annotate(number=Count("pk")).values("number")), 0),
        unlogged=Coalesce(Subquery(counted), 0),
        overage=Coalesce(Subquery(over.annotate(total=Sum("overage_minutes")).values("total")), 0),
    )
    contracts = contracts.annotate(behind=F("late_reviews") + F("unlogged"))
    for word in words.replace("\0", " ").split():
        contracts = contracts.filter(customer__name__icontains=word)
    if show == Show.BEHIND:
        contracts = contracts.filter(behind__gt=0)
    if show == Show.OVER:
        contracts = contracts.filter(overage__gt=0)
    return contracts


def rows_of(contracts: Iterable[Contract], *, now: datetime) -> list[PortfolioRow]:
    """What the list shows of `contracts`, as `running_contracts` reads them: four queries, however many there are."""
    contracts = list(contracts)
    leads = leads_of({contract.customer for contract in contracts})
    return [
        PortfolioRow(
            watched=each,
            late_reviews=contract.late_reviews,  # type: ignore[attr-defined]  # annotated by running_contracts
            unlogged=contract.unlogged,  # type: ignore[attr-defined]  # annotated by running_contracts
            lead=leads.get(contract.customer_id),
        )
        for contract, each in zip(contracts, watched(contracts, now=now), strict=True)
    ]


def everybodys_weeks(*, now: datetime) -> Sequence[Workload]:
    """How busy each of the provider's people who deliver is."""
    return workloads(list(staff_holding(DELIVERY_ROLES)), now=now)
