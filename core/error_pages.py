"""Error pages in words, with the request's id and a way back; for a part of a page the same as a fragment."""

import sys
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.utils.translation import gettext as _

from core.database_errors import is_unreachable, worth_another_try
from core.problems import problem_response

FRAGMENT = "layouts/problem_fragment.html"
PROBLEM_HEADER = "X-Problem"
WORTH_RETRYING = frozenset({500, 503})
WORTH_LOADING_AGAIN = WORTH_RETRYING | {409}
BUSY_SECONDS = 2
RESTART_SECONDS = 5
# The longest that any of allauth's limits on attempts lasts (ACCOUNT_RATE_LIMITS).
TOO_MANY_SECONDS = 300


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page, which stays as it is when the answer is a problem."""
    return request.headers.get("HX-Request") == "true"


def request_id() -> str:
    """What the logs know this request by."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def error_page(
    request: HttpRequest, status: int, *, template: str = "", retry_after: int = 0, **context: Any
) -> HttpResponse:
    """The page of `status`, a fragment where htmx asks; for the API the same as problem details.

    :param template: another template than the one named after the status
    :param retry_after: seconds after which the same request may succeed
    """
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    if request.path.startswith("/api/"):
        return problem_response(status=status, headers=headers)
    if wants_fragment(request):
        context["layout"] = FRAGMENT
        headers[PROBLEM_HEADER] = str(status)
    context.update(
        request_id=request_id(),
        retry_after=retry_after,
        may_retry=status in WORTH_RETRYING,
        retry_url=request.get_full_path() if status in WORTH_LOADING_AGAIN and request.method != "POST" else "",
    )
    try:
        answer = render(request, template or f"{status}.html", context, status=status)
    except TemplateDoesNotExist:
        answer = HttpResponse(_("Something is wrong with this request."), status=status, content_type="text/plain")
    for name, value in headers.items():
        answer.headers[name] = value
    return answer


def unavailable(request: HttpRequest, error: BaseException) -> HttpResponse | None:
    """The polite 503 for an `error` that may well be gone a moment later; None for any other.

    Either somebody else held a lock for too long, or the database cannot be reached: then the page asks by itself
    whether it is back.
    """
    if is_unreachable(error):
        return error_page(request, 503, retry_after=RESTART_SECONDS, restarting=True)
    if worth_another_try(error):
        return error_page(request, 503, retry_after=BUSY_SECONDS)
    return None


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that cannot be read."""
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
        return error_page(request, 413, template="400.html", message=_("More was sent than the portal takes at once."))
    return error_page(request, 400)


def signed_out(request: HttpRequest) -> HttpResponse:
    """Part of a page was asked for after the session had ended."""
    return error_page(request, 401)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An act that this person may not do on what they see."""
    return error_page(request, 403)


def page_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token does not belong to this session any more."""
    return error_page(request, 403, template="403_csrf.html")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing there, or nothing that this person may see: the two look alike."""
    return error_page(request, 404)


def too_many_attempts(request: HttpRequest) -> HttpResponse:
    """Somebody tries passwords, or seems to."""
    return error_page(request, 429, retry_after=TOO_MANY_SECONDS, minutes=TOO_MANY_SECONDS // 60)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours; while an error is handled that is none, such as a database that is away, what that one is."""
    error = sys.exception()
    return (unavailable(request, error) if error else None) or error_page(request, 500)
