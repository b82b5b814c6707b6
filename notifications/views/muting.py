"""The page behind a mail's own link: no more mail of this kind. It asks for no sign-in, and GET does nothing."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from customers.permissions import open_to_everybody
from notifications.domain.kinds import mutable_kinds
from notifications.domain.mute_links import read_token
from notifications.domain.muting import mute


# The token is the whole authority, and mail programs post from nowhere (RFC 8058).
@csrf_exempt
@open_to_everybody
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Say what would be switched off; by POST, switch it off. Doing so twice changes nothing."""
    named = read_token(token)
    kind = named and next((each for each in mutable_kinds() if each.code == named[1]), None)
    if named is None or kind is None:
        raise Http404
    if request.method == "POST":
        mute(person=named[0], kind=kind.code, now=timezone.now())
    return render(
        request,
        "notifications/stop.html",
        {"kind": kind.label, "email": named[0].email, "done": request.method == "POST"},
    )
