"""What the last screens of booking and of moving share: the quote, why, the terms, and the nearest free times."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language

from core.client_address import client_address
from core.dates import local_day
from core.refusals import InvalidInput, NotAllowed, Refusal
from customers.permissions import PortalRequest
from packages.domain.reading import sections_of
from packages.domain.terms import PREVAILING_LANGUAGE, accept_terms, text_in
from packages.domain.windows import window_of
from packages.models import Contract
from sessions.domain.quotes import Quote
from sessions.views.booking_choices import Meeting
from sessions.views.reasons import Reason, reasons_of


def accept_terms_in_place(request: PortalRequest, contract: Contract, *, now: datetime) -> Refusal | None:
    """Accept the contract's terms in the language that was read; the refusal to show, if there is one."""
    try:
        accept_terms(
            contract=contract,
            by=request.user,
            language=request.POST.get("terms_language", PREVAILING_LANGUAGE),
            from_address=client_address(request),
            now=now,
        )
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except InvalidInput as refusal:
        return refusal
    return None


def terms_to_accept(contract: Contract) -> dict[str, Any]:
    """The contract's terms in the reader's language, as the page shows them."""
    text = text_in(contract.terms, get_language() or PREVAILING_LANGUAGE)
    return {"text": text, "sections": sections_of(text.body), "prevails": text.language == PREVAILING_LANGUAGE}


def why(offer: Quote, meeting: Meeting, starts_at: datetime) -> list[Reason]:
    """The rules that divided the meeting's minutes."""
    contract = meeting.contract
    return reasons_of(
        offer.share,
        session_type=meeting.session_type,
        day=local_day(starts_at, contract.time_zone),
        window=window_of(contract),
    )


def still_accepts(request: PortalRequest, act: str, offer: Quote) -> bool:
    """Whether the tick that was sent still stands: nobody accepts figures that rose after they saw them."""
    sent = request.POST
    return sent.get("act") == act and "accept_overage" in sent and not offer.rose_since(sent.get("quote", ""))


def nearest_times(refusal: Refusal | None, meeting: Meeting) -> list[dict[str, Any]]:
    """The nearest free times that a refusal names, each with the address at which the page offers it."""
    found = refusal.facts.get("nearest", []) if refusal is not None else []
    instants = [instant for each in found if (instant := parse_datetime(each["starts_at"])) is not None]
    return [{"starts_at": each, "href": meeting.address_of_start(each)} for each in instants]
