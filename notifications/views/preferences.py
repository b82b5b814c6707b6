"""Which mails I get: the page behind the link at the foot of every mail that may be switched off."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from notifications.domain.muting import kinds_to_choose_for, mute_exactly, muted_by
from notifications.forms import WantedMailForm


@requires(Right.SEE_OWN_ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: PortalRequest) -> HttpResponse:
    """Tick the mails that one wants. Nothing happens on GET: mail scanners follow links too."""
    muted = muted_by(request.user)
    initial = {"wanted": [kind.code for kind in kinds_to_choose_for(request.user) if kind.code not in muted]}
    form = WantedMailForm(request.POST if request.method == "POST" else None, initial=initial, person=request.user)
    if form.is_bound and form.is_valid():
        mute_exactly(person=request.user, kinds=form.unwanted(), now=timezone.now())
        messages.success(request, _("Saved. It holds for every mail from now on."))
        return redirect("notifications:preferences")
    status = 422 if form.is_bound else 200
    return render(request, "notifications/preferences.html", {"form": form}, status=status)
