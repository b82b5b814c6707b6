"""New customers, and the people of a customer. The doors stand here because they send invitations."""

from collections.abc import Iterator, Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.csv_files import Cell, csv_download, in_chunks
from core.form_refusals import show_refusal
from core.refusals import Refusal
from core.tables import Column, Order, by_name, page_of
from customers.domain.people import may_manage_people, memberships_now
from customers.domain.queries import customers_visible_to, primary_contact_of, staff_holding
from customers.domain.roles import DELIVERY_ROLES, Right, is_staff
from customers.forms.people import CustomerForm, InvitationForm
from customers.models import ContactAssignment, Customer, Membership, User
from customers.permissions import PortalRequest, requires
from home.domain.new_customer import open_account
from home.domain.primary_contact import designate_primary_contact
from notifications.domain.accounts import invite

COLUMNS = {
    "name": Column(gettext_lazy("Name"), (by_name("user__name"),)),
    "rights": Column(gettext_lazy("Rights"), (F("kind"), by_name("user__name"))),
    "since": Column(gettext_lazy("Since"), (F("since"),)),
}


@requires(Right.SEE_STAFF_AREA, to=Right.MANAGE_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def customer_create(request: PortalRequest) -> HttpResponse:
    """Open an account for a customer and invite its first admin."""
    form = CustomerForm(request.POST or None, staff=staff_holding(DELIVERY_ROLES))
    if form.is_valid():
        try:
            customer = open_account(**form.cleaned_data, by=request.user, now=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal, beside={"email": "admin_email"})
        else:
            said = _("%(name)s has an account, and %(email)s an invitation.")
            messages.success(request, said % {"name": customer, "email": form.cleaned_data["admin_email"]})
            return redirect("customer-detail", customer.pk)
    return render(request, "customers/create.html", {"form": form}, status=422 if form.errors else 200)


@requires(Right.SEE_CONTRACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: PortalRequest, pk: int) -> HttpResponse:
    """Who belongs to a customer; admins and operations invite more."""
    customer = _customer(request, pk)
    may_manage = may_manage_people(request.user, customer)
    form = InvitationForm(request.POST or None)
    order = Order.of(request.GET, COLUMNS, default="rights")
    if request.method == "POST" and not may_manage:
        raise PermissionDenied
    if form.is_valid():
        try:
            invite(customer=customer, **form.cleaned_data, by=request.user, now=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("%(email)s is invited.") % {"email": form.cleaned_data["email"]})
            return redirect("customers:people", customer.pk)
    return render(
        request,
        "customers/people.html",
        {
            "customer": customer,
            "memberships": page_of(order.sort(memberships_now(customer)), request.GET),
            "order": order,
            "primary_contact": primary_contact_of(customer),
            "is_designated": _is_designated(customer),
            "form": form,
            "may_manage": may_manage,
            "is_staff": is_staff(request.user),
        },
        status=422 if form.errors else 200,
    )


@requires(Right.SEE_CONTRACTS)
@require_safe
def people_csv(request: PortalRequest, pk: int) -> StreamingHttpResponse:
    """The people that the page with the same query shows, all pages of them."""
    customer = _customer(request, pk)
    order = Order.of(request.GET, COLUMNS, default="rights")
    heads = [_("Name"), _("E-mail address"), _("Rights"), _("Since")]
    return csv_download("people.csv", heads, _rows(order.sort(memberships_now(customer))))


def _rows(memberships: QuerySet[Membership]) -> Iterator[list[Sequence[Cell]]]:
    for chunk in in_chunks(memberships):
        yield [
            (
                str(membership.user),
                membership.user.email,
                membership.get_kind_display(),
                membership.since.isoformat(timespec="minutes"),
            )
            for membership in chunk
        ]


@requires(Right.SEE_CONTRACTS)
@require_POST
def designate(request: PortalRequest, pk: int, person_pk: int) -> HttpResponse:
    """Make one of the customer's people its primary contact."""
    customer = _customer(request, pk)
    if not may_manage_people(request.user, customer):
        raise PermissionDenied
    person = get_object_or_404(User, memberships__in=memberships_now(customer), pk=person_pk)
    designate_primary_contact(customer=customer, person=person, by=request.user, now=timezone.now())
    messages.success(request, _("%(name)s is the primary contact now.") % {"name": person})
    return redirect("customers:people", customer.pk)


def _customer(request: PortalRequest, pk: int) -> Customer:
    """A customer whose people the reader may know: staff who serve it, and its admins; members see no such page."""
    customer = get_object_or_404(customers_visible_to(request.user), pk=pk)
    if not is_staff(request.user) and not may_manage_people(request.user, customer):
        raise Http404
    return customer


def _is_designated(customer: Customer) -> bool:
    return customer.contacts.filter(kind=ContactAssignment.Kind.PRIMARY_CONTACT, until__isnull=True).exists()
