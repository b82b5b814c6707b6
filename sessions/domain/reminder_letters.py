"""What the reminders about a contract's minutes and days say, and about time that is not logged (DOMAIN.md §11).

Each looks at the present state once more: what is no longer so is not told.
"""

from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from core.dates import local_day
from core.formatting import format_day, format_minutes
from customers.domain.roles import Right, is_admin_of
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.domain.moments import reminder_policy
from notifications.models import Message
from packages.models import Contract
from sessions.domain.contract_readers import Reader, reader_among, readers_of
from sessions.domain.letter_parts import any_session_of, when_of
from sessions.domain.log_reminders import NOT_LOGGED, is_overdue
from sessions.domain.minutes_reminders import KINDS, last_adjustments, level_of
from sessions.domain.numbers import numbers_of
from sessions.domain.term_reminders import CONTRACT_ENDS, ENDS, UNUSED, UNUSED_MINUTES, Row

ALL_DRAWN = 100
_OF_A_CONTRACT: dict[str, Any] = {
    "for_rights": frozenset({Right.SEE_CONTRACTS}),
    "page": "sessions:contract",
}


def register_kinds() -> None:
    """Make these mails known to the outbox; called once by the app's configuration."""
    register(
        Kind(
            code=KINDS[80],
            label=gettext_lazy("Included minutes: 80% drawn"),
            compose=partial(_included_minutes, 80),
            may_be_muted=True,
            **_OF_A_CONTRACT,
        )
    )
    # From here on sessions cost money: nobody switches that off.
    register(
        Kind(
            code=KINDS[ALL_DRAWN],
            label=gettext_lazy("Included minutes: all drawn"),
            compose=partial(_included_minutes, ALL_DRAWN),
            **_OF_A_CONTRACT,
        )
    )
    register(
        Kind(
            code=UNUSED_MINUTES,
            label=gettext_lazy("Launch Kit: unused minutes"),
            compose=_unused_minutes,
            may_be_muted=True,
            **_OF_A_CONTRACT,
        )
    )
    register(
        Kind(
            code=CONTRACT_ENDS,
            label=gettext_lazy("Contract: ends soon"),
            compose=_contract_ends,
            may_be_muted=True,
            **_OF_A_CONTRACT,
        )
    )
    register(
        Kind(
            code=NOT_LOGGED,
            label=gettext_lazy("Session: time not logged"),
            compose=_not_logged,
            for_rights=frozenset({Right.LOG_TIME}),
            page="sessions:detail",
        )
    )


def _included_minutes(level: int, message: Message, now: datetime) -> Letter | None:
    contract, reader = _contract_and_reader(message, now)
    if contract is None or reader is None:
        return None
    numbers = numbers_of(contract, now=now)
    adjusted = last_adjustments([contract]).get(contract.pk, 0)
    if contract.voided_at is not None or level_of(numbers) != level or adjusted != message.facts["adjusted"]:
        return None
    names = {
        **_names(contract),
        "available": format_minutes(numbers.available),
        "used": format_minutes(numbers.used),
        "booked": format_minutes(numbers.booked_included),
        "free": format_minutes(max(numbers.free, 0)),
    }
    if level == ALL_DRAWN:
        subject = _("%(customer)s: all included minutes are drawn")
        first = _("Of the %(available)s that %(package)s %(reference)s includes, nothing is free any more.")
        last = _("Further sessions are overage and billed by the hour. The price is shown before anybody books.")
    else:
        subject = _("%(customer)s: %(free)s of the included minutes left")
        first = _("Of the %(available)s that %(package)s %(reference)s includes, %(free)s are still free.")
        last = _("What goes beyond them is overage and billed by the hour. The price is shown before anybody books.")
    rows = [_("%(used)s logged") % names, _("%(booked)s booked") % names]
    return _about(contract, reader, subject % names, [first % names, last], rows)


def _unused_minutes(message: Message, now: datetime) -> Letter | None:
    contract, reader = _contract_and_reader(message, now)
    if contract is None or reader is None or not _is_on(UNUSED, contract, message, now):
        return None
    numbers = numbers_of(contract, now=now)
    if numbers.free <= 0:
        return None
    names = {
        **_names(contract),
        "free": format_minutes(numbers.free),
        "booked": format_minutes(numbers.booked_included),
        "last": format_day(UNUSED.last_day(contract), _language(), style="weekday"),
    }
    paragraphs = [
        _("%(free)s of %(package)s %(reference)s are neither used nor booked. They are good until %(last)s.") % names,
        _("What is left after that day lapses."),
    ]
    rows = [_("%(booked)s booked") % names] if numbers.booked_included else []
    return _about(contract, reader, _("%(customer)s: %(free)s to use until %(last)s") % names, paragraphs, rows)


def _contract_ends(message: Message, now: datetime) -> Letter | None:
    contract, reader = _contract_and_reader(message, now)
    if contract is None or reader is None or not _is_on(ENDS, contract, message, now):
        return None
    days = (contract.ends_on - local_day(now, contract.time_zone)).days
    names = {**_names(contract), "last": format_day(contract.ends_on, _language(), style="weekday"), "days": days}
    left = ngettext("That is in %(days)s day.", "That is in %(days)s days.", days) if days else _("That is today.")
    first = _("%(package)s %(reference)s of %(customer)s runs until %(last)s.") % names
    if Contract.objects.filter(renews=contract, voided_at__isnull=True).exists():
        last = _("The contract that follows it is signed: there is nothing to do.")
    elif reader.on_our_side:
        last = _("No contract follows it yet.")
    else:
        last = _("To go on without a break, talk to your lead: an answer to this mail reaches them.")
    subject = _("%(customer)s: %(package)s ends on %(last)s") % names
    return _about(contract, reader, subject, [f"{first} {left % names}", last], [], reply_to=_lead(contract, now))


def _not_logged(message: Message, now: datetime) -> Letter | None:
    session = any_session_of(message)
    if session is None or not is_overdue(session, now=now) or session.staff_id != message.recipient_id:
        return None
    if session.starts_at != datetime.fromisoformat(message.facts["starts_at"]):
        return None
    names = {
        "customer": session.contract.customer.name,
        "type": session.get_session_type_display(),
        "when": when_of(session, day=True),
    }
    return Letter(
        subject=_("Not logged yet: %(type)s, %(when)s") % names,
        template="note",
        context={
            "tag": _("Session"),
            "paragraphs": [
                _("The time of this session with %(customer)s is not logged: %(type)s, %(when)s.") % names,
                _("Log it, or say that it did not take place."),
            ],
            "action_label": _("Log the time"),
            "action_url": absolute_url("sessions:log", session.pk),
        },
    )


def _is_on(row: Row, contract: Contract, message: Message, now: datetime) -> bool:
    """Whether the moment that `message` is about is still on, for the same last day."""
    moment = row.moment(contract, reminder_policy(), zone=timezone.get_current_timezone_name(), now=now)
    last_day = row.last_day(contract).isoformat()
    return moment is not None and moment.days == message.facts["days"] and last_day == message.facts["last_day"]


def _contract_and_reader(message: Message, now: datetime) -> tuple[Contract | None, Reader | None]:
    contracts = Contract.objects.select_related("customer", "package_version__package")
    contract = contracts.filter(pk=message.subject_id or 0).first()
    if contract is None:
        return None, None
    readers = readers_of([contract.customer], now=now)[contract.customer_id]
    return contract, reader_among(readers, message.recipient)


def _lead(contract: Contract, now: datetime) -> list[tuple[str, str]]:
    readers = readers_of([contract.customer], now=now)[contract.customer_id]
    return [(each.person.name, each.person.email) for each in readers if each.on_our_side][:1]


def _names(contract: Contract) -> dict[str, object]:
    return {
        "customer": contract.customer.name,
        "package": contract.package_version.package.name,
        "reference": contract.reference,
    }


def _about(
    contract: Contract,
    reader: Reader,
    subject: str,
    paragraphs: list[str],
    rows: list[str],
    *,
    reply_to: list[tuple[str, str]] | None = None,
) -> Letter:
    """A note about a contract, with a link that its reader may follow."""
    opens = reader.on_our_side or is_admin_of(reader.person, contract.customer_id)
    return Letter(
        subject=subject,
        template="note",
        context={
            "tag": _("Contract"),
            "paragraphs": paragraphs,
            "rows": rows,
            "action_label": _("See the contract") if opens else _("Open the portal"),
            "action_url": absolute_url("sessions:contract", contract.pk) if opens else absolute_url("home"),
        },
        reply_to=reply_to or (),
    )


def _language() -> str:
    return get_language() or "en"
