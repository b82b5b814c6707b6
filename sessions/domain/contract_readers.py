"""Who is reminded of what concerns a whole contract: the primary contact and the lead (DOMAIN.md §11)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from customers.domain.main_contacts import main_contacts_of
from customers.models import Customer, User
from sessions.models import TimeOff


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is written to about a customer, since the instant at which that became theirs to know."""

    person: User
    since: datetime
    on_our_side: bool


def readers_of(customers: Iterable[Customer], *, now: datetime) -> dict[int, list[Reader]]:
    """The primary contact, the lead, and who covers for the lead at `now`, by customer id.

    Three queries, four with leads, however many customers they are. People who left are not written to.
    """
    contacts = main_contacts_of(customers)
    covers = _covers([each.lead for each in contacts.values() if each.lead is not None], now)
    readers: dict[int, list[Reader]] = {}
    for customer_id, each in contacts.items():
        found = []
        if each.primary_contact is not None and each.primary_contact_since is not None:
            found.append(Reader(each.primary_contact, each.primary_contact_since, on_our_side=False))
        if each.lead is not None and each.lead_since is not None:
            found.append(Reader(each.lead, each.lead_since, on_our_side=True))
            found += [
                Reader(away.cover, max(each.lead_since, away.starts_at), on_our_side=True)
                for away in covers.get(each.lead.pk, [])
                if away.cover is not None and customer_id in _customers_of(away, customer_id)
            ]
        readers[customer_id] = [reader for reader in found if reader.person.is_active]
    return readers


def reader_among(readers: Iterable[Reader], person: User | None) -> Reader | None:
    """The reader that `person` is; None if what concerns the contract is not theirs to know any more."""
    return next((reader for reader in readers if reader.person == person), None)


def _covers(leads: Iterable[User], now: datetime) -> dict[int, list[TimeOff]]:
    away = TimeOff.objects.filter(
        staff__in={lead.pk for lead in leads}, starts_at__lte=now, ends_at__gt=now, cover__is_active=True
    )
    covers: dict[int, list[TimeOff]] = {}
    for each in away.select_related("cover").prefetch_related("cover_customers").order_by("starts_at", "pk"):
        covers.setdefault(each.staff_id, []).append(each)
    return covers


def _customers_of(away: TimeOff, customer_id: int) -> set[int]:
    """The customers that a cover names; without any it is for all of them, so for this one."""
    return {customer.pk for customer in away.cover_customers.all()} or {customer_id}
