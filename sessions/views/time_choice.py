"""Choosing a day and a time, for a new session and for one that moves: what both pages show."""

from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from core.dates import ZONE_NAMES
from customers.domain.queries import lead_of
from customers.domain.roles import is_admin_of, is_staff
from customers.permissions import PortalRequest
from sessions.domain.availability import policy
from sessions.forms.booking import CalendarForm, StartForm
from sessions.views.booking_calendar import free_times
from sessions.views.booking_choices import Meeting
from sessions.views.zones import other_zone_of

BROWSER_ZONE_COOKIE = "portal_browser_zone"  # written by static/js/portal.js


def zone_asked_for(request: PortalRequest) -> str:
    """The zone that the address names; empty for the reader's own."""
    return CalendarForm(request.GET).looked_at().zone


def context_of_times(request: PortalRequest, meeting: Meeting, *, now: datetime) -> dict[str, Any]:
    """The context of `sessions/_free_times.html` and `sessions/_any_time.html`."""
    contract, rules = meeting.contract, policy()
    zone = meeting.zone or request.user.time_zone
    other_zone = other_zone_of(request.user, customer_zone=contract.time_zone, staff_zone=meeting.staff.time_zone)
    looked_at = CalendarForm(request.GET).looked_at()
    return {
        "contract": contract,
        "customer": contract.customer,
        "meeting": meeting,
        "free": free_times(meeting, looked_at, zone=zone, other_zone=other_zone, policy=rules, now=now),
        "policy": rules,
        "zone": zone,
        "other_zone": other_zone,
        "zones": _zones_to_offer(request, meeting, shown=zone),
        "all_zones": sorted(ZONE_NAMES),
        "books_any_time": is_staff(request.user),
        "start_form": StartForm(request.GET, zone=zone),
        "lead": lead_of(contract.customer),
        "ask_href": _address_to_ask(request, meeting),
    }


def _address_to_ask(request: PortalRequest, meeting: Meeting) -> str:
    """Where a customer admin asks for a time that is not offered, with what was chosen; empty for anybody else."""
    if not meeting.books_anew or not is_admin_of(request.user, meeting.contract.customer_id):
        return ""
    return f"{reverse('sessions:ask-for-a-time', args=[meeting.contract.pk])}?{urlencode(meeting.choices)}"


def _zones_to_offer(request: PortalRequest, meeting: Meeting, *, shown: str) -> list[dict[str, object]]:
    """The reader's zone, the device's, and the other people's: the ones that a click switches to."""
    device = unquote(request.COOKIES.get(BROWSER_ZONE_COOKIE, ""))
    whose: dict[str, str] = {}
    for zone, who in (
        (request.user.time_zone, _("your profile")),
        (device, _("this device")),
        (meeting.contract.time_zone, meeting.contract.customer.name),
        (meeting.staff.time_zone, meeting.staff.name),
        (shown, ""),
    ):
        if zone in ZONE_NAMES:
            whose.setdefault(zone, who)
    return [
        {
            "name": zone,
            "whose": who,
            "current": zone == shown,
            "href": meeting.in_zone(zone).address_of_times(),
        }
        for zone, who in whose.items()
    ]
