"""Files of requests: each download authorised, and served so that nothing in it runs."""

from functools import partial

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from core.downloads import stored_file
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from support.domain.files import open_attachment
from support.domain.queries import attachments_visible_to


@requires(Right.SEE_REQUESTS)
@require_safe
def attachment(request: PortalRequest, pk: int) -> HttpResponseBase:
    """A file that goes with a message which the person may read."""
    shown = get_object_or_404(attachments_visible_to(request.user), pk=pk)
    try:
        return stored_file(
            request,
            partial(open_attachment, shown),
            name=shown.name,
            media_type=shown.content_type,
            sha256=shown.sha256,
            size=shown.size,
        )
    except FileNotFoundError:
        raise Http404 from None
