"""The first screen of everybody: what now? (UX.md)"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from billing.domain.questions import questions_to_answer
from core.dates import local_day
from customers.domain.roles import Right, delivers, is_staff, memberships_of, rights_of
from customers.models import User
from customers.permissions import PortalRequest, requires
from home.billing_charts import charts_of
from home.domain.agenda import coming_sessions, past_sessions
from home.domain.customer_home import CustomerHome, customer_homes
from home.domain.reviews import reviews_waiting
from home.domain.staff_homes import delivery_home, finance_home, operations_home
from sessions.domain.asking_for_more import open_wishes
from sessions.views.booking_choices import lapsing_times
from support.domain.work import own_under_way

SESSIONS_SHOWN = 6
PAST_SHOWN = 4
QUESTIONS_SHOWN = 5
REQUESTS_SHOWN = 4
MORNING, NOON, EVENING = 5, 12, 18


@requires(Right.SEE_OWN_ACCOUNT)
@require_safe
def home(request: PortalRequest) -> HttpResponse:
    """A part for each thing that the person is: customer admin, member, deliverer, finance, operations."""
    user, now = request.user, timezone.now()
    rights, memberships = rights_of(user), memberships_of(user)
    parts: dict[str, Any] = {}
    if "admin" in memberships.values():
        parts["customer_homes"] = homes = customer_homes(user, now=now)
        parts["lapsing_times"] = _lapsing_times(homes)
        parts["customer"] = homes[0].customer if len(homes) == 1 else None
    elif memberships:
        parts["attended"] = coming_sessions(user, now=now)[:SESSIONS_SHOWN]
        parts["attended_before"] = past_sessions(user, now=now)[:PAST_SHOWN]
    if is_staff(user):
        waiting = list(questions_to_answer(user, now=now)[: QUESTIONS_SHOWN + 1])
        parts["questions"], parts["more_questions"] = waiting[:QUESTIONS_SHOWN], len(waiting) > QUESTIONS_SHOWN
    if memberships or delivers(user):
        parts["reviews"] = reviews_waiting(user, now=now)
    if memberships:
        parts["own_requests"] = own_under_way(user)[:REQUESTS_SHOWN]
    if is_staff(user):
        parts["wishes"] = open_wishes(user, now=now)
    if delivers(user):
        parts["delivery"] = delivery_home(user, now=now)
    if Right.SEE_BILLING in rights:
        parts["finance"] = finance = finance_home(user, now=now)
        parts["charts"] = charts_of(finance.year)
    if Right.SEE_OPERATIONS in rights:
        parts["operations"] = operations_home(user, now=now)
    return render(
        request,
        "home/overview.html",
        {
            **parts,
            "nothing_to_show": not parts,
            "shows_customers": delivers(user),
            "greeting": _greeting(user, now),
            "today": local_day(now, user.time_zone),
            "zone": user.time_zone,
            "now": now,
        },
    )


def _lapsing_times(homes: list[CustomerHome]) -> list[dict[str, Any]]:
    """The free times that would use what lapses first, of whichever contract that is."""
    cards = (card for home in homes for card in home.contracts if card.lapsing is not None)
    return [time for card in cards for time in lapsing_times(card.watched.contract, card.lapsing)]


def _greeting(user: User, now: datetime) -> str:
    """A greeting that fits the time of day where the person is."""
    hour = now.astimezone(ZoneInfo(user.time_zone)).hour
    name = user.name.partition(" ")[0] or user.email
    if MORNING <= hour < NOON:
        return _("Good morning, %(name)s") % {"name": name}
    if NOON <= hour < EVENING:
        return _("Good afternoon, %(name)s") % {"name": name}
    return _("Good evening, %(name)s") % {"name": name}
