"""The demo's mailbox: everything that the portal has sent, for whoever tries it out. Exists only in the demo."""

from pathlib import Path

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from customers.permissions import open_to_everybody
from home.domain.filed_mail import FiledMail, mail_called, newest_mails

# A mail brings its own style and nothing else: no script, no picture from elsewhere, no form. Its links open new tabs.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@open_to_everybody
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The list of mails."""
    return _list_with(request, None)


@csp_update({"frame-src": [SELF]})
@open_to_everybody
@require_safe
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail beside the list."""
    return _list_with(request, _mail_or_404(name))


@open_to_everybody
@require_safe
def html(request: HttpRequest, name: str) -> HttpResponse:
    """A mail's HTML part as a document of its own, for a frame that lets it do nothing."""
    chosen = _mail_or_404(name)
    if not chosen.html:
        raise Http404
    document = chosen.html.replace("<head>", '<head><base target="_blank">', 1)
    return HttpResponse(document, headers={"Content-Security-Policy": MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN"})


@open_to_everybody
@require_safe
def attachment(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """A file that came with a mail, to be saved."""
    for file in _mail_or_404(name).attachments:
        if file.number == number:
            disposition = content_disposition_header(as_attachment=True, filename=file.file_name)
            return HttpResponse(
                file.content,
                content_type=file.content_type,
                headers={"Content-Disposition": disposition or "attachment", "Content-Security-Policy": MAIL_POLICY},
            )
    raise Http404


def _list_with(request: HttpRequest, chosen: FiledMail | None) -> HttpResponse:
    """Asked by the list itself, with the `newest` that it shows, there is only an answer if there are newer ones."""
    mails = newest_mails(_folder())
    newest = mails[0].name if mails else ""
    if request.headers.get("HX-Request") and request.GET.get("newest") == newest:
        return HttpResponse(status=204)
    return render(request, "home/demo_mail.html", {"mails": mails, "newest": newest, "chosen": chosen})


def _folder() -> Path:
    return Path(settings.DEMO_MAIL_DIR)


def _mail_or_404(name: str) -> FiledMail:
    found = mail_called(_folder(), name)
    if found is None:
        raise Http404
    return found
