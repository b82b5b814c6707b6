"""A customer whose minutes are used up asks their lead to renew, or for more (DOMAIN.md §2, §9)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import local_day
from core.refusals import InvalidInput, NotAllowed
from customers.domain.queries import lead_of
from customers.domain.roles import is_admin_of
from customers.models import ContactAssignment, User
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.domain.outbox import Owed, owe_all
from notifications.models import Message
from packages.domain.contracts import contracts_visible_to, locked
from packages.models import Contract
from sessions.domain.cover import who_answers_for
from sessions.domain.numbers import numbers_of
from sessions.models import LedgerEntry

ASKED_FOR_MORE = "asked_for_more"
LONGEST_WISH = 1000
WISHES_WAIT = timedelta(days=30)
"""How long a wish stands on the first screen of who was asked."""


@transaction.atomic
def ask_for_more(*, contract: Contract, wish: str, by: User, now: datetime) -> list[User]:
    """Owe the lead, and who covers for them, a mail with the customer's words; returns who gets it.

    :raises NotAllowed: if `by` is no customer admin
    :raises InvalidInput: if nothing is said, if nobody leads the customer, or if `by` asked today already
    """
    if not is_admin_of(by, contract.customer_id):
        raise NotAllowed(_("A customer admin asks for more."))
    wish = wish.strip()
    if not wish:
        raise InvalidInput(_("Say what you need."), field="wish")
    contract = locked(contract)
    lead = lead_of(contract.customer)
    if lead is None:
        raise InvalidInput(_("Nobody leads your account at the moment."), field="wish")
    readers = who_answers_for(lead, customer=contract.customer, at=now)
    key = f"{ASKED_FOR_MORE}:{contract.pk}:{by.pk}:{local_day(now, contract.time_zone)}"
    if Message.objects.filter(key=key).exists():
        raise InvalidInput(
            _("You asked today already, and %(name)s has your words. You can ask again tomorrow.") % {"name": lead},
            field="wish",
        )
    facts = {"wish": wish, "name": str(by), "email": by.email}
    owe_all(
        [
            Owed(kind=ASKED_FOR_MORE, key=key, to=reader, facts=facts, due_at=now, subject_id=contract.pk)
            for reader in readers
        ],
        now=now,
    )
    return readers


@dataclass(frozen=True, slots=True)
class OpenWish:
    """What a customer asked for on a contract, by whom and when, while nothing came of it yet."""

    contract: Contract
    name: str
    wish: str
    at: datetime


def open_wishes(reader: User, *, now: datetime) -> list[OpenWish]:
    """What was asked lately of who leads or covers the customer, `reader` being one, and still waits: the contract was
    neither renewed nor given minutes since.

    The newest first. One query without any, two with some.
    """
    led = Contract.objects.filter(
        customer__contacts__kind=ContactAssignment.Kind.LEAD,
        customer__contacts__person=reader,
        customer__contacts__until__isnull=True,
    )
    asked = Message.objects.filter(
        Q(recipient=reader) | Q(subject_id__in=led.values("pk")),
        kind=ASKED_FOR_MORE,
        created_at__gte=now - WISHES_WAIT,
    )
    messages = list({message.key: message for message in asked.order_by("-created_at", "-pk")}.values())
    if not messages:
        return []
    renewed = Contract.objects.filter(renews=OuterRef("pk"), voided_at__isnull=True).order_by("-signed_at")
    given = LedgerEntry.objects.filter(contract=OuterRef("pk"), kind=LedgerEntry.Kind.ADJUSTMENT).order_by(
        "-created_at"
    )
    contracts = contracts_visible_to(reader).annotate(
        renewed_at=Subquery(renewed.values("signed_at")[:1]), given_at=Subquery(given.values("created_at")[:1])
    )
    found = contracts.filter(voided_at__isnull=True).in_bulk({message.subject_id for message in messages})
    return [
        OpenWish(contract, message.facts["name"], message.facts["wish"], message.created_at)
        for message in messages
        if (contract := found.get(message.subject_id or 0)) is not None
        and not any(at is not None and at >= message.created_at for at in (contract.renewed_at, contract.given_at))
    ]


def register_kinds() -> None:
    """Make this mail known to the outbox; called once by the app's configuration."""
    register(Kind(code=ASKED_FOR_MORE, label=gettext_lazy("Contract: asked for more"), compose=_write))


def _write(message: Message, now: datetime) -> Letter | None:
    assert message.subject_id is not None, "this mail names its contract"
    contract = Contract.objects.select_related("customer", "package_version__package").get(pk=message.subject_id)
    facts = message.facts
    return Letter(
        subject=_("%(customer)s asks for more: %(contract)s")
        % {"customer": contract.customer, "contract": contract.reference},
        template="asked_for_more",
        context={
            "name": facts["name"],
            "wish": facts["wish"],
            "customer": contract.customer,
            "contract": contract,
            "numbers": numbers_of(contract, now=now),
            "contract_url": absolute_url("sessions:contract", contract.pk),
        },
        reply_to=[(facts["name"], facts["email"])],
    )
