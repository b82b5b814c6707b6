"""A guest's own page: one meeting and nothing else, opened by a private address (DOMAIN.md §3; docs/adr/0017)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.dates import ZONE_NAMES
from core.refusals import Refusal
from customers.permissions import open_to_everybody
from sessions.domain.answers import answer_invitation
from sessions.domain.feeds import published_file
from sessions.domain.guest_links import Invitation, Standing, invitation_behind
from sessions.forms.booking import CalendarForm
from sessions.models import Attendee
from sessions.views.calendars import calendar_answer
from sessions.views.time_choice import BROWSER_ZONE_COOKIE

OK, GONE, CONFLICT = 200, 410, 409


@never_cache
@open_to_everybody
@require_http_methods(["GET", "HEAD", "POST"])
def guest_meeting(request: HttpRequest, secret: str) -> HttpResponse:
    """The meeting of a guest. Opening it changes nothing; whether they come is said by POST."""
    invitation, now = _invitation(secret), timezone.now()
    with _read_by_guest(request, invitation):
        refusal: Refusal | None = None
        if request.method == "POST" and invitation.attendee is not None:
            try:
                answer_invitation(attendee=invitation.attendee, answer=request.POST.get("answer", ""), now=now)
            except Refusal as refused:
                refusal = refused
            else:
                return redirect(request.get_full_path())
        standing = invitation.standing(now=now)
        status = GONE if standing != Standing.OPEN else CONFLICT if refusal is not None else OK
        context = {
            "standing": standing,
            "session": invitation.session,
            "contract": invitation.session.contract,
            "attendee": invitation.attendee,
            "refusal": refusal,
            "secret": secret,
            **_names(invitation),
            **_zones(request, invitation),
        }
        answer = render(request, "sessions/guest_meeting.html", context, status=status)
        answer.headers["Content-Language"] = translation.get_language()
        answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@never_cache
@open_to_everybody
@require_safe
def guest_calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """The meeting of a guest as a calendar file, as long as there is one to come."""
    invitation = _invitation(secret)
    if invitation.standing(now=timezone.now()) != Standing.OPEN:
        raise Http404
    with _read_by_guest(request, invitation):
        return calendar_answer(invitation.session, published_file(invitation.session, page=""))


def _invitation(secret: str) -> Invitation:
    invitation = invitation_behind(secret)
    if invitation is None:
        raise Http404
    return invitation


@contextmanager
def _read_by_guest(request: HttpRequest, invitation: Invitation) -> Iterator[None]:
    """The language in which the guest was written to, unless they chose one on this device."""
    chosen = translation.get_language() if settings.LANGUAGE_COOKIE_NAME in request.COOKIES else None
    with translation.override(chosen or invitation.language):
        yield


def _names(invitation: Invitation) -> dict[str, Any]:
    """Who else comes, and whether the guest's answer is a yes: names alone, addresses are nobody's business."""
    session, me = invitation.session, invitation.attendee
    return {
        "others": [each.name for each in session.attendees.all() if me is not None and each.pk != me.pk],
        "has_confirmed": me is not None and me.answer == Attendee.Answer.ACCEPTED,
        "has_declined": me is not None and me.answer == Attendee.Answer.DECLINED,
        "is_link": session.place.startswith("https://"),
    }


def _zones(request: HttpRequest, invitation: Invitation) -> dict[str, Any]:
    """The zone in which the page shows times, and those that a click switches to."""
    session = invitation.session
    own = session.contract.time_zone
    shown = CalendarForm(request.GET).looked_at().zone or own
    device = unquote(request.COOKIES.get(BROWSER_ZONE_COOKIE, ""))
    offered = {own: "", shown: ""} | ({device: _("this device")} if device in ZONE_NAMES and device != own else {})
    return {
        "zone": shown,
        "other_zone": session.staff.time_zone,
        "all_zones": sorted(ZONE_NAMES),
        "zones": [
            {"name": zone, "whose": whose, "current": zone == shown, "href": f"?{urlencode({'zone': zone})}"}
            for zone, whose in offered.items()
        ],
    }
