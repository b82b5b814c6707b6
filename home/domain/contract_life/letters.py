"""The mails about a contract whose end moved or that was voided: to the customer's admins, its lead and its team."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.formatting import format_day
from customers.domain.queries import admins_of, lead_of
from customers.domain.roles import is_admin_of, is_staff
from customers.models import User
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.domain.outbox import Owed, owe_all
from notifications.models import Message
from packages.domain.contracts import contracts_visible_to
from packages.models import Contract

END_MOVED = "contract_end_moved"
VOIDED = "contract_voided"


def register_kinds() -> None:
    """Make these mails known to the outbox; called once by the app's configuration."""
    register(Kind(code=END_MOVED, label=gettext_lazy("Contract: end moved"), compose=_write_end_moved))
    register(Kind(code=VOIDED, label=gettext_lazy("Contract: voided"), compose=_write_voided))


def owe_end_moved(contract: Contract, *, before: date, reason: str, by: User, now: datetime) -> None:
    """Tell everybody concerned but `by` that the last day is another one now."""
    facts = {"before": before.isoformat(), "after": contract.ends_on.isoformat(), "reason": reason, "by": by.name}
    _owe(END_MOVED, contract, facts, besides=by, now=now)


def owe_voided(contract: Contract, *, reason: str, by: User, now: datetime) -> None:
    """Tell everybody concerned but `by` that the contract holds no more."""
    _owe(VOIDED, contract, {"reason": reason, "by": by.name}, besides=by, now=now)


def _owe(kind: str, contract: Contract, facts: dict[str, Any], *, besides: User, now: datetime) -> None:
    owe_all(
        [
            Owed(
                kind=kind,
                key=f"{kind}:{contract.pk}:{now:%Y%m%dT%H%M%S%f}",
                to=person,
                facts=facts,
                due_at=now,
                subject_id=contract.pk,
            )
            for person in _concerned(contract)
            if person != besides
        ],
        now=now,
    )


def _concerned(contract: Contract) -> Iterable[User]:
    lead = lead_of(contract.customer)
    team = User.objects.filter(team_memberships__contract=contract, is_active=True)
    return {*admins_of(contract.customer), *team, *([] if lead is None else [lead])}


def _write_end_moved(message: Message, _now: datetime) -> Letter | None:
    contract = _contract_of(message)
    facts = message.facts
    if contract.ends_on.isoformat() != facts["after"] or contract.voided_at is not None:
        return None
    language = get_language() or "en"
    names = {
        **_names(contract),
        "before": format_day(date.fromisoformat(facts["before"]), language, style="weekday"),
        "after": format_day(contract.ends_on, language, style="weekday"),
        "by": facts["by"],
    }
    paragraphs = [
        _("%(by)s moved the last day of %(package)s %(reference)s from %(before)s to %(after)s.") % names,
        _("Reason: %(reason)s") % {"reason": facts["reason"]},
        _("Meetings that were booked after it are cancelled; each has a mail of its own."),
    ]
    if facts["after"] > facts["before"]:
        paragraphs.pop()
    return _letter(message, contract, _("%(customer)s: %(package)s ends on %(after)s") % names, paragraphs)


def _write_voided(message: Message, _now: datetime) -> Letter | None:
    contract = _contract_of(message)
    names = {**_names(contract), "by": message.facts["by"]}
    paragraphs = [
        _("%(by)s voided %(package)s %(reference)s: it was signed by mistake and holds no more.") % names,
        _("Reason: %(reason)s") % {"reason": message.facts["reason"]},
        _("Meetings that were booked on it are cancelled; each has a mail of its own."),
    ]
    return _letter(message, contract, _("%(customer)s: %(package)s was voided") % names, paragraphs)


def _contract_of(message: Message) -> Contract:
    return Contract.objects.select_related("customer", "package_version__package").get(pk=message.subject_id or 0)


def _names(contract: Contract) -> dict[str, str]:
    return {
        "customer": contract.customer.name,
        "package": contract.package_version.package.name,
        "reference": contract.reference,
    }


def _letter(message: Message, contract: Contract, subject: str, paragraphs: list[str]) -> Letter | None:
    """None for who has nothing to do with the customer any more. Who delivered a voided contract may not see it."""
    reader = message.recipient
    if reader is None or not (is_staff(reader) or is_admin_of(reader, contract.customer_id)):
        return None
    opens = contracts_visible_to(reader).filter(pk=contract.pk).exists()
    lead = lead_of(contract.customer)
    return Letter(
        subject=subject,
        template="note",
        context={
            "tag": _("Contract"),
            "paragraphs": paragraphs,
            "action_label": _("See the contract") if opens else _("Open the portal"),
            "action_url": absolute_url("sessions:contract", contract.pk) if opens else absolute_url("home"),
        },
        reply_to=[] if lead is None else [(lead.name, lead.email)],
    )
