"""The page of what can be bought (DOMAIN.md §2, §3)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from packages.domain.queries import versions_on_sale
from packages.session_types import RULES, SessionType


@requires(Right.SEE_CONTRACTS)
@require_safe
def catalogue(request: PortalRequest) -> HttpResponse:
    """What can be bought today, and what each session type is."""
    session_types = [(SessionType(code), rules) for code, rules in RULES.items()]
    return render(request, "packages/catalogue.html", {"versions": versions_on_sale(), "session_types": session_types})
