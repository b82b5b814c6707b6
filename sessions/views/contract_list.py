"""The list of contracts with their balances: filters and order in the address, and the same rows as a file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db.models import F, OuterRef, Prefetch, QuerySet, Subquery
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.csv_files import Cell, csv_download, in_chunks
from core.tables import Column, Columns, Order, by_name, page_of
from customers.domain.queries import customers_visible_to
from customers.domain.roles import Right, is_staff, rights_of
from customers.models import User
from customers.permissions import PortalRequest, requires
from packages.domain.contracts import contracts_visible_to
from packages.domain.queries import Standing, rank_of_standing, standing_of
from packages.models import Contract, DeliveryTeamMember
from sessions.domain.numbers import numbers_of_many
from sessions.domain.sums import minutes_left, overage_minutes
from sessions.forms.contracts import ContractFilterForm
from sessions.views.contracts import ContractRow

LATEST_END_FIRST = "-term"


def _columns(*, now: datetime) -> Columns:
    """What the list can be sorted by. Balances sort by what is left: bookings only show in what is free."""
    dedicated = DeliveryTeamMember.objects.filter(contract=OuterRef("pk"), dedicated=True)
    return {
        "contract": Column(gettext_lazy("Contract"), (by_name("customer__name"), F("package_version__package__name"))),
        "term": Column(gettext_lazy("Term"), (F("ends_on"),)),
        "dedicated": Column(gettext_lazy("Dedicated"), (Subquery(dedicated.values(name=by_name("staff__name"))),)),
        "left": Column(gettext_lazy("Included minutes left"), (minutes_left(),)),
        "overage": Column(gettext_lazy("Overage"), (overage_minutes(),)),
        "state": Column(gettext_lazy("State"), (rank_of_standing(now=now),)),
    }


@requires(Right.SEE_CONTRACTS)
@require_safe
def contract_list(request: PortalRequest) -> HttpResponse:
    """The contracts that the reader may see, with their balances; those that end last come first."""
    now, rights = timezone.now(), rights_of(request.user)
    chosen = _Chosen.of(request, now=now)
    page = page_of(chosen.contracts, request.GET)
    return render(
        request,
        "sessions/contract_list.html",
        {
            "page": page,
            "rows": _rows(page.object_list, now=now),
            "order": chosen.order,
            "filters": chosen.filters,
            "standings": Standing.choices,
            "is_staff": is_staff(request.user),
            "may_sign": Right.SIGN_CONTRACTS in rights,
        },
    )


@requires(Right.SEE_CONTRACTS)
@require_safe
def contract_list_csv(request: PortalRequest) -> StreamingHttpResponse:
    """What the page with the same query shows, all pages of it."""
    now = timezone.now()
    heads = [
        _("Contract"),
        _("Customer"),
        _("Package"),
        _("Start"),
        _("End"),
        _("Time zone"),
        _("Dedicated"),
        _("Granted and adjusted minutes"),
        _("Used minutes"),
        _("Booked included minutes"),
        _("Free minutes"),
        _("Overage minutes"),
        _("State"),
    ]
    return csv_download("contracts.csv", heads, _cells(_Chosen.of(request, now=now).contracts, now=now))


def _cells(contracts: QuerySet[Contract], *, now: datetime) -> Iterator[list[Sequence[Cell]]]:
    for chunk in in_chunks(contracts):
        yield [
            (
                row.contract.reference,
                row.contract.customer.name,
                row.contract.package_version.package.name,
                row.contract.starts_on,
                row.contract.ends_on,
                row.contract.time_zone,
                str(row.dedicated or ""),
                row.numbers.available,
                row.numbers.used,
                row.numbers.booked_included,
                max(row.numbers.free, 0),
                row.numbers.overage,
                row.status_label,
            )
            for row in _rows(chunk, now=now)
        ]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The contracts that an address asks for, and what was asked."""

    filters: ContractFilterForm
    order: Order
    contracts: QuerySet[Contract]

    @classmethod
    def of(cls, request: PortalRequest, *, now: datetime) -> Self:
        filters = ContractFilterForm(request.GET, customers=customers_visible_to(request.user).order_by("name", "pk"))
        order = Order.of(request.GET, _columns(now=now), default=LATEST_END_FIRST)
        dedicated = DeliveryTeamMember.objects.filter(dedicated=True).select_related("staff")
        contracts = filters.narrow(contracts_visible_to(request.user), now=now).prefetch_related(
            Prefetch("team_members", queryset=dedicated, to_attr="dedicated_members")
        )
        return cls(filters, order, order.sort(contracts))


def _rows(contracts: Iterable[Contract], *, now: datetime) -> list[ContractRow]:
    contracts = list(contracts)
    numbers = numbers_of_many(contracts, now=now)
    return [
        ContractRow(contract, numbers[contract.pk], standing_of(contract, now=now), _dedicated(contract))
        for contract in contracts
    ]


def _dedicated(contract: Contract) -> User | None:
    members: list[DeliveryTeamMember] = getattr(contract, "dedicated_members", [])
    return members[0].staff if members else None
