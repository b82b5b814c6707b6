"""A customer whose minutes are used up asks their lead to renew, or for more (DOMAIN.md §2, §9)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import local_day
from core.refusals import InvalidInput, NotAllowed
from customers.domain.queries import lead_of
from customers.domain.roles import is_admin_of
from customers.models import User
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.domain.outbox import Owed, owe_all
from notifications.models import Message
from packages.domain.contracts import locked
from packages.models import Contract
from sessions.domain.cover import who_answers_for
from sessions.domain.numbers import numbers_of

ASKED_FOR_MORE = "asked_for_more"
LONGEST_WISH = 1000


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
