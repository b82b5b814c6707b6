"""Closing a month: one transaction that bills what is due, once, and for ever (DOMAIN.md §6)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.domain.files.owing import owe_files
from billing.domain.lines import Account, Closing, Due, due_entries
from billing.domain.refusals import EarlierMonthOpen, PeriodNotOver, SumsDoNotMeet, UnpricedEntries
from billing.domain.statements import draw_up
from billing.models import Close, Statement, StatementLine
from core import faults
from core.dates import add_months, in_calendar, month_of
from core.formatting import format_day
from core.locks import hold_close_lock
from core.refusals import InvalidInput, NotAllowed
from customers.domain.roles import Right, rights_of
from customers.models import User
from sessions.domain.periods import closed_so_far, is_closed, mark_closed, open_months_up_to
from sessions.domain.pricing import Billing
from sessions.models import BillingPeriod, LedgerEntry

OVER_AT = time(12, tzinfo=UTC)
"""On the first of the next month: then the month is over in every zone of the earth."""
NAMED_AT_MOST = 100


def over_at(month: date) -> datetime:
    """The instant from which the month that begins on `month` may be closed."""
    return datetime.combine(add_months(month, 1), OVER_AT)


def close_of(month: date) -> Close | None:
    """The close that closed the month of `month`; None while it is open."""
    period = BillingPeriod.objects.filter(month__gte=month_of(month)).order_by("month").first()
    return None if period is None else Close.objects.select_related("closed_by").get(number=period.close_number)


@transaction.atomic
def close_month(*, month: date, by: User, now: datetime) -> Close:
    """Close the month of `month` and every earlier month without time entries; a closed month answers as it is.

    Waits for writers under way and keeps new ones out until the commit, so that the close knows exactly the rows that
    carry its number or a smaller one.

    :raises NotAllowed: if `by` does not close months
    :raises PeriodNotOver: before 12:00 UTC on the first of the next month
    :raises EarlierMonthOpen: if an earlier open month has time entries that are not reversed
    :raises UnpricedEntries: if overage up to the month's end has no rate in force
    :raises SumsDoNotMeet: if the lines do not account for every delivered minute, which must never be
    """
    if Right.CLOSE_MONTHS not in rights_of(by):
        raise NotAllowed(_("Months are closed by finance."))
    if not in_calendar(month):
        raise InvalidInput(_("Choose a date between 1990 and 2199."), field="month")
    month = month_of(month)
    hold_close_lock()
    through, number = closed_so_far()
    if is_closed(month, through):
        known = close_of(month)
        assert known is not None
        return known
    if now < over_at(month):
        raise PeriodNotOver(
            _("%(month)s can be closed from %(moment)s UTC on, when it is over everywhere.")
            % {"month": _named(month), "moment": f"{over_at(month):%Y-%m-%d %H:%M}"}
        )
    closing = Closing(number + 1, tuple(open_months_up_to(month, through=through)), through)
    _check_earlier_months(closing)
    close = _bill(closing, by=by, now=now)
    owe_files(close, now=now)
    mark_closed(closing.months, number=closing.number, by=by, now=now)
    faults.reach("before_commit")
    return close


def open_months_with_entries(*, before: date, through: date | None) -> list[date]:
    """The open months before the one that begins on `before` in which time is logged that is not reversed, in order.

    :param through: what `closed_through` gives
    """
    entries = LedgerEntry.objects.time_entries().unreversed().filter(service_date__lt=before)
    if through is not None:
        entries = entries.filter(service_date__gte=add_months(through, 1))
    days = entries.order_by().values_list("service_date", flat=True).distinct()
    return sorted({month_of(day) for day in days if day is not None})


def _check_earlier_months(closing: Closing) -> None:
    months = open_months_with_entries(before=closing.months[-1], through=closing.through)
    if months:
        raise EarlierMonthOpen(
            _("Close %(months)s first: time was logged there.")
            % {"months": ", ".join(_named(month) for month in months)},
            months=[f"{month:%Y-%m}" for month in months],
        )


def _bill(closing: Closing, *, by: User, now: datetime) -> Close:
    tally = Tally()
    hashes: list[str] = []
    for account, due in due_entries(closing):
        tally.count(due)
        if not tally.unpriced:
            hashes += [statement.sha256 for statement in _statements(closing, account, due)]
            faults.reach("after_statement")
    if tally.unpriced:
        raise UnpricedEntries(
            _("%(count)s time entries have no hourly rate in force on their day: add it to the rate card first.")
            % {"count": len(tally.unpriced)},
            entries=tally.unpriced[:NAMED_AT_MOST],
        )
    _check_sums(closing, tally)
    return Close.objects.create(
        number=closing.number,
        month=closing.months[-1],
        closed_at=now,
        closed_by=by,
        delivered_minutes=tally.delivered,
        included_minutes=tally.included,
        billed_minutes=tally.billed,
        courtesy_minutes=tally.courtesy,
        reversed_minutes=tally.reversed,
        earlier_minutes=tally.earlier,
        sha256=hashlib.sha256("".join(hashes).encode()).hexdigest(),
    )


def _statements(closing: Closing, account: Account, due: Sequence[Due]) -> list[Statement]:
    lines = [each for each in due if each.bills]
    return [draw_up(closing.number, account, lines)] if lines else []


@dataclass(slots=True)
class Tally:
    """The delivered minutes of the months to be closed, each counted once; apart, those of earlier months' lines."""

    delivered: int = 0
    included: int = 0
    billed: int = 0
    courtesy: int = 0
    reversed: int = 0
    earlier: int = 0
    unpriced: list[int] = field(default_factory=list)

    def count(self, entries: Sequence[Due]) -> None:
        """Add what one account brings."""
        for due in entries:
            priced = due.priced
            if priced.billing is Billing.UNPRICED:
                self.unpriced.append(due.entry.pk)
            if due.of_earlier_month:
                self.earlier += due.minutes
                continue
            self.delivered += due.entry.minutes
            self.included += priced.included_minutes
            self.billed += priced.billable_minutes
            if priced.billing is Billing.COURTESY:
                self.courtesy += priced.overage_minutes
            elif priced.billing is Billing.REVERSED:
                self.reversed += due.entry.minutes


def _check_sums(closing: Closing, tally: Tally) -> None:
    """Compare what was counted with what stands in the database: the month's minutes, and the lines just written."""
    in_months = {"service_date__gte": closing.first_day, "service_date__lt": closing.first_day_after}
    delivered = LedgerEntry.objects.time_entries().filter(**in_months).aggregate(sum=Sum("minutes"))["sum"] or 0
    lines = StatementLine.objects.filter(close=closing.number)
    billed = lines.filter(**in_months).aggregate(sum=Sum("minutes"))["sum"] or 0
    earlier = lines.filter(service_date__lt=closing.first_day).aggregate(sum=Sum("minutes"))["sum"] or 0
    accounted = tally.included + tally.billed + tally.courtesy + tally.reversed
    if (delivered, delivered, billed, earlier) != (tally.delivered, accounted, tally.billed, tally.earlier):
        raise SumsDoNotMeet(
            _("The statements do not account for every delivered minute. Nothing was closed: call operations."),
            delivered_minutes=delivered,
            accounted_minutes=accounted,
            billed_minutes=billed,
            counted_minutes=tally.billed,
        )


def _named(month: date) -> str:
    return format_day(month, get_language() or "en", style="month")
