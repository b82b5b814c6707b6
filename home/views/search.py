"""Search: a page of its own, and the same results in the palette that opens over any page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from home.search_results import results_for

MOST_ON_THE_PAGE = 20
MOST_IN_THE_PALETTE = 5


@requires(Right.SEE_OWN_ACCOUNT)
@require_safe
def search(request: PortalRequest) -> HttpResponse:
    """Customers, contracts, sessions, people and pages that hold the words of `q`."""
    text = request.GET.get("q", "")
    results = results_for(request.user, text, most=MOST_ON_THE_PAGE, now=timezone.now())
    return render(request, "home/search.html", {"text": text, "results": results})


@requires(Right.SEE_OWN_ACCOUNT)
@require_safe
def palette(request: PortalRequest) -> HttpResponse:
    """The first of the same results, as the options of the palette's list."""
    text = request.GET.get("q", "")
    results = results_for(request.user, text, most=MOST_IN_THE_PALETTE, now=timezone.now())
    return render(request, "home/_palette_options.html", {"text": text, "results": results})
