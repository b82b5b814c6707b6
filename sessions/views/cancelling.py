"""A session that will not, or did not, take place: asked before, with what it does (DOMAIN.md §7)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.form_refusals import show_refusal
from core.refusals import NotAllowed, Refusal
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from sessions.domain.acts import Act, acts_as_staff, is_late
from sessions.domain.cancelling import cancel_session, mark_no_show
from sessions.domain.cancelling_preview import preview_cancellation
from sessions.domain.queries import sessions_visible_to
from sessions.forms.sessions import CancelForm, NoShowForm
from sessions.views.questions import about, refused_to

OK, CONFLICT, UNPROCESSABLE = 200, 409, 422


@requires(Right.SEE_SESSIONS, to=Right.BOOK, of=sessions_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: PortalRequest, pk: int) -> HttpResponse:
    """Ask before a session is cancelled, saying what it does, then cancel it."""
    now = timezone.now()
    session = get_object_or_404(sessions_visible_to(request.user), pk=pk)
    refusal = refused_to(request, Act.CANCEL, session, now=now)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and refusal is None and form.is_valid():
        try:
            cancel_session(session=session, by=request.user, reason=form.cleaned_data["reason"], now=now)
        except NotAllowed as not_allowed:
            raise PermissionDenied(str(not_allowed)) from not_allowed
        except Refusal as refused:
            refusal = refused
        else:
            messages.success(request, _("The session is cancelled. Everyone who was invited is told by e-mail."))
            return redirect("sessions:detail", session.pk)
    context = {
        **about(request, session),
        "form": form,
        "refusal": refusal,
        "as_staff": acts_as_staff(request.user, session.contract),
        "is_late": not acts_as_staff(request.user, session.contract) and is_late(session, now=now),
        "consequence": preview_cancellation(session),
    }
    status = CONFLICT if refusal else UNPROCESSABLE if form.errors else OK
    return render(request, "sessions/session_cancel.html", context, status=status)


@requires(Right.SEE_STAFF_AREA, to=Right.BOOK, of=sessions_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def no_show(request: PortalRequest, pk: int) -> HttpResponse:
    """Record that a session did not take place, and who was missing."""
    now = timezone.now()
    session = get_object_or_404(sessions_visible_to(request.user).prefetch_related("attendees"), pk=pk)
    refusal = refused_to(request, Act.NO_SHOW, session, now=now)
    form = NoShowForm(request.POST if request.method == "POST" else None, session=session)
    if request.method == "POST" and refusal is None and form.is_valid():
        try:
            mark_no_show(session=session, by=request.user, now=now, **form.cleaned_data)
        except NotAllowed as not_allowed:
            raise PermissionDenied(str(not_allowed)) from not_allowed
        except Refusal as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The no-show is recorded. It draws no minutes unless you log it."))
            return redirect("sessions:detail", session.pk)
    context = {**about(request, session), "form": form, "refusal": refusal}
    status = CONFLICT if refusal else UNPROCESSABLE if form.errors else OK
    return render(request, "sessions/session_no_show.html", context, status=status)
