"""How often one may ask. A cache that is away counts nothing and stops nobody (`core.cache`)."""

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

from core.client_address import client_address

if TYPE_CHECKING:  # the framework's views load what its settings name, this module among it
    from rest_framework.views import APIView


class PersonThrottle(UserRateThrottle):
    """Counts what a signed-in person asks, over all their tokens and browsers."""

    scope = "person"

    def get_cache_key(self, request: Request, view: "APIView") -> str | None:
        """The person's own counter; strangers have another throttle."""
        return super().get_cache_key(request, view) if request.user.is_authenticated else None


class StrangerThrottle(AnonRateThrottle):
    """Counts what one address asks without having signed in, failed tokens too."""

    scope = "stranger"

    def get_ident(self, request: Request) -> str:
        """The address as the rest of the portal believes it."""
        return client_address(request) or "unknown"
