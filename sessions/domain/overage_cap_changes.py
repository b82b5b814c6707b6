"""Setting a customer's cap on overage, and who may (DOMAIN.md §7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.audit import record
from core.formatting import format_minutes, format_money
from core.models import AuditEvent
from core.money import fits_minor_unit
from core.refusals import InvalidInput, NotAllowed
from customers.domain.names import names_in, refer_to
from customers.domain.queries import admins_of
from customers.domain.roles import is_admin_of
from customers.models import Customer, User
from sessions.models import OverageCap

CHANGED = "overage_cap.change"
MOST_MINUTES = 10_000
CHANGES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class CapWanted:
    """Minutes, or an amount in the customer's currency, a calendar month; and who accepts more."""

    approver: User
    minutes: int | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CapChange:
    """Who set the cap to what, and when; without a limit it was taken away."""

    at: datetime
    by: str
    limit: str
    approver: str


def cap_of(customer: Customer) -> OverageCap | None:
    """The customer's cap, with its approver."""
    return OverageCap.objects.filter(customer=customer).select_related("approver").first()


def may_change_cap(person: User, customer: Customer, cap: OverageCap | None) -> bool:
    """A cap is set by a customer admin, and changed by its approver alone as long as that person is one."""
    if not is_admin_of(person, customer.pk):
        return False
    return cap is None or person.pk == cap.approver_id or not admins_of(customer).filter(pk=cap.approver_id).exists()


@transaction.atomic
def change_cap(*, customer: Customer, wanted: CapWanted | None, by: User, now: datetime) -> OverageCap | None:
    """Set, change or, with None, take away the cap; what it was before stays in the audit trail.

    Bookings that exist are not touched: what was accepted stays accepted.

    :raises NotAllowed: if `by` is no customer admin, or the cap has an approver who is somebody else
    :raises InvalidInput: with the field at fault
    """
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    cap = cap_of(customer)
    if not may_change_cap(by, customer, cap):
        raise NotAllowed(_("The cap on overage is changed by the person who accepts more."))
    if wanted is not None:
        _check(customer, wanted)
    before, after = _described(cap), {} if wanted is None else _described(_row(customer, wanted))
    if before == after:
        return cap
    record(verb=CHANGED, of=[(customer, {"before": before, "after": after})], by=by, now=now)
    if wanted is None:
        OverageCap.objects.filter(customer=customer).delete()
        return None
    changed = _row(customer, wanted)
    if cap is None:
        changed.save(force_insert=True)
    else:
        changed.save(update_fields=["minutes", "amount", "currency", "approver"])
    return changed


def history_of_cap(customer: Customer) -> list[CapChange]:
    """Every change of the cap, the newest first."""
    changes = AuditEvent.objects.filter(verb=CHANGED, object_type="customer", object_id=customer.pk)
    events = changes.select_related("actor").order_by("-at", "-pk")[:CHANGES_SHOWN]
    names = names_in(event.details for event in events)
    return [
        CapChange(
            at=event.at,
            by=str(event.actor or ""),
            limit=limit_in_words(event.details["after"]),
            approver=names.of(event.details["after"].get("approver")),
        )
        for event in events
    ]


def limit_in_words(figures: Mapping[str, Any]) -> str:
    """The limit of a cap as the audit trail keeps it, for a person; empty for no cap."""
    if not figures:
        return ""
    if figures["amount"] is None:
        return format_minutes(figures["minutes"])
    return format_money(Decimal(figures["amount"]), figures["currency"], get_language() or "en")


def _row(customer: Customer, wanted: CapWanted) -> OverageCap:
    return OverageCap(
        customer=customer,
        minutes=wanted.minutes,
        amount=wanted.amount,
        currency=customer.currency,
        approver=wanted.approver,
    )


def _check(customer: Customer, wanted: CapWanted) -> None:
    if (wanted.minutes is None) == (wanted.amount is None):
        raise InvalidInput(_("Enter minutes or an amount."), field="kind")
    if wanted.minutes is not None and not 0 <= wanted.minutes <= MOST_MINUTES:
        raise InvalidInput(_("At most %(most)s minutes.") % {"most": MOST_MINUTES}, field="minutes")
    if wanted.amount is not None and (wanted.amount < 0 or not fits_minor_unit(wanted.amount, customer.currency)):
        raise InvalidInput(_("Enter an amount of %(currency)s.") % {"currency": customer.currency}, field="amount")
    if not admins_of(customer).filter(pk=wanted.approver.pk).exists():
        raise InvalidInput(_("Choose one of the customer admins."), field="approver")


def _described(cap: OverageCap | None) -> dict[str, Any]:
    if cap is None:
        return {}
    return {
        "minutes": cap.minutes,
        "amount": None if cap.amount is None else f"{cap.amount:.2f}",
        "currency": cap.currency,
        "approver": refer_to(cap.approver),
    }
