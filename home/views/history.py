"""The history of a customer and of a contract: who did what, when and why (UX #14)."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from customers.domain.queries import customers_visible_to
from customers.domain.roles import Right, is_admin_of, is_staff, rights_of
from customers.permissions import PortalRequest, requires
from home.domain.history import Scope, happenings, topics_of
from home.views.telling import Teller
from packages.domain.contracts import contracts_visible_to

HAPPENINGS_A_PAGE = 25


@requires(Right.SEE_CONTRACTS)
@require_safe
def customer_history(request: PortalRequest, pk: int) -> HttpResponse:
    """What happened to a customer, its people, contracts, sessions and hours."""
    customer = get_object_or_404(customers_visible_to(request.user), pk=pk)
    for_staff = is_staff(request.user)
    if not for_staff and not is_admin_of(request.user, customer.pk):
        raise Http404
    return _page(request, Scope(customer, None, for_staff=for_staff, reads_requests=_reads_requests(request)))


@requires(Right.SEE_CONTRACTS)
@require_safe
def contract_history(request: PortalRequest, pk: int) -> HttpResponse:
    """What happened to one contract."""
    contract = get_object_or_404(contracts_visible_to(request.user), pk=pk)
    scope = Scope(
        contract.customer, contract, for_staff=is_staff(request.user), reads_requests=_reads_requests(request)
    )
    return _page(request, scope)


def _reads_requests(request: PortalRequest) -> bool:
    return Right.BOOK in rights_of(request.user)


def _page(request: PortalRequest, scope: Scope) -> HttpResponse:
    topics = topics_of(scope)
    topic = request.GET.get("topic", "")
    topic = topic if topic in topics else ""
    page = Paginator(happenings(scope, topic), HAPPENINGS_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "home/history.html",
        {
            "customer": scope.customer,
            "contract": scope.contract,
            "page": page,
            "told": Teller(request.user.time_zone).tell(page.object_list),
            "topics": topics,
            "topic": topic,
            "zone": request.user.time_zone,
            "is_staff": scope.for_staff,
        },
    )
