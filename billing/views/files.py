"""Handing out the files of closed months and statements (DOMAIN.md §6)."""

from datetime import date

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from billing.domain.closing import close_of
from billing.domain.files.queries import active_language, answer_facts, files_visible_to, opened
from billing.domain.queries import statements_visible_to
from billing.models import BillingFile, Close
from core.downloads import stored_file
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires


@requires(Right.SEE_BILLING)
@require_safe
def month_file(request: PortalRequest, month: date, format: str) -> HttpResponseBase:  # noqa: A002 - as in the address
    """A file of a closed month, in the reader's language where it has one."""
    close = _close_made_for(month)
    own = files_visible_to(request.user).filter(close=close, statement__isnull=True)
    file = get_object_or_404(own, format=format, language__in=["", active_language()])
    if not file.is_rendered:
        messages.info(request, _("This file is still being written. It can be downloaded in a moment."))
        return redirect("billing:period", month)
    return _download(request, file)


@requires(Right.SEE_CONTRACTS)
@require_safe
def statement_file(request: PortalRequest, pk: int, format: str) -> HttpResponseBase:  # noqa: A002 - as in the address
    """A file of a statement that the reader sees, in its customer's language."""
    statement = get_object_or_404(statements_visible_to(request.user), pk=pk)
    file = get_object_or_404(files_visible_to(request.user), statement=statement, format=format)
    if not file.is_rendered:
        messages.info(request, _("This file is still being written. It can be downloaded in a moment."))
        return redirect("billing:statement", pk)
    return _download(request, file)


def _download(request: PortalRequest, file: BillingFile) -> HttpResponseBase:
    return stored_file(request, lambda: opened(file), **answer_facts(file))


def _close_made_for(month: date) -> Close:
    """The close of exactly that month; others, and months closed along, have no files."""
    close = close_of(month)
    if close is None or close.month != month:
        raise Http404
    return close
