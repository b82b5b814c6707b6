"""A diary's week, and whose diaries there are (DOMAIN.md §7)."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.clock_changes import clock_changes
from core.dates import in_calendar, local_day
from customers.domain.roles import Right, delivers
from customers.models import User
from customers.permissions import PortalRequest, requires
from sessions.domain.busy_times import why_failing
from sessions.domain.queries import diaries_visible_to
from sessions.domain.week import DAYS, Block, DayOfWeek, Kind, week_of
from sessions.models import BusyCalendar
from sessions.views.booking_choices import roles_in_words

PEOPLE_A_PAGE = 50
ISO_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
MINUTES_A_ROW = 15
SHORT_ROWS = 2
USUAL_DAY = (8 * 60, 18 * 60)


def diary_of(request: PortalRequest, pk: int) -> User:
    """Whose diary the address names, as far as the reader sees it; else 404."""
    staff: User = get_object_or_404(diaries_visible_to(request.user), pk=pk)
    return staff


def diary_context(request: PortalRequest, staff: User, page: str) -> dict[str, Any]:
    """What every page of a diary shows: whose it is, and the pages beside it."""
    pages = (
        ("diary-week", _("Week")),
        ("diary-hours", _("Working hours")),
        ("diary-absences", _("Days off and exceptions")),
        ("diary-calendars", _("Calendars")),
    )
    return {
        "staff": staff,
        "zone": staff.time_zone,
        "is_own": staff == request.user,
        "tabs": [
            {"label": label, "href": reverse(f"sessions:{name}", args=[staff.pk]), "current": name == page}
            for name, label in pages
        ],
    }


@requires(Right.KEEP_DIARIES)
@require_safe
def diary(request: PortalRequest) -> HttpResponse:
    """Lead to one's own diary; who delivers nothing, to the others'."""
    if delivers(request.user):
        return redirect("sessions:diary-week", request.user.pk)
    return redirect("sessions:diaries")


@requires(Right.SEE_OPERATIONS)
@require_safe
def diaries(request: PortalRequest) -> HttpResponse:
    """Everybody who delivers, for operations."""
    page = Paginator(diaries_visible_to(request.user), PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    rows = [(person, ", ".join(roles_in_words(person))) for person in page.object_list]
    return render(request, "sessions/diaries.html", {"page": page, "rows": rows})


@requires(Right.KEEP_DIARIES, of=diaries_visible_to)
@require_safe
def diary_week(request: PortalRequest, pk: int) -> HttpResponse:
    """A week on the person's own clock: working hours, meetings, time off, holidays, busy times."""
    staff = diary_of(request, pk)
    now = timezone.now()
    this_week = _monday_of(local_day(now, staff.time_zone))
    monday = _asked_for(request.GET.get("week", "")) or this_week
    days = week_of(staff, monday)
    return render(
        request,
        "sessions/diary_week.html",
        {
            **diary_context(request, staff, "diary-week"),
            "grid": _grid(days, today=local_day(now, staff.time_zone)),
            "first": monday,
            "last": monday + timedelta(days=DAYS - 1),
            "is_this_week": monday == this_week,
            "previous": f"{monday - timedelta(days=DAYS):%G-W%V}",
            "next": f"{monday + timedelta(days=DAYS):%G-W%V}",
            "clock_changes": clock_changes(staff.time_zone, monday, monday + timedelta(days=DAYS - 1)),
            "failing": [
                (calendar, why_failing(calendar))
                for calendar in BusyCalendar.objects.filter(staff=staff, state=BusyCalendar.State.FAILING)
            ],
        },
    )


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _asked_for(week: str) -> date | None:
    """The Monday of an ISO week such as `2026-W48`; None for anything else."""
    found = ISO_WEEK.fullmatch(week)
    if found is None:
        return None
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        return None
    beside = (monday - timedelta(days=DAYS), monday + timedelta(days=DAYS)) if in_calendar(monday) else ()
    return monday if beside and all(map(in_calendar, beside)) else None


@dataclass(frozen=True, slots=True)
class Piece:
    """A block as the page draws it: `place` are the rows of the grid that it fills."""

    block: Block
    place: str
    clock: str
    is_short: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A day of the grid. `whole_day` are the pieces that stand at its head."""

    day: DayOfWeek
    is_today: bool
    pieces: list[Piece]
    whole_day: list[Piece]


@dataclass(frozen=True, slots=True)
class Grid:
    hours: list[tuple[str, str]]
    columns: list[Column]


def _grid(days: list[DayOfWeek], *, today: date) -> Grid:
    """The week in rows of a quarter of an hour, from its earliest hour to its latest."""
    timed = [block for day in days for block in day.blocks if block.kind in (Kind.WORK, Kind.MEETING)]
    first = min([USUAL_DAY[0], *(block.starts // 60 * 60 for block in timed)])
    last = max([USUAL_DAY[1], *(-(-block.ends // 60) * 60 for block in timed)])
    columns = []
    for day in days:
        is_away = any(block.kind is Kind.TIME_OFF and block.whole_day for block in day.blocks)
        pieces = [
            _piece(block, first, last)
            for block in day.blocks
            if block.starts < last and block.ends > first and not (is_away and block.kind is Kind.WORK)
        ]
        columns.append(
            Column(
                day,
                day.date == today,
                [piece for piece in pieces if not piece.block.whole_day],
                [piece for piece in pieces if piece.block.whole_day],
            )
        )
    hours = [
        (_clock(minute), f"row-start-{(minute - first) // MINUTES_A_ROW + 1}") for minute in range(first, last, 60)
    ]
    return Grid(hours, columns)


def _piece(block: Block, first: int, last: int) -> Piece:
    starts, ends = max(block.starts, first) - first, min(block.ends, last) - first
    row, row_after = starts // MINUTES_A_ROW + 1, -(-ends // MINUTES_A_ROW) + 1
    if block.kind is Kind.BUFFER:  # begins where the meeting's last row ends, also where that is begun
        row = min(-(-starts // MINUTES_A_ROW) + 1, row_after)
    return Piece(
        block,
        f"row-start-{row} row-end-{row_after}",
        f"{_clock(block.starts)}–{_clock(block.ends)}",
        is_short=row_after - row <= SHORT_ROWS,
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
