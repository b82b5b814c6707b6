"""The list of sessions: two tabs, filters and order in the address, and the same rows as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.csv_files import Cell, csv_download, in_chunks
from core.dates import add_months, local_day, month_of
from core.tables import Column, Order, by_name, page_of
from customers.domain.queries import customers_visible_to
from customers.domain.roles import Right, is_staff, rights_of
from customers.permissions import PortalRequest, requires
from sessions.domain.queries import sessions_visible_to
from sessions.forms.sessions import UNLOGGED, SessionFilterForm
from sessions.models import ConsultingSession, LedgerEntry

MONTHS_AHEAD, MONTHS_BACK = 4, 24
UPCOMING, PAST = "upcoming", "past"
Status = ConsultingSession.Status

COLUMNS = {
    "when": Column(gettext_lazy("When"), (F("starts_at"),)),
    "type": Column(gettext_lazy("Session"), (F("session_type"), F("duration_minutes"))),
    "customer": Column(gettext_lazy("Customer"), (by_name("contract__customer__name"),)),
    "staff": Column(gettext_lazy("With"), (by_name("staff__name"),)),
    "status": Column(gettext_lazy("Status"), (F("status"),)),
}


@requires(Right.SEE_SESSIONS)
@require_safe
def session_list(request: PortalRequest) -> HttpResponse:
    """The sessions that the person sees: those to come, or those that are over or off. Filters stand in the address."""
    chosen = _Chosen.of(request, now=timezone.now())
    rights = rights_of(request.user)
    return render(
        request,
        "sessions/session_list.html",
        {
            "is_upcoming": chosen.tab == UPCOMING,
            "is_past": chosen.tab == PAST,
            "page": page_of(chosen.sessions, request.GET),
            "order": chosen.order,
            "form": chosen.form,
            "now": chosen.now,
            "zone": request.user.time_zone,
            "is_staff": is_staff(request.user),
            "clear": _without_filters(chosen.tab) if chosen.form.filters_something else "",
            "shows_customers": "customer" in chosen.form.fields,
            "may_book": Right.BOOK in rights,
            "may_log": Right.LOG_TIME in rights,
        },
    )


@requires(Right.SEE_SESSIONS)
@require_safe
def session_list_csv(request: PortalRequest) -> StreamingHttpResponse:
    """What the page with the same query shows, all pages of it."""
    chosen, zone = _Chosen.of(request, now=timezone.now()), request.user.time_zone
    heads = [
        _("Session"),
        _("Type"),
        _("Start"),
        _("Time zone"),
        _("Length in minutes"),
        _("Delivered minutes"),
        _("Customer"),
        _("With"),
        _("Status"),
    ]
    return csv_download("sessions.csv", heads, _rows(chosen.sessions, zone=zone, now=chosen.now))


def _rows(sessions: QuerySet[ConsultingSession], *, zone: str, now: datetime) -> Iterator[list[Sequence[Cell]]]:
    for chunk in in_chunks(sessions):
        yield [
            (
                session.reference,
                session.get_session_type_display(),
                session.starts_at.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes"),
                zone,
                session.duration_minutes,
                getattr(session, "delivered", 0) if session.status == Status.HELD else "",
                session.contract.customer.name,
                str(session.staff),
                _state_of(session, now),
            )
            for session in chunk
        ]


def _state_of(session: ConsultingSession, now: datetime) -> str:
    is_unlogged = session.status == Status.BOOKED and session.ends_at <= now
    return _("Not logged yet") if is_unlogged else session.get_status_display()


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The sessions that an address asks for, and what was asked."""

    tab: str
    form: SessionFilterForm
    order: Order
    sessions: QuerySet[ConsultingSession]
    now: datetime

    @classmethod
    def of(cls, request: PortalRequest, *, now: datetime) -> Self:
        reader = request.user
        tab = PAST if request.GET.get("tab") == PAST else UPCOMING
        form = SessionFilterForm(
            request.GET,
            customers=customers_visible_to(reader).order_by("name", "pk"),
            statuses=_statuses() if tab == PAST else [],
            months=_months(tab, local_day(now, reader.time_zone)),
        )
        columns = {name: column for name, column in COLUMNS.items() if name != "customer" or "customer" in form.fields}
        order = Order.of(request.GET, columns, default="-when" if tab == PAST else "when")
        of_tab = _of_tab(sessions_visible_to(reader), tab, now).annotate(delivered=_delivered())
        return cls(tab, form, order, order.sort(form.filtered(of_tab, zone=reader.time_zone, now=now)), now)


def _of_tab(sessions: QuerySet[ConsultingSession], tab: str, now: datetime) -> QuerySet[ConsultingSession]:
    to_come = Q(status=Status.BOOKED, ends_at__gt=now)
    return sessions.filter(to_come) if tab == UPCOMING else sessions.exclude(to_come)


def _delivered() -> Coalesce:
    """Minutes that were logged for a session and not reversed, what ran over with them."""
    logged = LedgerEntry.objects.time_entries().unreversed().filter(session=OuterRef("pk")).order_by()
    total = logged.values("session").annotate(total=Sum("minutes")).values("total")
    return Coalesce(Subquery(total), 0)


def _statuses() -> list[tuple[str, Any]]:
    """What the second tab can be narrowed to: those to come are all booked."""
    unlogged = [(UNLOGGED, _("Not logged yet"))]
    return unlogged + [choice for choice in Status.choices if choice[0] != Status.BOOKED]


def _months(tab: str, today: date) -> list[date]:
    """The months that a tab can be narrowed to, in the order of its list."""
    this = month_of(today)
    if tab == UPCOMING:
        return [add_months(this, number) for number in range(MONTHS_AHEAD)]
    return [add_months(this, -number) for number in range(MONTHS_BACK)]


def _without_filters(tab: str) -> str:
    address = reverse("sessions:list")
    return address if tab == UPCOMING else f"{address}?tab={tab}"
