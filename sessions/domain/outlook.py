"""What a session of each type would draw if it were booked now, before anybody chose a time (DOMAIN.md §3, §4)."""

from datetime import datetime
from enum import StrEnum

from core.dates import local_day
from packages.models import Contract
from packages.session_types import RULES
from sessions.domain.facts import ContractFacts


class Outlook(StrEnum):
    """Whether the package covers a type at present, and if not, why not. The quote for a time decides."""

    INCLUDED = "included"
    NEVER_INCLUDED = "never_included"
    USED_ONCE = "used_once"
    NOTHING_FREE = "nothing_free"
    LAPSED = "lapsed"

    @property
    def is_included(self) -> bool:
        return self is Outlook.INCLUDED


def outlook_of_types(contract: Contract, *, now: datetime) -> dict[str, Outlook]:
    """The outlook of every session type on `contract`, in two queries."""
    facts = ContractFacts.of(contract, with_bookings=True)
    types = {("entry", entry.pk): entry.session_type for entry in facts.entries}
    types |= {("booking", session.pk): session.session_type for session in facts.bookings}
    projection = facts.projection()
    drawn_once = {types[key] for key, share in projection.items() if share.eligible}
    free = facts.free(projection)
    lapsed = local_day(now, contract.time_zone) > facts.window.last

    def outlook(session_type: str) -> Outlook:
        rules = RULES[session_type]
        if not rules.draws_on_included:
            return Outlook.NEVER_INCLUDED
        if lapsed:
            return Outlook.LAPSED
        if rules.included_once and session_type in drawn_once:
            return Outlook.USED_ONCE
        return Outlook.INCLUDED if free > 0 else Outlook.NOTHING_FREE

    return {session_type: outlook(session_type) for session_type in RULES}
