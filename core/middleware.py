"""What holds for every answer: its request's id, no blank refusals, and no 500 for what is gone in a moment."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from core.error_pages import error_page, request_id, unavailable

Handler = Callable[[HttpRequest], HttpResponseBase]
REQUEST_ID_HEADER = "X-Request-ID"


class RequestId:
    """Name the request's id in its answer, so that what somebody quotes can be found in the logs."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers[REQUEST_ID_HEADER] = request_id()
        return response


class DatabaseRefusals:
    """Answer 503 with Retry-After where the database gave up waiting for somebody else (RELIABILITY 2) or is away."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return unavailable(request, exception)


class WordsForRefusedMethods:
    """A page where the framework would answer 405 with nothing at all."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        blank = isinstance(response, HttpResponse) and response.status_code == HTTPStatus.METHOD_NOT_ALLOWED
        if not blank or request.path.startswith("/api/"):
            return response
        page = error_page(request, HTTPStatus.METHOD_NOT_ALLOWED)
        page.headers["Allow"] = response.headers["Allow"]
        return page
