"""A lock that could not be had in time is a polite 503, never a 500 (RELIABILITY 2)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from core.database_errors import worth_another_try
from core.error_pages import error_page

RETRY_AFTER_SECONDS = 2


class DatabaseRefusals:
    """Answer 503 with Retry-After where the database gave up waiting for somebody else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not worth_another_try(exception):
            return None
        response = error_page(request, 503)
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
