"""Every address of the portal, walked from the URLconf: none is forgotten because none is listed by hand."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# Views of packages, which guard themselves; the portal's own addresses all declare who may call them.
OF_PACKAGES = ("accounts/", "admin/")


@dataclass(frozen=True)
class Address:
    """A route of the URLconf and the view behind it."""

    route: str
    view: Callable[..., Any]

    @property
    def of_package(self) -> bool:
        """Whether a package brought it along."""
        return self.route.startswith(OF_PACKAGES)

    @property
    def declared_permission(self) -> str | None:
        """The right that the view declares, `everybody`, or nothing at all."""
        return getattr(self.view, "declared_permission", None)


def addresses() -> list[Address]:
    """All of them, those of packages too."""
    return list(_walk(get_resolver().url_patterns, ""))


def own_addresses() -> list[Address]:
    """Those of the portal's own views."""
    return [address for address in addresses() if not address.of_package]


def _walk(patterns: Sequence[URLPattern | URLResolver], prefix: str) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield Address(route, pattern.callback)
        else:
            yield from _walk(pattern.url_patterns, route)
