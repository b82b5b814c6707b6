"""The overage to accept before a session is booked or moved, and what is kept of it (DOMAIN.md §7)."""

from datetime import datetime

from django.utils.translation import gettext as _

from customers.domain.roles import is_admin_of
from customers.models import User
from packages.domain.terms import terms_accepted
from packages.models import Contract
from sessions.domain.quotes import Quote
from sessions.domain.refusals import OverageNotAccepted, TermsNotAccepted, Unpriced
from sessions.models import ConsultingSession, OverageAcceptance


def check_acceptance(offer: Quote, contract: Contract, *, by: User, accept_overage: bool, sealed_quote: str) -> None:
    """Refuse a costly `offer` to which something is missing.

    :param sealed_quote: what the person saw; if the figures rose since, the overage counts as not accepted
    :raises TermsNotAccepted, Unpriced, OverageNotAccepted: in this order
    """
    if not terms_accepted(contract):
        raise TermsNotAccepted(_("Accept the service terms before you book a session that costs money."))
    if offer.unpriced:
        raise Unpriced(_("No hourly rate is in force for that day, so the overage cannot be priced. Ask your lead."))
    if not is_admin_of(by, contract.customer_id):
        raise OverageNotAccepted(
            _("This session would cost money: a customer admin has to accept that."), **_described(offer)
        )
    if not accept_overage:
        raise OverageNotAccepted(
            _("This session goes beyond the included minutes. Accept the overage to book it."), **_described(offer)
        )
    if sealed_quote and offer.rose_since(sealed_quote):
        raise OverageNotAccepted(
            _("The price has changed since you saw it. Look at it again and accept it to book."), **_described(offer)
        )


def keep_acceptance(session: ConsultingSession, offer: Quote, *, by: User, now: datetime) -> OverageAcceptance:
    """Keep who accepted which figures, at which rate, under which terms."""
    amount = offer.total_amount
    assert amount is not None, "unpriced overage is refused before"
    return OverageAcceptance.objects.create(
        session=session,
        accepted_by=by,
        accepted_at=now,
        overage_minutes=offer.overage_minutes,
        displaced_minutes=offer.displaced_minutes,
        amount=amount,
        currency=offer.currency,
        hourly_rate=offer.hourly_rate,
        terms=session.contract.terms,
    )


def _described(offer: Quote) -> dict[str, object]:
    return {
        "quote": {
            "included_minutes": offer.included_minutes,
            "overage_minutes": offer.overage_minutes,
            "displaced_minutes": offer.displaced_minutes,
            "amount": str(offer.total_amount),
            "currency": offer.currency,
        }
    }
