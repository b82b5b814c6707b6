"""How often one may call (ADR 16): people over all their tokens and browsers, addresses that do not sign in."""

import time
from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from core.client_address import client_address
from core.frequency import seconds_until_free

if TYPE_CHECKING:  # the framework's views load what its settings name, this module among it
    from rest_framework.views import APIView


class _Throttle(BaseThrottle):
    _wait: float | None = None

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Whether there is room for one more call."""
        name, most = self.counter(request)
        self._wait = seconds_until_free(name, most=most, now=time.time()) if name else None
        return self._wait is None

    def wait(self) -> float | None:
        """Seconds until there is room."""
        return self._wait

    def counter(self, request: Request) -> tuple[str, int]:
        """What the call counts for (nothing, if empty) and how many of it a minute may have."""
        raise NotImplementedError


class PersonThrottle(_Throttle):
    """Counts what a signed-in person calls."""

    def counter(self, request: Request) -> tuple[str, int]:
        """The person's; strangers have another throttle."""
        return f"person:{request.user.pk}" if request.user.is_authenticated else "", settings.API_CALLS_PER_MINUTE


class StrangerThrottle(_Throttle):
    """Counts what one address calls without having signed in, with a wrong token or none.

    It stops nobody behind the same address who has a right one.
    """

    def counter(self, request: Request) -> tuple[str, int]:
        """The address's, as the rest of the portal believes it."""
        address = client_address(request) or "unknown"
        return "" if request.user.is_authenticated else f"stranger:{address}", settings.API_FAILURES_PER_MINUTE
