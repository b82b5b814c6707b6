"""Files of requests: each download authorised, and served so that nothing in it runs."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from support.domain.queries import attachments_visible_to

NOTHING_RUNS = "default-src 'none'; sandbox"


@requires(Right.SEE_REQUESTS)
@require_safe
def attachment(request: PortalRequest, pk: int) -> FileResponse:
    """A file that goes with a message which the person may read."""
    shown = get_object_or_404(attachments_visible_to(request.user), pk=pk)
    try:
        content = default_storage.open(shown.file.name or "")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        content,
        as_attachment=True,
        filename=shown.name,
        content_type=shown.content_type,
        headers={
            "Content-Security-Policy": NOTHING_RUNS,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
