"""The portal's navigation: what leads where, and for whom. An entry whose address does not exist yet is left out."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.domain.roles import Right

Words = str | Promise


@dataclass(frozen=True)
class Entry:
    """A place in the portal: its words, its icon, the name of its URL and the right that opens it.

    A page `of_customer` takes a customer's id: it is shown to the admin of one customer, and leads to that one's. The
    letter `key` leads there from the keyboard, after a `g`. `holds` names URLs that lie elsewhere and belong here all
    the same: whoever books is busy with sessions, though the address begins with the contract's.
    """

    label: Words
    icon: str
    url_name: str
    right: Right
    of_customer: bool = False
    key: str = ""
    holds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Entries that belong together; the first group has no title."""

    title: Words
    entries: tuple[Entry, ...]


BOOKING = (
    "sessions:book-start",
    "sessions:book",
    "sessions:book-time",
    "sessions:book-details",
    "sessions:ask-for-a-time",
    "sessions:time-request",
    "sessions:propose-time",
    "sessions:confirm-time",
    "sessions:decline-time-request",
    "sessions:withdraw-time-request",
)
HOURS = ("sessions:log-free", "sessions:entry")

NAVIGATION = (
    Group(
        "",
        (
            Entry(_("Overview"), "house", "home", Right.SEE_OWN_ACCOUNT, key="h"),
            Entry(_("Work list"), "inbox", "work-list", Right.SEE_STAFF_AREA),
            Entry(_("My diary"), "calendar-days", "sessions:diary", Right.LOG_TIME, key="d"),
        ),
    ),
    Group(
        _("Service"),
        (
            Entry(_("Sessions"), "calendar-check", "sessions:list", Right.SEE_SESSIONS, key="s", holds=BOOKING),
            Entry(_("Hours"), "timer", "sessions:entry-list", Right.SEE_STAFF_AREA, key="t", holds=HOURS),
            Entry(_("Reviews"), "clipboard-check", "reviews:list", Right.SEE_SESSIONS),
            Entry(_("Support"), "life-buoy", "support:requests", Right.SEE_REQUESTS, key="q"),
            Entry(_("Orders & returns"), "package", "support:orders", Right.SEE_ORDERS),
            Entry(_("Materials"), "book-open", "support:materials", Right.SEE_MATERIALS),
        ),
    ),
    Group(
        _("Organisation"),
        (
            Entry(_("Customers"), "building-2", "customer-list", Right.SEE_STAFF_AREA, key="u"),
            Entry(
                _("Contracts"),
                "file-text",
                "sessions:contract-list",
                Right.SEE_CONTRACTS,
                key="c",
                holds=("sessions:entry",),
            ),
            Entry(_("Your organisation"), "building-2", "customer-detail", Right.SEE_CONTRACTS, of_customer=True),
            Entry(_("People"), "users", "customers:people", Right.SEE_CONTRACTS, of_customer=True),
            Entry(_("Terms"), "scale", "packages:terms-versions", Right.SEE_CONTRACTS),
            Entry(_("Statements"), "receipt-text", "billing:statements", Right.SEE_CONTRACTS),
        ),
    ),
    Group(
        _("Finance"),
        (
            Entry(_("Overage"), "receipt", "billing:overage", Right.SEE_BILLING, key="o"),
            Entry(_("Periods"), "calendar-range", "billing:periods", Right.SEE_BILLING),
            Entry(_("Rates"), "badge-euro", "billing:rates", Right.SEE_RATES, key="r"),
        ),
    ),
    Group(
        _("Operations"),
        (
            Entry(_("Portfolio"), "chart-no-axes-gantt", "portfolio", Right.SEE_OPERATIONS, key="p"),
            Entry(_("Diaries"), "calendar-range", "sessions:diaries", Right.SEE_OPERATIONS),
            Entry(_("Packages"), "boxes", "packages:catalogue", Right.SEE_OPERATIONS),
            Entry(_("Import contracts"), "file-up", "contract-import", Right.SEE_OPERATIONS),
            Entry(_("Staff"), "contact-round", "customers:staff", Right.SEE_OPERATIONS),
            Entry(_("People who left"), "user-x", "people-who-left", Right.SEE_OPERATIONS, holds=("anonymise",)),
            Entry(_("Waivers"), "gift", "sessions:waivers", Right.SEE_OPERATIONS),
            Entry(_("Mail"), "mail-check", "notifications:outbox", Right.SEE_OPERATIONS),
            Entry(_("Administration"), "settings-2", "admin:index", Right.SEE_OPERATIONS),
        ),
    ),
)

ACCOUNT = (
    Entry(_("Profile"), "circle-user-round", "profile", Right.SEE_OWN_ACCOUNT),
    Entry(_("Notifications"), "bell", "notifications:preferences", Right.SEE_OWN_ACCOUNT),
    Entry(_("Calendar"), "calendar-sync", "sessions:my-calendar", Right.SEE_OWN_ACCOUNT),
    Entry(_("Change password"), "key-round", "account_change_password", Right.SEE_OWN_ACCOUNT),
    Entry(_("Two-step sign-in"), "shield-check", "mfa_index", Right.SEE_OWN_ACCOUNT),
    Entry(_("API tokens"), "key-square", "tokens", Right.SEE_OWN_ACCOUNT),
    Entry(_("Your data"), "file-down", "own-data", Right.SEE_OWN_ACCOUNT),
)

DEMO = (
    Entry(_("Sent mail"), "mail", "demo-mail", Right.SEE_OWN_ACCOUNT),
    Entry(_("Component gallery"), "component", "demo-gallery", Right.SEE_OWN_ACCOUNT),
)

# Pages of one customer, which take the customer's id, and lists that can be narrowed to one: the switcher in the top
# bar stays on them. The first page is there for everybody who belongs to the customer, the others for its admins.
CUSTOMER_PAGE = "customer-detail"
ADMIN_PAGES = ("customers:people", "customer-history")
LISTS = ("sessions:list", "sessions:contract-list", "support:requests", "support:orders")
SEARCH = "search"


@dataclass(frozen=True)
class Link:
    """An entry as the page draws it. `current` is the value of aria-current: this page, or the area it lies in."""

    label: Words
    icon: str
    url: str
    current: str
    key: str = ""


@dataclass(frozen=True)
class LinkGroup:
    title: Words
    entries: tuple[Link, ...]


@cache
def address_of(url_name: str, *arguments: int) -> str | None:
    """The path of a URL; None where no such page exists. The URLconf never changes."""
    try:
        return reverse(url_name, args=arguments)
    except NoReverseMatch:
        return None


def links_for(
    entries: Iterable[Entry], *, rights: frozenset[Right], path: str, view: str = "", customer_id: int | None = None
) -> tuple[Link, ...]:
    """The entries that exist and that `rights` open, the one that holds `view` or else `path` marked.

    :param view: the name of the URL of the page
    """
    open_entries = [
        (entry, url)
        for entry in entries
        if entry.right in rights and (url := _address_for(entry, customer_id)) is not None
    ]
    claimed = next((url for entry, url in open_entries if view in entry.holds), None)
    current = claimed or _closest((url for _entry, url in open_entries), path)
    return tuple(
        Link(entry.label, entry.icon, url, "" if url != current else "page" if url == path else "true", entry.key)
        for entry, url in open_entries
    )


def navigation_for(
    *, rights: frozenset[Right], path: str, view: str = "", customer_id: int | None = None
) -> tuple[LinkGroup, ...]:
    """The groups of the sidebar for somebody with `rights` who stands at `path`; empty groups are left out.

    :param view: the name of the URL of the page
    :param customer_id: the one customer whose admin they are, for entries `of_customer`
    """
    entries = (entry for group in NAVIGATION for entry in group.entries)
    every = links_for(entries, rights=rights, path=path, view=view, customer_id=customer_id)
    by_url = {link.url: link for link in every}
    groups = (
        LinkGroup(
            group.title,
            tuple(
                by_url[url]
                for entry in group.entries
                if entry.right in rights and (url := _address_for(entry, customer_id)) is not None
            ),
        )
        for group in NAVIGATION
    )
    return tuple(group for group in groups if group.entries)


def _address_for(entry: Entry, customer_id: int | None) -> str | None:
    if not entry.of_customer:
        return address_of(entry.url_name)
    return None if customer_id is None else address_of(entry.url_name, customer_id)


def _closest(urls: Iterable[str], path: str) -> str | None:
    """Of the areas that `path` lies in, the innermost. The first page holds only itself."""
    holding = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(holding, key=len, default=None)


def same_page_of(customer_id: int, *, view: str, is_admin: bool) -> str:
    """Where somebody who stands on the page `view` goes to act for another customer: the same page, where it is one's.

    The address says whom one acts for; nothing is remembered.
    """
    if view in LISTS:
        return f"{reverse(view)}?customer={customer_id}"
    return reverse(view if is_admin and view in ADMIN_PAGES else CUSTOMER_PAGE, args=[customer_id])
