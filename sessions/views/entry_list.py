"""The list of time entries: filters and order in the address, and the same rows as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self
from zoneinfo import ZoneInfo

from django.db.models import Case, F, Q, QuerySet, Sum, Value, When
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from core.csv_files import Cell, csv_download, in_chunks
from core.dates import local_day
from core.tables import Column, Order, by_name, page_of
from customers.domain.queries import customers_visible_to
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from sessions.domain.pricing import PricedEntry, price
from sessions.domain.queries import time_entries_visible_to
from sessions.forms.logging import EntryFilterForm
from sessions.models import LedgerEntry

NEWEST_FIRST = "-when"

# In the order of `Billing`; whether overage has a rate is not for the database to say, so it is not told apart.
_STATE = Case(
    When(share__is_reversed=True, then=Value(3)),
    When(share__overage_minutes=0, then=Value(0)),
    When(waiver__decision__confirmed=True, then=Value(2)),
    default=Value(1),
)

COLUMNS = {
    "customer": Column(gettext_lazy("Customer"), (by_name("contract__customer__name"),)),
    "when": Column(gettext_lazy("When"), (F("started_at"),)),
    "staff": Column(gettext_lazy("Who"), (by_name("staff__name"),)),
    "minutes": Column(gettext_lazy("Minutes"), (F("minutes"),)),
    "included": Column(gettext_lazy("Included"), (F("share__included_minutes"),)),
    "overage": Column(gettext_lazy("Overage"), (F("share__overage_minutes"),)),
    "state": Column(gettext_lazy("State"), (_STATE,)),
}


@requires(Right.SEE_STAFF_AREA)
@require_safe
def entry_list(request: PortalRequest) -> HttpResponse:
    """The time entries that the reader may see, newest service first. Filters stand in the address."""
    chosen = _Chosen.of(request)
    page = page_of(chosen.entries, request.GET)
    return render(
        request,
        "sessions/entry_list.html",
        {
            "filters": chosen.filters,
            "order": chosen.order,
            "page": page,
            "rows": price(page.object_list),
            "totals": chosen.totals(),
        },
    )


@requires(Right.SEE_STAFF_AREA)
@require_safe
def entry_list_csv(request: PortalRequest) -> StreamingHttpResponse:
    """What the page with the same query shows, all pages of it."""
    heads = [
        _("Time entry"),
        _("Customer"),
        _("Contract"),
        _("Package"),
        _("Type"),
        _("Session"),
        _("Service date"),
        _("Start"),
        _("Time zone"),
        _("Delivered by"),
        _("Minutes delivered"),
        _("Included minutes"),
        _("Overage minutes"),
        _("Amount"),
        _("Currency"),
        pgettext("column", "Billing"),
    ]
    return csv_download("time-entries.csv", heads, _rows(_Chosen.of(request).entries))


def _rows(entries: QuerySet[LedgerEntry]) -> Iterator[list[Sequence[Cell]]]:
    for chunk in in_chunks(entries):
        yield [_cells(priced) for priced in price(chunk)]


def _cells(priced: PricedEntry) -> Sequence[Cell]:
    entry, contract = priced.entry, priced.entry.contract
    assert entry.started_at is not None
    return (
        entry.pk,
        contract.customer.name,
        contract.reference,
        contract.package_version.package.name,
        entry.get_session_type_display(),
        entry.session.reference if entry.session is not None else "",
        entry.service_date,
        entry.started_at.astimezone(ZoneInfo(contract.time_zone)).isoformat(timespec="minutes"),
        contract.time_zone,
        str(entry.staff),
        entry.minutes,
        priced.included_minutes,
        priced.overage_minutes,
        priced.amount,
        priced.currency,
        priced.billing.label,
    )


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The time entries that an address asks for, and what was asked."""

    filters: EntryFilterForm
    order: Order
    entries: QuerySet[LedgerEntry]

    @classmethod
    def of(cls, request: PortalRequest) -> Self:
        reader = request.user
        filters = EntryFilterForm(
            request.GET,
            customers=customers_visible_to(reader).order_by("name", "pk"),
            today=_today(request),
        )
        order = Order.of(request.GET, COLUMNS, default=NEWEST_FIRST)
        return cls(filters, order, order.sort(filters.narrow(time_entries_visible_to(reader), reader=reader)))

    def totals(self) -> dict[str, int] | None:
        """Minutes of all pages of one customer or month: nobody needs the sum of all years, which only grows."""
        if not self.filters.is_bounded:
            return None
        return self.entries.order_by().aggregate(
            minutes=Sum("minutes", default=0, filter=Q(reversed_by__isnull=True)),
            included=Sum("share__included_minutes", default=0),
            overage=Sum("share__overage_minutes", default=0),
        )


def _today(request: PortalRequest) -> date:
    return local_day(timezone.now(), request.user.time_zone)
