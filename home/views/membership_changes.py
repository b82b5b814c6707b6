"""One person of a customer: other rights, or none any more. By its admins and operations (DOMAIN.md §12)."""

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.refusals import NotAllowed, Refusal
from customers.domain.people import change_rights, may_manage_people, memberships_now
from customers.domain.queries import customers_visible_to
from customers.domain.roles import Right, is_staff
from customers.models import Membership
from customers.permissions import PortalRequest, requires
from home.domain.leaving import preview_leaving, remove_member

OK, CONFLICT = 200, 409


@requires(Right.SEE_CONTRACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def member_remove(request: PortalRequest, pk: int, person_pk: int) -> HttpResponse:
    """Take somebody out of a customer, after the page has shown what they lose."""
    membership, now = _membership(request, pk, person_pk), timezone.now()
    refused = ""
    if request.method == "POST":
        try:
            remove_member(membership=membership, by=request.user, now=now)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            refused = str(refusal)
        else:
            said = _("%(name)s does not belong to %(customer)s any more.")
            messages.success(request, said % {"name": membership.user, "customer": membership.customer})
            if membership.user == request.user:
                return redirect("home")
            return redirect("customers:people", pk)
    leaving = preview_leaving(membership, now=now)
    context = {
        "customer": membership.customer,
        "person": membership.user,
        "is_self": membership.user == request.user,
        "leaving": leaving,
        "refused": refused or next((str(each) for each in leaving.obstacles), ""),
        "is_staff": is_staff(request.user),
    }
    return render(request, "customers/member_remove.html", context, status=CONFLICT if refused else OK)


@requires(Right.SEE_CONTRACTS)
@require_POST
def member_rights(request: PortalRequest, pk: int, person_pk: int) -> HttpResponse:
    """Make a member an admin, or an admin a member."""
    membership = _membership(request, pk, person_pk)
    kind = request.POST.get("kind", "")
    if kind not in Membership.Kind.values:
        raise BadRequest(_("Choose the rights."))
    try:
        changed = change_rights(membership=membership, kind=kind, by=request.user, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("%(name)s is now: %(rights)s.")
        messages.success(request, said % {"name": changed.user, "rights": changed.get_kind_display()})
        if changed.user == request.user and kind == Membership.Kind.MEMBER:
            return redirect("home")
    return redirect("customers:people", pk)


def _membership(request: PortalRequest, pk: int, person_pk: int) -> Membership:
    """Somebody who belongs to a customer whose people the reader manages.

    :raises Http404: for who may not know the customer's people
    :raises PermissionDenied: for staff who see them only
    """
    customer = get_object_or_404(customers_visible_to(request.user), pk=pk)
    if not may_manage_people(request.user, customer):
        if not is_staff(request.user):
            raise Http404
        raise PermissionDenied
    return get_object_or_404(memberships_now(customer).select_related("customer"), user=person_pk)
