"""Statements, for finance and for the customer whose they are (DOMAIN.md §6)."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from billing.domain.files.letters import statement_key
from billing.domain.files.queries import files_of_statement
from billing.domain.queries import statements_visible_to, with_their_entries
from core.tables import page_of
from customers.domain.roles import Right, is_admin_of, rights_of
from customers.permissions import PortalRequest, requires
from notifications.models import Message
from packages.domain.terms import AGREEMENT_URL


@requires(Right.SEE_CONTRACTS)
@require_safe
def statements(request: PortalRequest) -> HttpResponse:
    """The statements that the reader sees, the newest first."""
    found = statements_visible_to(request.user).order_by("-close", "selling_entity", "-number")
    return render(request, "billing/statements.html", {"page": page_of(found, request.GET)})


@requires(Right.SEE_CONTRACTS)
@require_safe
def statement(request: PortalRequest, pk: int) -> HttpResponse:
    """One statement, down to the meetings that its lines bill."""
    found = get_object_or_404(statements_visible_to(request.user), pk=pk)
    lines = with_their_entries(found.lines.all()).order_by("service_date", "entry_id")
    files = files_of_statement(found, user=request.user)
    sees_mail = Right.SEE_BILLING in rights_of(request.user)
    return render(
        request,
        "billing/statement.html",
        {
            "statement": found,
            "customer": found.customer,
            "page": page_of(lines, request.GET),
            "agreement_url": AGREEMENT_URL,
            "files": files,
            "files_wait": not all(file.is_rendered for file in files),
            "sees_mail": sees_mail,
            "mail": Message.objects.filter(key=statement_key(found.pk)).first() if sees_mail else None,
            "may_ask": is_admin_of(request.user, found.customer_id),
            "may_mark": Right.MARK_INVOICED in rights_of(request.user),
        },
    )
