"""Weekly working hours, and what else holds for every week (DOMAIN.md §7)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.form_refusals import show_refusal
from core.refusals import Refusal
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from sessions.domain.diaries import daily_limit_of, weekly_hours
from sessions.domain.queries import diaries_visible_to
from sessions.domain.working_hours import set_weekly_hours
from sessions.forms.diary import WEEKDAY_FIELDS, WeeklyHoursForm
from sessions.views.diary import diary_context, diary_of


@requires(Right.KEEP_DIARIES, of=diaries_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def diary_hours(request: PortalRequest, pk: int) -> HttpResponse:
    """See and change them."""
    staff = diary_of(request, pk)
    initial = {"daily_limit": daily_limit_of(staff), "country": staff.staff_profile.country}
    form = WeeklyHoursForm(request.POST or None, hours=weekly_hours(staff), initial=initial)
    if form.is_valid():
        chosen = form.cleaned_data
        try:
            set_weekly_hours(
                staff=staff,
                hours=chosen["hours"],
                daily_limit_minutes=chosen["daily_limit"],
                country=chosen["country"],
            )
        except Refusal as refusal:
            show_refusal(form, refusal, beside=WEEKDAY_FIELDS)
        else:
            messages.success(request, _("The working hours are saved. They count for everything booked from now on."))
            return redirect("sessions:diary-hours", staff.pk)
    return render(
        request,
        "sessions/diary_hours.html",
        {**diary_context(request, staff, "diary-hours"), "form": form},
        status=422 if form.errors else 200,
    )
