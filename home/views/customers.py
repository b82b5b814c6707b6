"""One customer with everything that hangs on it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from customers.domain.billing_details import billing_details_of, may_see_billing_details
from customers.domain.queries import customers_visible_to
from customers.domain.roles import Right, is_admin_of, is_staff, rights_of
from customers.permissions import PortalRequest, requires
from home.domain.customers import customer_page
from packages.domain.contracts import may_book_for
from sessions.domain.overage_cap_changes import cap_of


@requires(Right.SEE_CUSTOMERS)
@require_safe
def customer_detail(request: PortalRequest, pk: int) -> HttpResponse:
    """One customer: contracts with numbers, people on both sides, sessions."""
    customer = get_object_or_404(customers_visible_to(request.user), pk=pk)
    user, now = request.user, timezone.now()
    page = customer_page(customer, user=user, now=now)
    is_own_admin = is_admin_of(user, customer.pk)
    book_on = page.book_on
    return render(
        request,
        "home/customer_detail.html",
        {
            "customer": customer,
            "page": page,
            "now": now,
            "zone": user.time_zone,
            "book_on": book_on if book_on is not None and may_book_for(user, book_on) else None,
            "sees_people": is_staff(user) or is_own_admin,
            "sees_contracts": Right.SEE_CONTRACTS in rights_of(user),
            "sees_requests": Right.SEE_REQUESTS in rights_of(user),
            "may_sign": Right.SIGN_CONTRACTS in rights_of(user),
            "billing": billing_details_of(customer) if may_see_billing_details(user, customer) else None,
            "may_edit_billing": Right.MANAGE_CUSTOMERS in rights_of(user),
            "is_staff": is_staff(user),
            "sees_cap": is_staff(user) or is_own_admin,
            "cap": cap_of(customer) if is_staff(user) or is_own_admin else None,
            "may_set_cap": is_own_admin,
        },
    )
