"""Error pages in words, with the request's id and a way back."""

from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.utils.translation import gettext as _

from core.problems import problem_response


def error_page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    """The page of `status`; for the API the same as problem details."""
    if request.path.startswith("/api/"):
        return problem_response(status=status)
    context["request_id"] = structlog.contextvars.get_contextvars().get("request_id", "")
    try:
        return render(request, f"{status}.html", context, status=status)
    except TemplateDoesNotExist:
        return HttpResponse(_("Something is wrong with this request."), status=status, content_type="text/plain")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that cannot be read."""
    return error_page(request, 400)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An act that this person may not do on what they see."""
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing there, or nothing that this person may see: the two look alike."""
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours."""
    return error_page(request, 500)
