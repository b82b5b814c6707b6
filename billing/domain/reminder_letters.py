"""What the mails about overage and about months that can be closed say (DOMAIN.md §6, §11)."""

from datetime import date, datetime

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from billing.domain.closing import over_at
from billing.domain.reminders import MONTH_READY, OVERAGE_DIGEST, is_ready_to_close
from core.dates import add_months
from core.formatting import format_day, format_minutes
from customers.domain.roles import Right, rights_of
from customers.models import ContactAssignment, User
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.models import Message
from packages.models import Contract
from sessions.domain.overage_growth import Growth, overage_growth
from sessions.models import LedgerEntry

MOST_ROWS = 50


def register_kinds() -> None:
    """Make these mails known to the outbox; called once by the app's configuration."""
    register(
        Kind(
            code=OVERAGE_DIGEST,
            label=gettext_lazy("Overage: what came up, each morning"),
            compose=_digest,
            may_be_muted=True,
            for_rights=frozenset({Right.SEE_STAFF_AREA}),
        )
    )
    register(
        Kind(
            code=MONTH_READY,
            label=gettext_lazy("Billing: a month can be closed"),
            compose=_month_ready,
            may_be_muted=True,
            for_rights=frozenset({Right.CLOSE_MONTHS}),
        )
    )


def _digest(message: Message, _now: datetime) -> Letter | None:
    reader = message.recipient
    if reader is None:
        return None
    since, until = (datetime.fromisoformat(message.facts[name]) for name in ("since", "until"))
    grown = overage_growth(_contracts_that_moved(reader, since, until), since=since, until=until)
    if not grown:
        return None
    minutes = sum(each.minutes - each.before for each in grown)
    to_finance = Right.SEE_BILLING in rights_of(reader)
    first = ngettext(
        "One meeting has more overage than before:", "%(count)s meetings have more overage than before:", len(grown)
    )
    paragraphs = [first % {"count": len(grown)}]
    rows = [_row(each) for each in grown[:MOST_ROWS]]
    if len(grown) > MOST_ROWS:
        rows.append(_("… and %(count)s more") % {"count": len(grown) - MOST_ROWS})
    return Letter(
        subject=_("Overage: %(minutes)s came up") % {"minutes": format_minutes(minutes)},
        template="note",
        context={
            "tag": _("Overage"),
            "paragraphs": paragraphs,
            "rows": rows,
            "action_label": _("See the overage") if to_finance else _("See the time entries"),
            "action_url": absolute_url("billing:overage" if to_finance else "sessions:entry-list"),
        },
    )


def _contracts_that_moved(reader: User, since: datetime, until: datetime) -> list[Contract]:
    """The contracts whose ledger grew, as far as `reader` is told of them: all for finance, a lead's own customers'."""
    moved = LedgerEntry.objects.filter(created_at__gt=since, created_at__lte=until).values("contract")
    contracts = Contract.objects.filter(pk__in=moved).select_related("customer", "package_version")
    if Right.SEE_BILLING not in rights_of(reader):
        led = ContactAssignment.objects.filter(
            person=reader, kind=ContactAssignment.Kind.LEAD, until__isnull=True
        ).values("customer")
        contracts = contracts.filter(customer__in=led)
    return list(contracts.order_by("customer__name", "pk"))


def _row(growth: Growth) -> str:
    entry = growth.entry
    names = {
        "customer": entry.contract.customer.name,
        "type": entry.get_session_type_display(),
        "day": format_day(entry.service_date or date.min, get_language() or "en", style="weekday"),
        "before": format_minutes(growth.before),
        "minutes": format_minutes(growth.minutes),
    }
    if growth.before:
        return _("%(customer)s: %(type)s, %(day)s, %(minutes)s instead of %(before)s") % names
    return _("%(customer)s: %(type)s, %(day)s, %(minutes)s") % names


def _month_ready(message: Message, now: datetime) -> Letter | None:
    month = date.fromisoformat(message.facts["month"])
    reader = message.recipient
    if reader is None or Right.CLOSE_MONTHS not in rights_of(reader):
        return None
    if now >= over_at(add_months(month, 1)) or not is_ready_to_close(month):
        return None
    name = format_day(month, get_language() or "en", style="month")
    return Letter(
        subject=_("%(month)s can be closed") % {"month": name},
        template="note",
        context={
            "tag": _("Billing"),
            "paragraphs": [
                _("%(month)s is over everywhere and is not closed yet.") % {"month": name},
                _("The page of the month shows what would be billed, and what still stands in the way."),
            ],
            "action_label": _("See the month"),
            "action_url": absolute_url("billing:period", month),
        },
    )
