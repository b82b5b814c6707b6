"""Sessions in people's own calendars: a file to download, and a private address to subscribe to (DOMAIN.md §7, end)."""

import hashlib

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from customers.domain.roles import Right
from customers.permissions import PortalRequest, open_to_everybody, requires
from sessions.domain.feeds import feed_behind, feed_content, feed_of, make_feed, note_reading, revoke_feed, session_file
from sessions.domain.queries import sessions_visible_to
from sessions.models import ConsultingSession

CALENDAR = "text/calendar; charset=utf-8"


@requires(Right.SEE_SESSIONS)
@require_safe
def session_calendar(request: PortalRequest, pk: int) -> HttpResponse:
    """One session as a calendar file."""
    session = get_object_or_404(sessions_visible_to(request.user), pk=pk)
    return calendar_answer(session, session_file(session))


def calendar_answer(session: ConsultingSession, content: bytes) -> HttpResponse:
    """The calendar file of one session, to download."""
    answer = HttpResponse(content, content_type=CALENDAR)
    answer.headers["Content-Disposition"] = f'attachment; filename="{session.reference}.ics"'
    return answer


@open_to_everybody
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """What a calendar reads under a private address: the secret in it is all that it needs."""
    now = timezone.now()
    found = feed_behind(secret)
    if found is None:
        raise Http404
    note_reading(feed=found, now=now)
    content = feed_content(person=found.person, now=now)
    etag = f'"{hashlib.sha256(content.ical).hexdigest()[:32]}"'
    changed = int(content.changed_at.timestamp()) if content.changed_at is not None else None
    answer = HttpResponse(content.ical, content_type=CALENDAR)
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "private, no-cache"
    if changed is not None:
        answer.headers["Last-Modified"] = http_date(changed)
    # By the ETag alone: what was cancelled or handed on leaves no date behind in what is left.
    unchanged = get_conditional_response(request, etag=etag, response=answer)
    return unchanged if isinstance(unchanged, HttpResponse) else answer


@never_cache
@requires(Right.SEE_OWN_ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
def my_calendar(request: PortalRequest) -> HttpResponse:
    """My calendar address: made, renewed, revoked. A new one is shown this once."""
    now = timezone.now()
    address = ""
    match request.POST.get("act") if request.method == "POST" else None:
        case "make":
            secret = make_feed(person=request.user, now=now)
            address = request.build_absolute_uri(reverse("sessions:feed", args=[secret]))
        case "revoke":
            revoke_feed(person=request.user, now=now)
            messages.success(request, _("The calendar address does not work any more."))
            return redirect("sessions:my-calendar")
    context = {"feed": feed_of(request.user), "address": address, "zone": request.user.time_zone}
    return render(request, "sessions/my_calendar.html", context)
