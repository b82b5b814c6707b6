"""Time off with its cover, and days at other hours (DOMAIN.md §7). What is booked in that time is shown first."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.dates import local_day
from core.form_refusals import show_refusal
from core.refusals import Refusal
from customers.domain.queries import staff_holding
from customers.domain.roles import DELIVERY_ROLES, Right
from customers.models import User
from customers.permissions import PortalRequest, requires
from sessions.domain.absence import customers_to_cover, end_time_off, take_time_off
from sessions.domain.in_the_way import MeetingsInTheWay
from sessions.domain.other_meetings import OtherMeeting, described
from sessions.domain.queries import diaries_visible_to
from sessions.domain.working_hours import remove_exception, set_exception
from sessions.forms.diary import ExceptionForm, TimeOffForm, time_off_as_typed
from sessions.models import DayException, DiaryEntry, TimeOff
from sessions.views.diary import diary_context, diary_of

OK, CONFLICT, UNPROCESSABLE = 200, 409, 422
PAGE = "diary-absences"
Shown = tuple[DiaryEntry, OtherMeeting | None]
"""A meeting in the way; what it is, where it is no session."""
MOST_DIGITS = 19


@requires(Right.KEEP_DIARIES, of=diaries_visible_to)
@require_safe
def diary_absences(request: PortalRequest, pk: int) -> HttpResponse:
    """What is to come of both."""
    staff = diary_of(request, pk)
    now = timezone.now()
    time_off = TimeOff.objects.filter(staff=staff, ends_at__gt=now).order_by("starts_at", "pk")
    exceptions = DayException.objects.filter(staff=staff, date__gte=local_day(now, staff.time_zone))
    return render(
        request,
        "sessions/diary_absences.html",
        {
            **diary_context(request, staff, PAGE),
            "time_off": [
                (each, time_off_as_typed(each, staff.time_zone))
                for each in time_off.select_related("cover").prefetch_related("cover_customers")
            ],
            "exceptions": exceptions.prefetch_related("hours"),
        },
    )


@requires(Right.KEEP_DIARIES, of=diaries_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def time_off_new(request: PortalRequest, pk: int) -> HttpResponse:
    """Take time off."""
    return _time_off(request, diary_of(request, pk), None)


@requires(Right.KEEP_DIARIES, of=diaries_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def time_off_change(request: PortalRequest, pk: int, time_off_pk: int) -> HttpResponse:
    """Change time off, or who covers."""
    staff = diary_of(request, pk)
    return _time_off(request, staff, get_object_or_404(TimeOff, staff=staff, pk=time_off_pk))


@requires(Right.KEEP_DIARIES, of=diaries_visible_to)
@require_POST
def time_off_end(request: PortalRequest, pk: int, time_off_pk: int) -> HttpResponse:
    """Take time off back."""
    staff = diary_of(request, pk)
    end_time_off(time_off=get_object_or_404(TimeOff, staff=staff, pk=time_off_pk))
    messages.success(request, _("The time off is taken back: its times are offered again."))
    return redirect("sessions:diary-absences", staff.pk)


@requires(Right.KEEP_DIARIES, of=diaries_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def exception_new(request: PortalRequest, pk: int) -> HttpResponse:
    """Set a day at other hours; one that was set before is replaced."""
    staff = diary_of(request, pk)
    form = ExceptionForm(request.POST or None, initial={"day": request.GET.get("day")})
    meetings: list[Shown] = []
    if form.is_valid():
        try:
            set_exception(
                staff=staff,
                day=form.cleaned_data["day"],
                stretches=form.cleaned_data["stretches"],
                seen=_seen(request),
                now=timezone.now(),
            )
        except MeetingsInTheWay as refusal:
            meetings = _shown(refusal.facts["meetings"])
        except Refusal as refusal:
            show_refusal(form, refusal, beside={"hours": "hours-from-0"})
        else:
            messages.success(request, _("The day is saved."))
            return redirect("sessions:diary-absences", staff.pk)
    return render(
        request,
        "sessions/diary_exception.html",
        {**diary_context(request, staff, PAGE), "form": form, "meetings": meetings},
        status=CONFLICT if meetings else UNPROCESSABLE if form.errors else OK,
    )


@requires(Right.KEEP_DIARIES, of=diaries_visible_to)
@require_POST
def exception_remove(request: PortalRequest, pk: int, exception_pk: int) -> HttpResponse:
    """Let the weekly hours count again on a day."""
    staff = diary_of(request, pk)
    remove_exception(exception=get_object_or_404(DayException, staff=staff, pk=exception_pk))
    messages.success(request, _("The weekly hours count again on this day."))
    return redirect("sessions:diary-absences", staff.pk)


def _time_off(request: PortalRequest, staff: User, before: TimeOff | None) -> HttpResponse:
    form = TimeOffForm(
        request.POST or None,
        initial=time_off_as_typed(before, staff.time_zone) if before is not None else None,
        zone=staff.time_zone,
        colleagues=[person for person in staff_holding(DELIVERY_ROLES) if person != staff],
        customers=customers_to_cover(staff),
    )
    meetings: list[Shown] = []
    if form.is_valid():
        try:
            take_time_off(staff=staff, **form.time_off(), seen=_seen(request), now=timezone.now(), instead_of=before)
        except MeetingsInTheWay as refusal:
            meetings = _shown(refusal.facts["meetings"])
        except Refusal as refusal:
            show_refusal(form, refusal, beside={"ends_at": "last_day"})
        else:
            messages.success(request, _("The time off is saved."))
            return redirect("sessions:diary-absences", staff.pk)
    return render(
        request,
        "sessions/diary_time_off.html",
        {**diary_context(request, staff, PAGE), "form": form, "meetings": meetings, "before": before},
        status=CONFLICT if meetings else UNPROCESSABLE if form.errors else OK,
    )


def _seen(request: PortalRequest) -> frozenset[int]:
    """The meetings that the page had shown when it was sent."""
    return frozenset(int(each) for each in request.POST.getlist("seen") if each.isdecimal() and len(each) < MOST_DIGITS)


def _shown(ids: Iterable[int]) -> list[Shown]:
    entries = list(
        DiaryEntry.objects.filter(pk__in=ids).select_related("session__contract__customer").order_by("starts_at")
    )
    others = described([entry.pk for entry in entries if entry.session is None])
    return [(entry, others.get(entry.pk)) for entry in entries]
