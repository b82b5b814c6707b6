"""Writing down what a session covered, and sending it to those who came (DOMAIN.md §3)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.form_refusals import show_refusal
from core.refusals import NotAllowed, Refusal
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from sessions.domain.acts import Act
from sessions.domain.queries import sessions_visible_to
from sessions.domain.summaries import keep_who_came, write_summary
from sessions.forms.summaries import SummaryForm
from sessions.views.questions import about, refused_to

OK, CONFLICT, UNPROCESSABLE = 200, 409, 422


@requires(Right.SEE_STAFF_AREA, to=Right.BOOK, of=sessions_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def summary(request: PortalRequest, pk: int) -> HttpResponse:
    """Write, keep as a draft, or send; after that, correct."""
    now = timezone.now()
    session = get_object_or_404(sessions_visible_to(request.user), pk=pk)
    refusal = refused_to(request, Act.SUMMARISE, session, now=now)
    latest = session.summaries.last()
    form = SummaryForm(request.POST if request.method == "POST" else None, session=session, latest=latest)
    if request.method == "POST" and refusal is None and form.is_valid():
        send = request.POST.get("act") == "send"
        try:
            with transaction.atomic():
                keep_who_came(session, came=form.cleaned_data["came"])
                write_summary(session=session, written=form.written(), send=send, by=request.user, now=now)
        except NotAllowed as not_allowed:
            raise PermissionDenied(str(not_allowed)) from not_allowed
        except Refusal as refused:
            show_refusal(form, refused)
        else:
            said = _("The summary is on its way to those who came.") if send else _("The draft is kept.")
            messages.success(request, said)
            return redirect("sessions:detail", pk)
    context = {
        **about(request, session),
        "refusal": refusal,
        "form": form,
        "was_sent": latest is not None and latest.sent_at is not None,
    }
    status = CONFLICT if refusal else UNPROCESSABLE if form.errors else OK
    return render(request, "sessions/session_summary.html", context, status=status)
