"""The list of reviews: what is to be done, what was held, and all of them. Filters and order stand in the address."""

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from core.tables import Column, Order, by_name, page_of
from customers.domain.queries import customers_visible_to
from customers.domain.roles import Right, is_staff
from customers.permissions import PortalRequest, requires
from reviews.domain.overview import stands_of
from reviews.domain.queries import reviews_to_do, reviews_visible_to
from reviews.forms import ReviewFilterForm

TO_DO, ALL = "to-do", "all"
COLUMNS = {
    "window": Column(_("Window"), (F("window_starts_on"), F("number"))),
    "customer": Column(_("Customer"), (by_name("contract__customer__name"),)),
    "when": Column(_("Meeting"), (F("starts_at"),)),
}


@requires(Right.SEE_SESSIONS)
@require_safe
def review_list(request: PortalRequest) -> HttpResponse:
    """The reviews that the person sees: those that somebody has to do with now, or all."""
    reader, now = request.user, timezone.now()
    tab = ALL if request.GET.get("tab") == ALL else TO_DO
    customers = list(customers_visible_to(reader).order_by("name", "pk")) if is_staff(reader) else []
    form = ReviewFilterForm(request.GET, customers=customers)
    visible = reviews_visible_to(reader)
    reviews = form.filtered(reviews_to_do(visible, now=now) if tab == TO_DO else visible, now=now)
    order = Order.of(request.GET, COLUMNS, default="window")
    page = page_of(order.sort(reviews.prefetch_related("staff__person")), request.GET)
    clear = f"?tab={ALL}" if tab == ALL else "?"
    return render(
        request,
        "reviews/list.html",
        {
            "is_to_do": tab == TO_DO,
            "is_all": tab == ALL,
            "page": page,
            "stands": stands_of(page.object_list, now=now),
            "order": order,
            "form": form,
            "zone": reader.time_zone,
            "clear": clear if form.filters_something else "",
            "shows_customers": bool(customers),
        },
    )
