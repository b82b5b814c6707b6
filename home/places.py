"""Finding pages and acts by their words: what the navigation leads to, and what one sets out to do."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from core.folding import folded
from customers.domain.roles import Right
from home.navigation import ACCOUNT, NAVIGATION, Entry, Link, links_for

ACTS = (
    Entry(_("Book a session"), "calendar-plus", "sessions:book-start", Right.BOOK),
    Entry(_("Invite people"), "user-plus", "customers:people", Right.SEE_CONTRACTS, of_customer=True),
    Entry(_("New customer"), "plus", "customers:create", Right.MANAGE_CUSTOMERS),
    Entry(_("New contract"), "file-plus", "sessions:contract-create", Right.SIGN_CONTRACTS),
    Entry(_("New rate"), "badge-plus", "billing:rate-create", Right.MANAGE_RATES),
)


def places_for(words: Sequence[str], *, rights: Iterable[Right], customer_id: int | None = None) -> list[Link]:
    """The acts and pages that `rights` open and in whose words every one of `words` occurs; all where there is none.

    :param customer_id: the one customer whose admin they are, for entries `of_customer`
    """
    pages = (entry for group in NAVIGATION for entry in group.entries)
    links = links_for((*ACTS, *pages, *ACCOUNT), rights=frozenset(rights), path="", customer_id=customer_id)
    return [link for link in links if all(folded(word) in folded(str(link.label)) for word in words)]
