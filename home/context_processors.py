"""What every page needs around its content. Nothing here queries beyond what the view already read about the person,
but for the names of the customers of somebody who belongs to several."""

from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise, cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from customers.domain.queries import customers_visible_to
from customers.domain.roles import Right, administered_by, is_admin_of, memberships_of, rights_of
from customers.models import Customer, User
from home.navigation import ACCOUNT, DEMO, SEARCH, Link, LinkGroup, address_of, links_for, navigation_for, same_page_of

THEME_COOKIE = "portal_theme"
THEMES: dict[str, tuple[Promise, str]] = {
    "light": (_("Light"), "sun"),
    "dark": (_("Dark"), "moon"),
    "auto": (_("As the device"), "monitor"),
}
LANGUAGE_NAMES = {"en": "English", "it": "Italiano"}


@dataclass(frozen=True)
class DemoPerson:
    """Somebody of the demo world, as whom a visitor signs in with one click."""

    role: str | Promise
    email: str
    icon: str


DEMO_PEOPLE = (
    DemoPerson(_("Customer admin at Acme"), "admin@acme.example", "building-2"),
    DemoPerson(_("Customer admin at Globex"), "admin@globex.example", "building"),
    DemoPerson(_("New customer admin at Sakura"), "yui.tanabe@sakura.example", "sprout"),
    DemoPerson(_("Account manager"), "am@oura.example", "headset"),
    DemoPerson(_("Finance"), "finance@oura.example", "receipt"),
    DemoPerson(_("Operations lead"), "ops@oura.example", "settings-2"),
)


@dataclass(frozen=True)
class Option:
    """One of a few settings side by side."""

    value: str
    label: str | Promise
    icon: str
    current: bool


@dataclass(frozen=True)
class OtherCustomer:
    """A customer that the person may act for."""

    pk: int
    name: str
    url: str
    current: bool


class Chrome:
    """The frame of a page, made as the templates ask for it: a fragment that draws no frame costs nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def request_id(self) -> str:
        """What the logs know this request by, for error pages that somebody else renders (CSRF, rate limits)."""
        return str(structlog.contextvars.get_contextvars().get("request_id", ""))

    @property
    def demo(self) -> bool:
        return bool(settings.DEMO)

    @property
    def demo_people(self) -> tuple[DemoPerson, ...]:
        return DEMO_PEOPLE if self.demo else ()

    @property
    def demo_password(self) -> str:
        return settings.DEMO_PASSWORD if self.demo else ""

    @property
    def theme(self) -> str:
        """`light`, `dark` or `auto`, from the cookie: the first paint is right, without a script."""
        chosen = self._request.COOKIES.get(THEME_COOKIE, "auto")
        return chosen if chosen in THEMES else "auto"

    @property
    def themes(self) -> list[Option]:
        return [Option(value, label, icon, value == self.theme) for value, (label, icon) in THEMES.items()]

    @property
    def languages(self) -> list[Option]:
        active = get_language()
        return [Option(value, LANGUAGE_NAMES[value], "", value == active) for value, _name in settings.LANGUAGES]

    @cached_property
    def _rights(self) -> frozenset[Right]:
        return rights_of(self._request.user)

    @property
    def single_keys(self) -> bool:
        """Whether a single key may act on the page (WCAG 2.1.4); strangers have nothing that it could do."""
        user = self._request.user
        return isinstance(user, User) and user.single_keys

    @property
    def home_url(self) -> str:
        return address_of("home") or "/"

    @property
    def search_url(self) -> str | None:
        return address_of(SEARCH) if self._rights else None

    @cached_property
    def navigation(self) -> tuple[LinkGroup, ...]:
        user = self._request.user
        administered = administered_by(user) if isinstance(user, User) else []
        only = administered[0] if len(administered) == 1 else None
        return navigation_for(
            rights=self._rights, path=self._request.path, view=_view_of(self._request), customer_id=only
        )

    @cached_property
    def account(self) -> tuple[Link, ...]:
        return links_for(ACCOUNT, rights=self._rights, path=self._request.path)

    @cached_property
    def foot(self) -> tuple[Link, ...]:
        """Links below the page: the demo's own pages."""
        entries = DEMO if self.demo else ()
        return links_for(entries, rights=self._rights, path=self._request.path)

    @cached_property
    def other_customers(self) -> list[OtherCustomer]:
        """The customers of somebody who belongs to several, from whatever page: one query, for them alone."""
        user = self._request.user
        if not isinstance(user, User) or len(memberships_of(user)) <= 1:
            return []
        return [
            self._offer(customer, is_admin=is_admin_of(user, customer.pk))
            for customer in customers_visible_to(user).filter(pk__in=memberships_of(user)).order_by("name", "pk")
        ]

    def _offer(self, customer: Customer, *, is_admin: bool) -> OtherCustomer:
        url = same_page_of(customer.pk, view=_view_of(self._request), is_admin=is_admin)
        is_shown = url == self._request.path or self._request.GET.get("customer") == str(customer.pk)
        return OtherCustomer(customer.pk, customer.name, url, is_shown)

    @property
    def narrowed_to(self) -> str:
        """The customer that the address narrows the page to, for somebody who belongs to several."""
        return next((each.name for each in self.other_customers if each.current), "")


def _view_of(request: HttpRequest) -> str:
    """The name of the URL of the page; nothing where no URL was resolved."""
    match = request.resolver_match
    return match.view_name if match is not None else ""


def chrome(request: HttpRequest) -> dict[str, Any]:
    """`chrome` for every template: navigation, theme, language, the demo's switch."""
    return {"chrome": Chrome(request)}
