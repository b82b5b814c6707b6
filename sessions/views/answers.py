"""Members say on the session's page whether they come (DOMAIN.md §3)."""

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.refusals import InvalidInput, Refusal
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from sessions.domain.answers import answer_invitation
from sessions.domain.queries import sessions_visible_to


@requires(Right.SEE_SESSIONS)
@require_POST
def answer(request: PortalRequest, pk: int) -> HttpResponse:
    """Confirm or decline for oneself; for others nobody does."""
    session = get_object_or_404(sessions_visible_to(request.user), pk=pk)
    attendee = session.attendees.filter(user=request.user).first()
    if attendee is None:
        raise PermissionDenied(_("Only who is invited says whether they come."))
    try:
        answer_invitation(attendee=attendee, answer=request.POST.get("answer", ""), now=timezone.now())
    except InvalidInput as nonsense:
        raise BadRequest(str(nonsense)) from nonsense
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("sessions:detail", pk)
