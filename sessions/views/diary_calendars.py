"""Calendars kept elsewhere whose busy times are not offered (DOMAIN.md §7)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.form_refusals import show_refusal
from core.refusals import Refusal
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from sessions.domain.busy_times import read_soon, subscribe, unsubscribe, why_failing
from sessions.domain.queries import diaries_visible_to
from sessions.forms.diary import BusyCalendarForm
from sessions.models import BusyCalendar
from sessions.views.diary import diary_context, diary_of


@requires(Right.KEEP_DIARIES, of=diaries_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def diary_calendars(request: PortalRequest, pk: int) -> HttpResponse:
    """See the calendars that are read, and add one."""
    staff = diary_of(request, pk)
    form = BusyCalendarForm(request.POST or None)
    if form.is_valid():
        try:
            subscribe(staff=staff, address=form.cleaned_data["address"], now=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The calendar is added. It is read within a minute or two."))
            return redirect("sessions:diary-calendars", staff.pk)
    return render(
        request,
        "sessions/diary_calendars.html",
        {
            **diary_context(request, staff, "diary-calendars"),
            "form": form,
            "calendars": [(each, why_failing(each)) for each in BusyCalendar.objects.filter(staff=staff)],
        },
        status=422 if form.errors else 200,
    )


@requires(Right.KEEP_DIARIES, of=diaries_visible_to)
@require_POST
def calendar_read(request: PortalRequest, pk: int, calendar_pk: int) -> HttpResponse:
    """Have a calendar read soon."""
    staff = diary_of(request, pk)
    read_soon(calendar=get_object_or_404(BusyCalendar, staff=staff, pk=calendar_pk), now=timezone.now())
    messages.success(request, _("The calendar is read within a minute or two."))
    return redirect("sessions:diary-calendars", staff.pk)


@requires(Right.KEEP_DIARIES, of=diaries_visible_to)
@require_POST
def calendar_remove(request: PortalRequest, pk: int, calendar_pk: int) -> HttpResponse:
    """Forget a calendar and its busy times."""
    staff = diary_of(request, pk)
    unsubscribe(calendar=get_object_or_404(BusyCalendar, staff=staff, pk=calendar_pk))
    messages.success(request, _("The calendar is removed: its busy times are offered again."))
    return redirect("sessions:diary-calendars", staff.pk)
